import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Bus } from '../bus/port.ts';
import { LocalBus } from '../bus/local.ts';
import { isAdmitted } from '../admission/admission.ts';
import type { FairnessRules } from '../chat/fairness.ts';
import { holdLimits } from '../chat/hold-queue.ts';
import type { MemberList } from '../chat/members.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import type { CaptchaPolicy, ModePatch } from '../chat/modes.ts';
import { Moderation } from '../chat/moderation/moderation.ts';
import { type Moment, Room, type RoomRules } from '../chat/room.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { BroadcasterAccess } from '../access/broadcaster-access.ts';
import type { GuestKeys } from '../access/guests.ts';
import { ChatChannels } from '../talk/chat-channels.ts';
import { ChatService } from '../talk/chat-service.ts';
import { chatStoreOf } from '../talk/chat-store.ts';
import type { Fence } from '../encoder/fence.ts';
import { EmoteDirectory } from '../emotes/emote-directory.ts';
import { TripcodeMaker } from '../people/tripcode-maker.ts';
import { ModerationService } from '../staff/moderation-service.ts';
import { moderationStoreOf } from '../staff/moderation-store.ts';
import { People } from '../people/people.ts';
import { ensureBroadcasterPassword } from '../identity/password.ts';
import { LogPages } from '../talk/log-pages.ts';
import type { PollService } from '../talk/poll-service.ts';
import type { ServeEvent } from '../serve-event.ts';
import { Database } from '../store/database.ts';
import { HeldRepository } from '../store/held.ts';
import { MessageRepository } from '../store/messages.ts';
import { ModerationRepository } from '../store/moderation.ts';
import { SettingRepository } from '../store/settings.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { renderChatDocumentOpen } from '../views/chat-document.tsx';
import { namesOfNobody } from '../views/nameless.ts';
import { renderChatRow } from '../views/chat-row.tsx';
import { type Door, openDoor } from './door.ts';
import { textsIn } from '../views/texts/catalogues.ts';
import { openAboveTheTalk } from './above-the-talk.ts';
import { databaseFile } from './data-directory.ts';
import { fairnessRulesOf } from './fairness-rules.ts';
import { Owned } from './owned.ts';
import { countStart } from './start-count.ts';

/** How often those who have been away for too long are forgotten. */
const forgetEveryMs = 60 * 60 * 1000;

const now = (): Moment => ({ wallMs: Date.now(), monotonicMs: performance.now() });

/** Who has chosen no name. */
const [defaultName = '', ...defaultNamesElsewhere] = namesOfNobody;

/** The chat, and the broadcaster's way in. */
export interface Lounge {
  readonly chat: ChatService;
  readonly channels: ChatChannels;
  readonly bus: Bus;
  readonly moderation: ModerationService;
  readonly room: Room;
  readonly messages: MessageRepository;
  readonly people: People;
  readonly access: BroadcasterAccess;
  readonly rules: RoomRules;
  readonly door: Door;
  readonly tripcodes: TripcodeMaker;
  readonly emotes: EmoteDirectory;
  readonly polls: PollService;
  readonly log: LogPages;
  /** Which start of the server this is, see `countStart`. */
  readonly start: number;
  /** The broadcaster's password, at the very first start only. */
  readonly newPassword: string | undefined;
  close(): Promise<void>;
}

export interface LoungeOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  /** What FFmpeg is kept behind. Default: nothing. */
  readonly fence?: Fence;
  readonly secret: Buffer;
  readonly styleHref: string;
  /** Keys to the address, where it is not for everybody. */
  readonly guestKeys?: GuestKeys | undefined;
  report(event: ServeEvent): void;
  onError(error: unknown): void;
}

function warnOfNoPassword({ report }: LoungeOptions): void {
  const message = 'The door asks for a password, and there is none yet: only who was invited and staff come in.';
  report({ kind: 'warning', code: 'CONFIG_INVALID', message, todo: 'To make one: onioncast invite --password' });
}

/** Opens the database and builds the way of a message. Throws DATA_DIRECTORY. */
export async function openLounge(options: LoungeOptions): Promise<Lounge> {
  const { config } = options;
  const owned = new Owned();
  const database = openDatabase(options, owned);
  const messages = new MessageRepository(database, Math.max(config.chat.keepMessages, 2 * config.chat.history));
  const acts = new ModerationRepository(database);
  const held = new HeldRepository(database);
  held.expireBefore(Date.now() - holdLimits.keepMs);
  const viewers = openViewers(database, config, owned);
  const rules = rulesOf(config, {
    modes: acts.loadModes(),
    liveFilters: acts.loadFilters(),
    members: membersOf(() => door),
  });
  const emotes = await openEmotes(options);
  const bus = new LocalBus(options.onError);
  owned.add(() => bus.close());
  const room = new Room(rules, messages.newest(2 * rules.history), held.all());
  const parts = { bus, room, emotes, database, messages, owned, moderation: () => moderation };
  const { polls, channels } = openChannels(options, parts);
  const settings = new SettingRepository(database);
  const policy = (): CaptchaPolicy => room.fairness.modes.captcha;
  const door: Door = openDoor({ ...options, database, settings, policy });
  if (door.settings.access.mode === 'password' && door.password.mark === undefined) warnOfNoPassword(options);
  owned.add(() => door.close());
  const people = new People((viewerId) => chat.authorOf(viewerId));
  const store = moderationStoreOf(database, acts, messages, held);
  const record = new Moderation(acts.load());
  const moderation = new ModerationService({ moderation: record, room, people, polls, store, bus, randomBytes, now });
  const tripcodes = new TripcodeMaker({ secret: options.secret, allowsClassic: config.chat.classicTripcodes });
  const chat: ChatService = new ChatService({
    room,
    store: chatStoreOf(database, messages, viewers),
    bus,
    captcha: door.captcha,
    tripcodes,
    ban: ({ viewerId }, found) => banByHouse(moderation, viewerId, found),
    moderators: () => record.moderators,
    standingOf: (requester) => moderation.standingOf(requester),
    tagKey: options.secret,
    now,
    random: Math.random,
  });
  polls.start();
  const { access, password } = await openAccess(options, settings);
  const log = new LogPages({ room, stored: messages, removalOf: (id) => moderation.removalOf(id) });
  const talk = { log, bus, room, messages, chat, channels, polls, rules, emotes, tripcodes };
  const order = { moderation, people, access, door };
  return { ...talk, ...order, start: countStart(settings), newPassword: password, close: () => owned.close() };
}

/** A word filter bans. What it found is the reason, unless it is nothing that staff could be shown. */
function banByHouse(moderation: ModerationService, viewerId: string, found: string): void {
  const ban = { kind: 'ban', viewerId } as const;
  const outcome = moderation.moderate({ kind: 'house' }, { ...ban, reason: found.slice(0, 100) });
  if (outcome.kind === 'refused') moderation.moderate({ kind: 'house' }, ban);
}

/** Who is a member: by the tripcode under which they write, or by what they have shown at the door. */
function membersOf(door: () => Door): MemberList {
  return {
    hasTripcode: (code) => door().settings.rules.tripcodes.includes(code),
    hasViewer: (viewerId) => {
      const { settings, admissions, invitations } = door();
      return isAdmitted(admissions.of(viewerId), { ...settings.rules, mode: 'members' }, (id) =>
        invitations.isGood(id),
      );
    },
  };
}

/** The broadcaster's way in. */
async function openAccess({ config, secret }: LoungeOptions, settings: SettingRepository) {
  const { password } = await ensureBroadcasterPassword(settings, randomBytes);
  const access = new BroadcasterAccess({
    login: config.broadcaster.login,
    entrance: config.broadcaster.door,
    secret,
    passwordHash: () => settings.get('broadcaster-password-hash'),
    randomBytes,
    now: () => performance.now(),
  });
  return { access, password };
}

function openDatabase({ config, dataDirectory, report }: LoungeOptions, owned: Owned): Database {
  const database = Database.open({
    path: config.ephemeral ? ':memory:' : path.join(dataDirectory, databaseFile),
    onWarning: (warning) => report({ kind: 'warning', code: 'DATA_DIRECTORY', ...warning }),
  });
  owned.add(() => database.close());
  return database;
}

/** What holds in the room; `modes`: the switches as staff left them, `liveFilters`: the word filters that they have added. */
function rulesOf(
  config: OnioncastConfig,
  {
    modes,
    liveFilters,
    members,
  }: { readonly modes: ModePatch } & Required<Pick<FairnessRules, 'liveFilters' | 'members'>>,
): RoomRules {
  const fairness = fairnessRulesOf(config);
  return {
    history: config.chat.history,
    text: messageTextLimits(config.chat.maxLength),
    ...fairness,
    modes: { ...fairness.modes, ...modes },
    liveFilters,
    members,
    names: { defaultName, defaultNamesElsewhere, broadcasterName: config.broadcaster.name },
  };
}

/** How viewers appear, for as long as they are to be remembered. */
function openViewers(database: Database, { chat }: OnioncastConfig, owned: Owned): ViewerRepository {
  const viewers = new ViewerRepository(database);
  const forget = (): void => viewers.forgetBefore(Date.now() - chat.keepMs);
  forget();
  const forgetting = setInterval(forget, forgetEveryMs).unref();
  owned.add(() => clearInterval(forgetting));
  return viewers;
}

interface ChannelParts {
  readonly bus: LocalBus;
  readonly room: Room;
  readonly emotes: EmoteDirectory;
  readonly database: Database;
  readonly messages: MessageRepository;
  readonly owned: Owned;
  moderation(): ModerationService;
}

/** The log as each kind of reader sees it, and what stands above it. */
function openChannels(options: LoungeOptions, parts: ChannelParts) {
  const { bus, room, emotes, database, messages, owned, moderation } = parts;
  const { styleHref, config } = options;
  const { polls, renderBanner } = openAboveTheTalk({
    ...{ database, bus, room, messages, moderation, language: config.site.language },
    emotes: () => emotes.emotes,
  });
  const channels = new ChatChannels({
    bus,
    history: room.rules.history,
    messages: () => room.kept.map(({ message }) => message),
    removalOf: (id) => moderation().removalOf(id),
    randomBytes,
    renderOpen: ({ language }) => renderChatDocumentOpen({ logHref: 'chat/log', styleHref, texts: textsIn(language) }),
    renderRow: (message, previousAtMs, { language, circle, removal }) =>
      renderChatRow(message, previousAtMs, {
        texts: textsIn(language),
        emotes: emotes.emotes,
        base: '',
        hasTools: circle === 'staff',
        ...(removal && { removal }),
      }),
    renderBanner: ({ language }) => renderBanner(language),
  });
  owned.add(() => polls.stop());
  owned.add(() => channels.close());
  return { polls, channels };
}

/** Reads the operator's emotes; what of them cannot be used is a warning. Throws TOOL_MISSING. */
async function openEmotes({ config, dataDirectory, fence, report }: LoungeOptions): Promise<EmoteDirectory> {
  const emotes = new EmoteDirectory({
    directory: config.emotes.directory,
    ffmpeg: config.encoder.ffmpeg,
    ...(fence && { fence }),
    ...(config.ephemeral ? {} : { cache: path.join(dataDirectory, 'emotes') }),
    onWarning: (message) => report({ kind: 'warning', code: 'DATA_DIRECTORY', message }),
  });
  await emotes.reload();
  return emotes;
}
