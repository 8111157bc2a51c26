import { afterEach, describe, expect, it } from 'vitest';
import { LocalBus } from '../bus/local.ts';
import type { RoomEvent } from '../chat/room-event.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import { openModes } from '../chat/modes.ts';
import { Room, type RoomRules } from '../chat/room.ts';
import { TripcodeMaker } from '../people/tripcode-maker.ts';
import { Database } from '../store/database.ts';
import { HeldRepository } from '../store/held.ts';
import { MessageRepository } from '../store/messages.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { ChatService } from './chat-service.ts';
import { chatStoreOf } from './chat-store.ts';

const newSpeakersPerMinute = 20;
const secret = Buffer.alloc(32, 1);
const names = { defaultName: 'Anonymous', broadcasterName: 'Lantern' };
const rules: RoomRules = {
  history: 256,
  text: messageTextLimits(512),
  flood: defaultFloodPolicy,
  modes: { ...openModes, newSpeakersPerMinute },
  filters: [{ action: 'ban', text: 'vile', wholeWords: true }],
  names,
};

let databases: Database[] = [];
afterEach(() => {
  for (const database of databases) database.close();
  databases = [];
});

function build(wish: { room?: Room; database?: Database } = {}) {
  const database = wish.database ?? Database.open({ path: ':memory:', onWarning: () => undefined });
  if (wish.database === undefined) databases.push(database);
  const room = wish.room ?? new Room(rules);
  const bus = new LocalBus((error) => {
    throw error;
  });
  const events: RoomEvent[] = [];
  bus.subscribe('room', (event) => events.push(event));
  const suspects: string[] = [];
  const banned: string[] = [];
  let time = 0;
  let nonce = 0;
  const chat = new ChatService({
    room,
    store: chatStoreOf(database, new MessageRepository(database, 256), new ViewerRepository(database)),
    bus,
    captcha: {
      isNeeded: () => false,
      solve: () => undefined,
      posted: () => undefined,
      suspect: (id) => suspects.push(id),
    },
    ban: ({ viewerId }, found) => banned.push(`${viewerId}: ${found}`),
    tripcodes: new TripcodeMaker({ secret, allowsClassic: false }),
    tagKey: secret,
    now: () => ({ wallMs: 1_800_000_000_000 + time, monotonicMs: time }),
    random: () => 0.5,
  });
  const say = (viewerId: string, text: string, role?: 'broadcaster') => {
    nonce += 1;
    const requester = role === undefined ? { viewerId } : { viewerId, role };
    return chat.submit({ requester, wish: {}, post: { text, nonce: `nonce-${nonce}` } });
  };
  return {
    chat,
    room,
    database,
    events,
    suspects,
    banned,
    say,
    later: (ms: number) => {
      time += ms;
    },
  };
}

// Threat: T34
describe('a raid of two hundred new people at once', () => {
  const raid = (say: (viewerId: string, text: string) => Promise<{ kind: string }>) =>
    Promise.all(Array.from({ length: 200 }, (_, n) => say(`raider ${n}`, `raid ${n}`)));

  it('T34 lets no more of them be heard than may begin to speak in a minute, while those who are known talk on', async () => {
    const { chat, say, later } = build();
    for (let n = 0; n < 10; n += 1) expect((await say(`regular ${n}`, `hello ${n}`)).kind).toBe('done');
    later(60_000);
    const outcomes = await raid(say);
    expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(newSpeakersPerMinute);
    expect(outcomes.at(-1)).toMatchObject({ kind: 'refused', rule: 'new-speakers', waitMs: 60_000, text: 'raid 199' });
    expect((await say('regular 3', 'what is that?')).kind).toBe('done');
    later(59_999);
    expect((await raid(say)).filter(({ kind }) => kind === 'done').length).toBeLessThanOrEqual(newSpeakersPerMinute);
    expect(chat.messages.filter(({ text }) => text.startsWith('raid')).length).toBeLessThanOrEqual(
      2 * newSpeakersPerMinute,
    );
  });

  it('T34 does not keep the broadcaster from being heard at once', async () => {
    const { chat, events, say } = build();
    await raid(say);
    expect((await say('b', 'stay calm', 'broadcaster')).kind).toBe('done');
    expect(chat.messages.at(-1)?.text).toBe('stay calm');
    expect(events.at(-1)).toMatchObject({ kind: 'message', message: { text: 'stay calm' } });
  });

  it.each([
    ['isLocked', 'chat-closed'],
    ['isMembersOnly', 'members-only'],
  ] as const)('is over with the very next message when %s is switched', async (mode, rule) => {
    const { room, say } = build();
    await raid(say);
    room.fairness.setModes({ ...room.fairness.modes, [mode]: true });
    expect(await say('raider 0', 'still here')).toMatchObject({ kind: 'refused', rule, text: 'still here' });
    expect((await say('b', 'closed for a while', 'broadcaster')).kind).toBe('done');
    room.fairness.setModes({ ...room.fairness.modes, [mode]: false });
    expect((await say('raider 0', 'back again')).kind).toBe('done');
  });

  it('T34 is kept from view where first messages wait for approval, and the queue has an end', async () => {
    const { room, chat, say, events } = build();
    room.fairness.setModes({ ...openModes, holdsFirst: true });
    const outcomes = await raid(say);
    const held = outcomes.filter(({ kind }) => kind === 'held').length;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(200);
    expect(chat.messages).toEqual([]);
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['staff']));
  });
});

describe('a message that waits for approval', () => {
  it('is told to its writer, survives a restart, and is said when it is approved', async () => {
    const before = build();
    before.room.fairness.setModes({ ...openModes, holdsFirst: true });
    expect(await before.say('new', 'first words')).toEqual({ kind: 'held' });
    expect(before.chat.modesFor({ viewerId: 'new' })).toMatchObject({ held: 1 });
    expect(before.chat.modesFor({ viewerId: 'other' })).toMatchObject({ held: 0 });

    const { database } = before;
    const room = new Room(rules, [], new HeldRepository(database).all());
    const after = build({ room, database });
    const [held] = room.holds.list(1_800_000_000_000);
    expect(held).toMatchObject({ viewerId: 'new', reason: 'first', draft: { text: 'first words' } });
    const now = { wallMs: 1_800_000_000_500, monotonicMs: 500 };
    const posted = room.decideApproval(held?.holdId ?? 0, now);
    expect(posted).toMatchObject({ message: { id: 1, atMs: now.wallMs, text: 'first words' }, viewerId: 'new' });
    if (posted !== undefined) room.acceptApproval(held?.holdId ?? 0, posted, now);
    expect(after.chat.messages.map(({ text }) => text)).toEqual(['first words']);
    expect(after.chat.modesFor({ viewerId: 'new' }).held).toBe(0);
    room.fairness.setModes({ ...openModes, holdsFirst: true });
    expect(await after.say('new', 'and now known')).toEqual({ kind: 'done' });
  });
});

describe('whoever', () => {
  it('goes on sending although told to wait must solve a captcha', async () => {
    const { say, suspects } = build();
    for (let n = 0; n < 7; n += 1) await say('v', `text ${n}`);
    expect(suspects).toEqual([]);
    await say('v', 'text 8');
    expect(suspects).toEqual(['v']);
  });

  it('says what bans is refused and handed on to be banned', async () => {
    const { say, banned } = build();
    expect(await say('v', 'so V\u0456LE')).toEqual({
      kind: 'refused',
      rule: 'filtered',
      found: 'V\u0456LE',
      isBanned: true,
      text: 'so V\u0456LE',
    });
    expect(banned).toEqual(['v: V\u0456LE']);
  });

  it('runs into slow mode is told how long, before and after', async () => {
    const { room, chat, say, later } = build();
    room.fairness.setModes({ ...openModes, slowMs: 12_000 });
    expect(chat.modesFor({ viewerId: 'v' })).toEqual({
      rules: { slowMs: 12_000, isLocked: false, isMembersOnly: false },
      held: 0,
    });
    await say('v', 'one');
    later(4000);
    expect(chat.modesFor({ viewerId: 'v' }).waitSeconds).toBe(8);
    expect(await say('v', 'two')).toMatchObject({ rule: 'slow-mode', waitMs: 8000 });
  });
});
