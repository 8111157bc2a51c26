import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultFloodPolicy } from './flood.ts';
import { messageTextLimits } from './message-text.ts';
import { type PostCommand, type PostDecision, Room, type RoomRules } from './room.ts';

const rules: RoomRules = {
  history: 256,
  text: messageTextLimits(512),
  flood: defaultFloodPolicy,
  names: { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' },
};

const at = (monotonicMs: number, wallMs = 1_800_000_000_000 + monotonicMs) => ({ monotonicMs, wallMs });

let nonces = 0;
function command(wish: Partial<PostCommand>): PostCommand {
  nonces += 1;
  return {
    requester: { viewerId: 'v1' },
    author: { name: 'Mallow', colour: 1 },
    text: `text ${nonces}`,
    nonce: `n${nonces}`,
    ...wish,
  };
}

function post(room: Room, wish: Partial<PostCommand>, monotonicMs: number): PostDecision {
  const now = at(monotonicMs);
  const asked = command(wish);
  const decision = room.decidePost(asked, now);
  if (decision.kind === 'posted') room.acceptPost(decision.posted, now, asked.requester);
  if (decision.kind === 'held') room.acceptHold(decision.held, now, asked.requester);
  return decision;
}

describe('the room', () => {
  it('numbers messages from one and keeps their order', () => {
    const room = new Room(rules);
    post(room, { text: 'first' }, 0);
    post(room, { text: 'second' }, 1);
    expect(room.messages.map(({ id, text }) => [id, text])).toEqual([
      [1, 'first'],
      [2, 'second'],
    ]);
  });

  it('changes nothing by deciding', () => {
    const room = new Room(rules);
    expect(room.decidePost(command({}), at(0)).kind).toBe('posted');
    expect(room.messages).toEqual([]);
    expect(room.lastId).toBe(0);
  });

  it('hides messages from everybody but staff, and shows them again where they were', () => {
    const room = new Room({ ...rules, history: 4 });
    for (let n = 1; n <= 12; n += 1) post(room, { requester: { viewerId: `v${n}` } }, n);
    expect(room.setHidden([10, 12, 99], true).map(({ id }) => id)).toEqual([10, 12]);
    expect(room.setHidden([12], true)).toEqual([]);
    expect(room.messages.map(({ id }) => id)).toEqual([7, 8, 9, 11]);
    expect(room.kept.map(({ message, isHidden }) => (isHidden === true ? -message.id : message.id))).toEqual([
      5, 6, 7, 8, 9, -10, 11, -12,
    ]);
    expect(room.setHidden([12, 11], false).map(({ id }) => id)).toEqual([12]);
    expect(room.messages.map(({ id }) => id)).toEqual([8, 9, 11, 12]);
    expect(room.lastId).toBe(12);
  });

  it('goes on behind the past, whose forms stay used', () => {
    const past = [
      {
        message: { id: 41, atMs: 1, author: { name: 'Mallow', colour: 1 }, text: 'old' },
        viewerId: 'v1',
        nonce: 'used',
      },
    ];
    const room = new Room(rules, past);
    expect(post(room, { nonce: 'used' }, 0)).toEqual({ kind: 'already-posted' });
    expect(post(room, {}, 0)).toMatchObject({ kind: 'posted', posted: { message: { id: 42 } } });
  });

  it('posts once per form, and keeps the nonces of different viewers apart', () => {
    const room = new Room(rules);
    expect(post(room, { nonce: 'same' }, 0).kind).toBe('posted');
    expect(post(room, { nonce: 'same', text: 'other words' }, 1).kind).toBe('already-posted');
    expect(post(room, { nonce: 'same', requester: { viewerId: 'v2' } }, 2).kind).toBe('posted');
  });

  it('takes the same words of one viewer again only after a while', () => {
    const room = new Room(rules);
    post(room, { text: 'hello' }, 0);
    expect(post(room, { text: ' hello ' }, 2000)).toEqual({
      kind: 'refused',
      rule: 'same-text',
      waitMs: 3000,
      text: ' hello ',
    });
    expect(post(room, { text: 'hello', requester: { viewerId: 'v2' } }, 2000).kind).toBe('posted');
    expect(post(room, { text: 'hello' }, 5000).kind).toBe('posted');
  });

  it('refuses the fifth message within 20 seconds, says how long to wait and gives the text back', () => {
    const room = new Room(rules);
    for (let n = 0; n < 4; n += 1) expect(post(room, {}, n * 1000).kind).toBe('posted');
    const refusal = post(room, { text: 'my  long thought' }, 8000);
    expect(refusal).toEqual({ kind: 'refused', rule: 'slow-down', waitMs: 12_000, text: 'my  long thought' });
    expect(post(room, {}, 20_000).kind).toBe('posted');
  });

  it('slows everybody down when the room is flooded by many', () => {
    const room = new Room(rules);
    for (let n = 0; n < 60; n += 1)
      expect(post(room, { requester: { viewerId: `flooder ${n}` } }, n).kind).toBe('posted');
    expect(post(room, { requester: { viewerId: 'late' } }, 100)).toMatchObject({
      kind: 'refused',
      rule: 'room-busy',
      waitMs: 9900,
    });
  });

  it('exempts the broadcaster from every rule of pace and from no rule of text', () => {
    const room = new Room(rules);
    const author = { name: 'Broadcaster', colour: 0, capcode: 'broadcaster' as const };
    const requester = { viewerId: 'v1', role: 'broadcaster' as const };
    for (let n = 0; n < 100; n += 1) expect(post(room, { requester, author, text: 'same' }, n).kind).toBe('posted');
    expect(post(room, { requester, author, text: '\u202E' }, 100)).toMatchObject({
      kind: 'refused',
      rule: 'forbidden-character',
    });
  });

  it('does not count what was refused', () => {
    const room = new Room(rules);
    for (let n = 0; n < 10; n += 1) post(room, { text: '' }, n);
    expect(post(room, {}, 11).kind).toBe('posted');
  });

  it('keeps its pace when the wall clock jumps by a day', () => {
    const room = new Room(rules);
    for (let n = 0; n < 4; n += 1) post(room, {}, n);
    for (const wall of [-86_400_000, 86_400_000]) {
      expect(room.decidePost(command({}), at(10, 1_800_000_000_000 + wall))).toMatchObject({
        rule: 'slow-down',
        waitMs: 19_990,
      });
    }
  });

  it('holds its bounds and its order whatever is sent', () => {
    const small: RoomRules = { ...rules, history: 8 };
    const anyPost = fc.record({
      requester: fc.constantFrom('a', 'b', 'c', 'd').map((viewerId) => ({ viewerId })),
      text: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('hi', 'ho')),
      nonce: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'),
      later: fc.nat({ max: 9000 }),
    });
    fc.assert(
      fc.property(fc.array(anyPost, { maxLength: 60 }), (posts) => {
        const room = new Room(small);
        let now = 0;
        let taken = 0;
        for (const { later, ...wish } of posts) {
          now += later;
          const decision = post(room, wish, now);
          if (decision.kind === 'posted') taken += 1;
          if (decision.kind === 'refused') expect(decision.text).toBe(wish.text);
          expect(room.lastId).toBe(taken);
          expect(room.messages.length).toBe(Math.min(8, taken));
          expect(room.messages.map(({ id }) => id)).toEqual(
            room.messages.map((_, index) => taken - room.messages.length + 1 + index),
          );
        }
      }),
    );
  });
});
