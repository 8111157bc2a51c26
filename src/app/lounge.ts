import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { LocalBus } from '../bus/local.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import { Room, type RoomRules } from '../chat/room.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { BroadcasterAccess } from '../http/broadcaster-access.ts';
import { ChatChannels } from '../http/chat-channels.ts';
import { ChatService } from '../http/chat-service.ts';
import { chatStoreOf } from '../http/chat-store.ts';
import { EmoteDirectory } from '../emotes/emote-directory.ts';
import { TripcodeMaker } from '../http/tripcode-maker.ts';
import { ensureBroadcasterPassword } from '../identity/password.ts';
import type { ServeEvent } from '../serve-event.ts';
import { Database } from '../store/database.ts';
import { MessageRepository } from '../store/messages.ts';
import { SettingRepository } from '../store/settings.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { renderChatDocumentOpen } from '../views/chat-document.tsx';
import { renderChatRow } from '../views/chat-row.tsx';
import { type Door, openDoor } from './door.ts';
import { databaseFile } from './data-directory.ts';
import { Owned } from './owned.ts';

/** How often those who have been away for too long are forgotten. */
const forgetEveryMs = 60 * 60 * 1000;

/** Who has chosen no name. */
const defaultName = 'Anonymous';

/** The chat, and the broadcaster's way in. */
export interface Lounge {
  readonly chat: ChatService;
  readonly channels: ChatChannels;
  readonly access: BroadcasterAccess;
  readonly rules: RoomRules;
  readonly door: Door;
  readonly emotes: EmoteDirectory;
  /** The broadcaster's password, at the very first start only. */
  readonly newPassword: string | undefined;
  close(): Promise<void>;
}

export interface LoungeOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly secret: Buffer;
  readonly styleHref: string;
  report(event: ServeEvent): void;
  onError(error: unknown): void;
}

/** Opens the database and builds the way of a message. Throws DATA_DIRECTORY. */
export async function openLounge(options: LoungeOptions): Promise<Lounge> {
  const { config, dataDirectory, report } = options;
  const owned = new Owned();
  const database = Database.open({
    path: config.ephemeral ? ':memory:' : path.join(dataDirectory, databaseFile),
    onWarning: (warning) => report({ kind: 'warning', code: 'DATA_DIRECTORY', ...warning }),
  });
  owned.add(() => database.close());
  const messages = new MessageRepository(database, Math.max(config.chat.keepMessages, 2 * config.chat.history));
  const viewers = new ViewerRepository(database);
  const forget = (): void => viewers.forgetBefore(Date.now() - config.chat.keepMs);
  forget();
  const forgetting = setInterval(forget, forgetEveryMs).unref();
  owned.add(() => clearInterval(forgetting));
  const rules: RoomRules = {
    history: config.chat.history,
    text: messageTextLimits(config.chat.maxLength),
    flood: defaultFloodPolicy,
    names: { defaultName, broadcasterName: config.broadcaster.name },
  };
  const emotes = await openEmotes(options);
  const bus = new LocalBus(options.onError);
  owned.add(() => bus.close());
  const room = new Room(rules, messages.newest(2 * rules.history));
  const channels = new ChatChannels({
    bus,
    history: rules.history,
    messages: () => room.messages,
    removalOf: () => undefined,
    randomBytes,
    renderOpen: () => renderChatDocumentOpen({ logHref: '/chat/log', styleHref: options.styleHref }),
    renderRow: (message, previousAtMs, { removal }) =>
      renderChatRow(message, previousAtMs, { emotes: emotes.emotes, ...(removal && { removal }) }),
    renderBanner: () => '',
  });
  owned.add(() => channels.close());
  const settings = new SettingRepository(database);
  const door = openDoor({ config, database, settings, secret: options.secret, onError: options.onError });
  owned.add(() => door.close());
  const chat = new ChatService({
    room,
    store: chatStoreOf(database, messages, viewers),
    bus,
    captcha: door.captcha,
    tripcodes: new TripcodeMaker({ secret: options.secret, allowsClassic: config.chat.classicTripcodes }),
    tagKey: options.secret,
    now: () => ({ wallMs: Date.now(), monotonicMs: performance.now() }),
    random: Math.random,
  });
  const { password } = await ensureBroadcasterPassword(settings, randomBytes);
  const access = new BroadcasterAccess({
    secret: options.secret,
    passwordHash: () => settings.get('broadcaster-password-hash'),
    randomBytes,
    now: () => performance.now(),
  });
  return { chat, channels, access, rules, door, emotes, newPassword: password, close: () => owned.close() };
}

/** Reads the operator's emotes; what of them cannot be used is a warning. Throws TOOL_MISSING. */
async function openEmotes({ config, dataDirectory, report }: LoungeOptions): Promise<EmoteDirectory> {
  const emotes = new EmoteDirectory({
    directory: config.emotes.directory,
    ffmpeg: config.encoder.ffmpeg,
    ...(config.ephemeral ? {} : { cache: path.join(dataDirectory, 'emotes') }),
    onWarning: (message) => report({ kind: 'warning', code: 'DATA_DIRECTORY', message }),
  });
  await emotes.reload();
  return emotes;
}
