import { describe, expect, it } from 'vitest';
import { LocalBus } from '../bus/local.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import { openModes } from '../chat/modes.ts';
import type { Actor } from '../chat/moderation/actor.ts';
import { Moderation } from '../chat/moderation/moderation.ts';
import type { RoomEvent } from '../chat/room-event.ts';
import { Room } from '../chat/room.ts';
import { Database } from '../store/database.ts';
import { HeldRepository } from '../store/held.ts';
import { MessageRepository } from '../store/messages.ts';
import { ModerationRepository } from '../store/moderation.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { ChatService } from '../talk/chat-service.ts';
import { chatStoreOf } from '../talk/chat-store.ts';
import { ModerationService } from './moderation-service.ts';
import { moderationStoreOf } from './moderation-store.ts';
import { People } from '../people/people.ts';
import { TripcodeMaker } from '../people/tripcode-maker.ts';

const rules = {
  history: 8,
  text: messageTextLimits(512),
  flood: defaultFloodPolicy,
  names: { defaultName: 'Anonymous', broadcasterName: 'Lantern' },
};
const broadcaster: Actor = { kind: 'broadcaster' };

function build(database = Database.open({ path: ':memory:', onWarning: () => undefined }), isFailing = false) {
  const messages = new MessageRepository(database, 100);
  const acts = new ModerationRepository(database);
  const bus = new LocalBus((error) => {
    throw error;
  });
  const room = new Room(rules, messages.newest(16));
  const clock = { time: 0 };
  const now = () => ({ wallMs: 1_800_000_000_000 + clock.time, monotonicMs: clock.time });
  const events: (RoomEvent | { kind: 'standing' })[] = [];
  bus.subscribe('room', (event) => events.push(event));
  bus.subscribe('standing', () => events.push({ kind: 'standing' }));
  const people = new People((viewerId) => chat.authorOf(viewerId));
  const held = new HeldRepository(database);
  const stored = moderationStoreOf(database, acts, messages, held);
  const service = new ModerationService({
    moderation: new Moderation(acts.load()),
    room,
    people,
    store: isFailing ? { ...stored, commit: () => false } : stored,
    bus,
    randomBytes: (size) => Buffer.alloc(size, 9),
    now,
  });
  const chat: ChatService = new ChatService({
    room,
    store: chatStoreOf(database, messages, new ViewerRepository(database)),
    bus,
    standingOf: (requester) => service.standingOf(requester),
    tripcodes: new TripcodeMaker({ secret: Buffer.alloc(32, 2), allowsClassic: false }),
    tagKey: Buffer.alloc(32, 1),
    now,
    random: () => 0.5,
  });
  return {
    ...{ database, service, chat, room, people, events, clock, acts, held },
    say: async (text: string, viewerId = 'ann', circuitId = 7) => {
      clock.time += 10_000;
      const requester = { viewerId, circuitId };
      people.note(requester);
      const outcome = await chat.submit({ requester, wish: {}, post: { text, nonce: `nonce-${clock.time}` } });
      return outcome.kind === 'done' ? 'done' : outcome;
    },
    idOf: (outcome: ReturnType<ModerationService['moderate']>): number => {
      if (outcome.kind === 'refused') throw new Error(outcome.rule);
      return outcome.entry.id;
    },
  };
}

describe('the moderation service', () => {
  it('takes rows away live, and brings them back with the undo', async () => {
    const { service, say, events, room, idOf } = build();
    await say('one');
    await say('two', 'bob');
    await say('three');
    events.length = 0;
    const entry = idOf(service.moderate(broadcaster, { kind: 'purge', viewerId: 'ann' }));
    expect(events).toEqual([{ kind: 'removed', ids: [1, 3] }, { kind: 'staff' }]);
    expect(room.messages.map(({ text }) => text)).toEqual(['two']);
    service.moderate(broadcaster, { kind: 'undo', entryId: entry });
    expect(events[2]).toMatchObject({ kind: 'restored', messages: [{ id: 1 }, { id: 3 }] });
    expect(room.messages.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('refuses what a banned or timed out person writes, with rule and wait, and gives the text back', async () => {
    const { service, say, clock } = build();
    service.moderate(broadcaster, { kind: 'time-out', viewerId: 'ann', forMs: 60_000 });
    expect(await say('hello')).toEqual({ kind: 'refused', rule: 'timed-out', waitMs: 50_000, text: 'hello' });
    service.moderate(broadcaster, { kind: 'ban', viewerId: 'ann' });
    expect(await say('hello')).toEqual({ kind: 'refused', rule: 'banned', text: 'hello' });
    service.moderate(broadcaster, { kind: 'unban', viewerId: 'ann' });
    expect(await say('hello')).toBe('done');
    service.moderate(broadcaster, { kind: 'kick', viewerId: 'ann' });
    clock.time += 10 * 60_000 - 10_000;
    expect(await say('back')).toBe('done');
  });

  it('refuses a new session of the circuit that was banned, also after it has been seen on another one', async () => {
    const { service, say } = build();
    await say('first', 'ann', 7);
    service.moderate(broadcaster, { kind: 'ban', viewerId: 'ann' });
    expect(await say('hello', 'fresh', 7)).toMatchObject({ rule: 'banned' });
    expect(await say('hello', 'bob', 8)).toBe('done');
    expect(await say('hello', 'ann', 9)).toMatchObject({ rule: 'banned' });
    expect(await say('hello', 'fresher', 9)).toMatchObject({ rule: 'banned' });
  });

  it('keeps everything over a restart but the circuits', async () => {
    const before = build();
    await before.say('one');
    await before.say('two', 'bob');
    before.service.moderate(broadcaster, { kind: 'ban', viewerId: 'ann', hideAll: true, reason: 'spam' });
    before.service.moderate(broadcaster, { kind: 'pin', messageId: 2 });
    const after = build(before.database);
    expect(after.room.messages.map(({ text }) => text)).toEqual(['two']);
    expect(after.room.lastId).toBe(2);
    expect(after.service.record.pinnedId).toBe(2);
    expect(await after.say('again', 'ann')).toMatchObject({ rule: 'banned' });
    const [ban] = after.service.record.audit;
    after.service.moderate(broadcaster, { kind: 'undo', entryId: ban?.id ?? 0 });
    expect(after.room.messages.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('goes on in memory when nothing can be stored', async () => {
    const { service, say } = build(undefined, true);
    service.moderate(broadcaster, { kind: 'ban', viewerId: 'ann' });
    expect(await say('hello')).toMatchObject({ rule: 'banned' });
  });

  it('makes whoever confirms an invitation a moderator, once, who writes under the mark and is above sanctions', async () => {
    const { service, say, people } = build();
    const made = service.invite(broadcaster, 'Friend of the house', 3_600_000);
    expect(made).toMatchObject({ kind: 'done', secret: expect.stringMatching(/^[\w-]{22}$/) });
    const secret = ('secret' in made ? made.secret : undefined) ?? '';
    expect(JSON.stringify(service.record.audit)).not.toContain(secret);
    expect(JSON.stringify(service.record.invitations)).not.toContain(secret);
    expect(service.redeem(secret, { viewerId: 'ann' })).toMatchObject({ kind: 'done' });
    expect(service.redeem(secret, { viewerId: 'bob' })).toEqual({ kind: 'refused', rule: 'invitation-void' });
    expect(service.actorFor({ viewerId: 'ann' })).toMatchObject({ kind: 'moderator', label: 'Friend of the house' });
    expect(service.actorFor({ viewerId: 'bob' })).toBeUndefined();
    people.note({ viewerId: 'ann', circuitId: 7 });
    service.moderate(broadcaster, { kind: 'ban', viewerId: 'bob' });
    expect(await say('hello', 'ann')).toBe('done');
  });

  it('says what it announces to everybody, and takes it back', async () => {
    const { service, say, room, idOf } = build();
    await say('one');
    const entry = idOf(service.moderate(broadcaster, { kind: 'announce', text: 'Break until nine.' }));
    expect(room.messages.at(-1)).toMatchObject({ id: 2, text: 'Break until nine.', isAnnouncement: true });
    await say('three');
    service.moderate(broadcaster, { kind: 'undo', entryId: entry });
    expect(room.messages.map(({ id }) => id)).toEqual([1, 3]);
  });

  it('turns the switches and back', () => {
    const { service, room, idOf, events, acts } = build();
    const entry = idOf(service.moderate(broadcaster, { kind: 'mode', changes: { slow: '5s', locked: 'on' } }));
    expect(room.fairness.modes).toMatchObject({ slowMs: 5000, isLocked: true });
    expect(acts.loadModes()).toEqual({ slowMs: 5000, isLocked: true });
    expect(events).toContainEqual({ kind: 'banner' });
    service.moderate(broadcaster, { kind: 'undo', entryId: entry });
    expect(room.fairness.modes).toEqual(openModes);
    expect(acts.loadModes()).toEqual({ slowMs: 0, isLocked: false });
    expect(service.moderate(broadcaster, { kind: 'mode', changes: { slow: 'very' } })).toMatchObject({
      rule: 'unknown-mode',
    });
  });

  it('lets held messages into the room, declines them, and takes either back', () => {
    const { service, room, idOf, events, held } = build();
    const waiting = (holdId: number) => ({
      ...{ holdId, atMs: 1_800_000_000_000, viewerId: 'ann', nonce: `nonce-${holdId}`, reason: 'first' as const },
      draft: { author: { name: 'Ann', colour: 1 }, text: `held ${holdId}` },
    });
    for (const holdId of [1, 2, 3]) room.holds.add(waiting(holdId));
    const approved = idOf(service.moderate(broadcaster, { kind: 'approve', heldIds: [1, 2] }));
    expect(room.messages.map(({ id, text }) => `${id} ${text}`)).toEqual(['1 held 1', '2 held 2']);
    expect(events[0]).toMatchObject({ kind: 'message', message: { id: 1 } });
    service.moderate(broadcaster, { kind: 'undo', entryId: approved });
    expect(room.messages).toEqual([]);
    const declined = idOf(service.moderate(broadcaster, { kind: 'decline', heldIds: [3] }));
    expect(room.holds.list(1_800_000_000_000)).toEqual([]);
    service.moderate(broadcaster, { kind: 'undo', entryId: declined });
    expect(room.holds.list(1_800_000_000_000)).toEqual([waiting(3)]);
    expect(held.all()).toEqual([waiting(3)]);
  });

  it('tells staff who has hidden a message', async () => {
    const { service, say } = build();
    await say('one');
    const ann: Actor = { kind: 'moderator', moderatorId: 1, label: 'Ann', viewerId: 'v' };
    expect(service.removalOf(1)).toBeUndefined();
    service.moderate(ann, { kind: 'hide', messageIds: [1] });
    expect(service.removalOf(1)).toEqual({ by: 'Ann' });
  });
});
