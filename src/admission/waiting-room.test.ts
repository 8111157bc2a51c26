import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askAgainMs, defaultWaitingPolicy, type Hall, unnumbered, WaitingRoom } from './waiting-room.ts';

/** A house with so many places; whoever is let in sits down at once. */
class House {
  readonly room: WaitingRoom;
  readonly seated = new Set<string>();
  readonly numbers = new Map<string, number>();
  readonly order: string[] = [];
  isPressed = false;
  readonly #places: number;

  constructor(places: number, policy = { ...defaultWaitingPolicy, perSecond: 1000, burst: 1000 }) {
    this.#places = places;
    this.room = new WaitingRoom(policy);
  }

  get hall(): Hall {
    const free = this.#places - this.seated.size;
    return { free, isPressed: this.isPressed, has: (viewerId) => this.seated.has(viewerId) };
  }

  /** Asks with the number that was given last. True: is in. */
  ask(viewerId: string, nowMs: number, isNew = true): boolean {
    const entry = this.room.ask({ viewerId, isNew, number: this.numbers.get(viewerId) }, this.hall, nowMs);
    if (entry.kind === 'wait') {
      this.numbers.set(viewerId, entry.number);
      // Whoever means it comes back for a number.
      return entry.number === unnumbered && this.ask(viewerId, nowMs, isNew);
    }
    if (!this.seated.has(viewerId)) this.order.push(viewerId);
    this.seated.add(viewerId);
    return true;
  }

  ahead(viewerId: string, nowMs: number): number {
    const entry = this.room.ask({ viewerId, isNew: true, number: this.numbers.get(viewerId) }, this.hall, nowMs);
    return entry.kind === 'wait' ? entry.ahead : -1;
  }
}

test('T17 while there is room everybody is let in, and nothing is kept of them', () => {
  const house = new House(1_000_000, { ...defaultWaitingPolicy, perSecond: 1e6, burst: 1e6 });
  for (let visitor = 0; visitor < 10_000; visitor += 1) {
    const entry = house.room.ask({ viewerId: `v${visitor}`, isNew: true }, house.hall, visitor);
    expect(entry.kind).toBe('in');
  }
  expect(house.room.size).toBe(0);
});

test('T17 nothing is kept of those who wait, however many', () => {
  const house = new House(0);
  for (let visitor = 0; visitor < 10_000; visitor += 1) house.ask(`v${visitor}`, visitor);
  expect(house.room.waiting).toBe(10_000);
  expect(house.room.size).toBe(0);
});

test('T15 a flood that never comes back gets no number, and is before nobody', () => {
  const house = new House(1000, { ...defaultWaitingPolicy, perSecond: 5, burst: 5 });
  const flood = (nowMs: number): void => {
    for (let one = 0; one < 100; one += 1)
      house.room.ask({ viewerId: `f${nowMs} ${one}`, isNew: true }, house.hall, nowMs);
  };
  for (let nowMs = 0; nowMs <= 10_000; nowMs += 100) flood(nowMs);
  expect(house.room.waiting).toBe(0);
  expect(house.ask('honest', 10_000)).toBe(false);
  for (let nowMs = 10_000; nowMs < 10_200; nowMs += 10) flood(nowMs);
  expect(house.ask('honest', 10_200)).toBe(true);
});

test('in a full house numbers are given in order and places in their order; nobody who comes later is before them', () => {
  const house = new House(2);
  for (const visitor of ['a', 'b', 'c', 'd']) house.ask(visitor, 0);
  expect([...house.seated]).toEqual(['a', 'b']);
  expect([house.ahead('c', 1), house.ahead('d', 1)]).toEqual([0, 1]);
  house.seated.delete('a');
  expect(house.ask('d', 2)).toBe(false);
  expect(house.ask('late', 2)).toBe(false);
  expect(house.ask('c', 3)).toBe(true);
  house.seated.delete('b');
  expect(house.ask('late', 4)).toBe(false);
  expect(house.ask('d', 4)).toBe(true);
});

test('whoever is inside keeps the place, and may watch whoever waits', () => {
  const house = new House(1);
  house.ask('a', 0);
  house.ask('b', 0);
  expect(house.ask('a', 1)).toBe(true);
  expect(house.room.mayBegin('b', house.hall, 1)).toBe(false);
  house.seated.delete('a');
  expect(house.room.mayBegin('stranger', house.hall, 1)).toBe(false);
  expect(house.room.ask({ viewerId: 'b', isNew: true, number: 1 }, house.hall, 2).kind).toBe('in');
  expect(house.room.mayBegin('b', house.hall, 3)).toBe(true);
  expect(house.room.mayBegin('stranger', house.hall, 3)).toBe(false);
});

test('whoever was let in and does not come to watch loses the place after a minute', () => {
  const house = new House(1);
  house.ask('a', 0);
  house.numbers.set('b', 0);
  const { room } = house;
  room.ask({ viewerId: 'b', isNew: true, number: unnumbered }, house.hall, 0);
  house.seated.delete('a');
  expect(room.ask({ viewerId: 'b', isNew: true, number: 1 }, house.hall, 1).kind).toBe('in');
  expect(room.mayBegin('c', house.hall, 60_000)).toBe(false);
  expect(room.mayBegin('c', house.hall, 60_001)).toBe(true);
});

test('a number lets in once: whoever has gone again waits like everybody else', () => {
  const house = new House(1);
  for (const visitor of ['a', 'b', 'c']) house.ask(visitor, 0);
  house.seated.delete('a');
  house.ask('b', 1);
  house.seated.delete('b');
  const again = house.room.ask({ viewerId: 'b', isNew: false, number: 1 }, house.hall, 100_000);
  expect(again).toMatchObject({ kind: 'wait', number: unnumbered });
  expect(house.ask('c', 100_001)).toBe(true);
});

test('a thousand who do not come back do not keep one who does for more than minutes', () => {
  const house = new House(1);
  house.ask('inside', 0);
  for (let ghost = 0; ghost < 1000; ghost += 1) house.ask(`ghost${ghost}`, 0);
  house.ask('honest', 0);
  house.seated.delete('inside');
  let nowMs = 0;
  while (!house.ask('honest', nowMs)) nowMs += 10_000;
  expect(nowMs).toBeLessThan(20 * 60_000);
});

test('when nobody has asked for as long as tickets are good, the queue is over', () => {
  const house = new House(1);
  house.ask('inside', 0);
  for (let ghost = 0; ghost < 1000; ghost += 1) house.ask(`ghost${ghost}`, 0);
  house.seated.delete('inside');
  expect(house.ask('new', 180_000)).toBe(true);
});

test('new people come in at a pace, also into an empty house; those who are known do not wait for that', () => {
  const house = new House(1000, { ...defaultWaitingPolicy, perSecond: 5, burst: 50 });
  for (let visitor = 0; visitor < 60; visitor += 1) house.ask(`v${visitor}`, 0);
  expect(house.seated.size).toBe(50);
  expect(house.ask('v50', 199)).toBe(false);
  expect(house.ask('v50', 200)).toBe(true);
  const calm = new House(1000, { ...defaultWaitingPolicy, perSecond: 5, burst: 1 });
  calm.ask('first', 0);
  expect(calm.ask('known', 0, false)).toBe(true);
  expect(calm.ask('new', 0)).toBe(false);
});

test('while the machine can take nobody newcomers wait, and come in slowly after that', () => {
  const house = new House(1000, { ...defaultWaitingPolicy, perSecond: 5, burst: 50 });
  house.ask('inside', 0);
  house.isPressed = true;
  for (let visitor = 0; visitor < 100; visitor += 1) house.ask(`v${visitor}`, 1000);
  expect(house.seated.size).toBe(1);
  expect(house.ask('inside', 1000)).toBe(true);
  expect(house.room.mayBegin('stranger', house.hall, 1000)).toBe(false);
  house.isPressed = false;
  for (let visitor = 0; visitor < 100; visitor += 1) house.ask(`v${visitor}`, 2000);
  expect(house.seated.size).toBeLessThanOrEqual(51);
  expect(house.order.slice(1, 4)).toEqual(['v0', 'v1', 'v2']);
});

test('whatever people do, there are never more inside than places, and those who keep asking come in by their numbers', () => {
  const acts = fc.array(
    fc.record({ who: fc.nat(30), does: fc.constantFrom('asks', 'asks', 'asks', 'leaves'), afterMs: fc.nat(5000) }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), acts, (places, steps) => {
      const house = new House(places);
      let nowMs = 0;
      for (const { who, does, afterMs } of steps) {
        nowMs += afterMs;
        if (does === 'leaves') house.seated.delete(`v${who}`);
        else house.ask(`v${who}`, nowMs);
        expect(house.seated.size).toBeLessThanOrEqual(places);
      }
      expect(house.room.size).toBeLessThanOrEqual(steps.length);
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (places, visitors) => {
      const house = new House(places);
      const names = Array.from({ length: visitors }, (_, index) => `v${index}`);
      for (let round = 0; round < 2 * visitors + 4; round += 1) {
        for (const name of names) if (!house.order.includes(name)) house.ask(name, round * 10_000);
        for (const name of [...house.seated].slice(0, 1)) house.seated.delete(name);
      }
      expect(house.order).toEqual(names);
    }),
  );
});

test('those far behind ask less often than those who are next, and those who came together not together', () => {
  expect(askAgainMs(unnumbered, 1000, 0.5)).toBe(3000);
  expect(askAgainMs(7, 0, 0.5)).toBe(5000);
  expect(askAgainMs(7, 1000, 0.5)).toBe(30_000);
  fc.assert(
    fc.property(fc.nat(100_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (ahead, random) => {
      const waitMs = askAgainMs(1, ahead, random);
      return waitMs >= 3750 && waitMs < 37_500;
    }),
  );
});
