import { randomBytes } from 'node:crypto';
import { LocalBus } from '../../src/bus/local.ts';
import { defaultFloodPolicy } from '../../src/chat/flood.ts';
import { messageTextLimits } from '../../src/chat/message-text.ts';
import { Moderation } from '../../src/chat/moderation/moderation.ts';
import { Room } from '../../src/chat/room.ts';
import { ChatChannels } from '../../src/talk/chat-channels.ts';
import { ChatService } from '../../src/talk/chat-service.ts';
import { chatStoreOf } from '../../src/talk/chat-store.ts';
import { playerHeaders } from '../../src/http/headers.ts';
import { ModerationService } from '../../src/staff/moderation-service.ts';
import { moderationStoreOf } from '../../src/staff/moderation-store.ts';
import { People } from '../../src/people/people.ts';
import { Requesters } from '../../src/http/requesters.ts';
import { registerChatRoutes } from '../../src/http/routes/chat.ts';
import { registerEventRoutes } from '../../src/http/routes/events.ts';
import { registerStaffRoutes } from '../../src/http/routes/staff.ts';
import { StaffRecords } from '../../src/staff/staff-records.ts';
import { renderModeratorInvitationPage } from '../../src/views/invitation-page.tsx';
import { renderStaffPage } from '../../src/views/staff-page.tsx';
import { renderStaffPanel } from '../../src/views/staff-panel.tsx';
import { registerStandingRoutes } from '../../src/http/routes/standing.ts';
import { WebServer } from '../../src/http/server.ts';
import { StandingWatch } from '../../src/http/standing-watch.ts';
import { viewerIdOf } from '../../src/http/viewer.ts';
import { mintViewerToken, viewerTokenRandomBytes } from '../../src/identity/viewer-token.ts';
import { FanOut } from '../../src/live/fan-out.ts';
import { Database } from '../../src/store/database.ts';
import { HeldRepository } from '../../src/store/held.ts';
import { MessageRepository } from '../../src/store/messages.ts';
import { ModerationRepository } from '../../src/store/moderation.ts';
import { ViewerRepository } from '../../src/store/viewers.ts';
import { renderChatDocumentOpen } from '../../src/views/chat-document.tsx';
import { renderChatForm } from '../../src/views/chat-form.tsx';
import { renderChatRow } from '../../src/views/chat-row.tsx';
import { liftStandingRow, renderStandingPage, renderStandingRow } from '../../src/views/standing-page.tsx';
import { en } from '../../src/views/texts/en.ts';
import { placesWith } from './places.ts';

const styleHref = '/style.css';
const styleHrefs = [styleHref, '/staff.css'] as const;

/**
 * A web server with chat and moderation behind a unix socket, as tor would reach it. Who sends `x-test-broadcaster: yes` is the broadcaster; `/player` is an
 * endless response without a picture.
 */
export async function staffedServer(socketPath: string) {
  const secret = Buffer.alloc(32, 5);
  const database = Database.open({ path: ':memory:', onWarning: () => undefined });
  const messages = new MessageRepository(database, 1000);
  const acts = new ModerationRepository(database);
  const bus = new LocalBus((error) => {
    throw error;
  });
  const names = { defaultName: 'Anonymous', broadcasterName: 'Lantern' };
  const room = new Room({ history: 100, text: messageTextLimits(512), flood: defaultFloodPolicy, names });
  const now = () => ({ wallMs: Date.now(), monotonicMs: performance.now() });
  const people: People = new People((viewerId) => chat.authorOf(viewerId));
  const store = moderationStoreOf(database, acts, messages, new HeldRepository(database));
  const record = new Moderation(acts.load());
  const moderation = new ModerationService({ moderation: record, room, people, store, bus, randomBytes, now });
  const chat: ChatService = new ChatService({
    ...{ room, bus, now, tagKey: secret, random: Math.random },
    store: chatStoreOf(database, messages, new ViewerRepository(database)),
    tripcodes: { make: () => Promise.resolve(undefined), allowsClassic: false },
    standingOf: (requester) => moderation.standingOf(requester),
  });
  const channels = new ChatChannels({
    ...{ bus, randomBytes, history: 100 },
    messages: () => room.kept.map(({ message }) => message),
    removalOf: (id) => moderation.removalOf(id),
    renderOpen: () => renderChatDocumentOpen({ logHref: 'chat/log', styleHref, texts: en }),
    renderRow: (message, previousAtMs, { circle, removal }) =>
      renderChatRow(message, previousAtMs, {
        ...{ texts: en, emotes: new Map(), base: '', hasTools: circle === 'staff' },
        ...(removal && { removal }),
      }),
    renderBanner: () => '',
  });
  const places = placesWith(secret);
  const server = new WebServer({ onion: { socketPath }, places });
  server.setOnionAddresses(['example.onion']);
  const requesters = new Requesters({
    places,
    isBroadcaster: (request) => request.headers['x-test-broadcaster'] === 'yes',
    isModerator: (viewerId) => moderation.actorFor({ viewerId }) !== undefined,
  });
  const watch = new StandingWatch({
    ...{ bus, responses: server.responses },
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: (requester) => moderation.standingOf(requester),
    renderNotice: (_request, sanction) => renderStandingRow(sanction, { texts: en, base: '' }),
    renderLifted: liftStandingRow,
  });
  const shared = { chat, channels, places, secret, randomBytes, responses: server.responses, now: () => Date.now() };
  registerStandingRoutes(server.app, {
    ...{ ...shared, moderation, people, requesters, watch },
    renderStandingPage: (data, { texts, base }) => renderStandingPage({ ...data, texts, base, styleHref }),
  });
  const records = new StaffRecords({ moderation, room, people, messages, now: () => Date.now() });
  registerStaffRoutes(server.app, {
    ...{ ...shared, moderation, records, requesters },
    renderPanel: (data, { texts, base }) => renderStaffPanel({ ...data, texts, base, styleHrefs }),
    renderPage: (data, { texts, base }) => renderStaffPage({ ...data, texts, base, styleHrefs }),
    renderInvitation: (data, { texts, base }) => renderModeratorInvitationPage({ ...data, texts, base, styleHref }),
  });
  registerChatRoutes(server.app, {
    ...shared,
    captcha: {
      isNeeded: () => false,
      view: () => ({ pictureAnswer: '', questionAnswer: '' }),
      another: () => undefined,
    },
    readersOf: (request) => requesters.readersOf(request),
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: (requester) => moderation.standingOf(requester),
    hasEmotes: () => false,
    renderCaptcha: () => '',
    renderChatForm: (data, { texts, base }) => renderChatForm({ ...data, texts, base, styleHref }),
  });
  const info = new FanOut({ maxPieces: 1, maxBytes: 1000 });
  registerEventRoutes(server.app, { ...shared, info, readersOf: (request) => requesters.readersOf(request) });
  server.app.get('/player', (request, reply) => {
    const viewer = places.placeOf(request).viewer.token;
    server.responses.open(request, reply, { kind: 'player', viewer, headers: playerHeaders, maxQueuedBytes: 10_000 });
    return reply;
  });
  await server.listen();
  return {
    ...{ server, moderation, room, chat, people },
    /** A new session: its id, and the cookie header that carries it. */
    newViewer: (): { readonly id: string; readonly cookie: string } => {
      const token = mintViewerToken(randomBytes(viewerTokenRandomBytes), secret);
      return { id: viewerIdOf(token, secret), cookie: `s=${token}` };
    },
    close: async (): Promise<void> => {
      watch.close();
      channels.close();
      info.close();
      await server.close();
      database.close();
    },
  };
}
