import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EndReason, FanOut, type FanOutLimits, type Sink } from './fan-out.ts';

class Listener implements Sink {
  readonly heard: string[] = [];
  readonly ends: EndReason[] = [];
  write(bytes: Buffer): void {
    this.heard.push(bytes.toString());
  }
  end(reason: EndReason): void {
    this.ends.push(reason);
  }
}

const roomy = { maxPieces: 100, maxBytes: 10_000 };
const bytes = (text: string): Buffer => Buffer.from(text);

function withPieces(limits = roomy): FanOut {
  const fanOut = new FanOut(limits);
  fanOut.setHead(bytes('head'));
  fanOut.publish(bytes('K1'), { keyframe: true });
  fanOut.publish(bytes('a'));
  fanOut.publish(bytes('K2'), { keyframe: true });
  fanOut.publish(bytes('b'));
  return fanOut;
}

test('a newcomer gets the head and everything from the latest keyframe, then what is new', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'keyframe');
  fanOut.publish(bytes('c'));
  expect(listener.heard).toEqual(['head', 'K2', 'b', 'c']);
});

test('a newcomer who asks for now gets the head and only what is new', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'now');
  fanOut.publish(bytes('c'));
  expect(listener.heard).toEqual(['head', 'c']);
});

test('whoever comes back with an id misses nothing that is kept and hears nothing twice', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, { afterId: 2 });
  expect(listener.heard).toEqual(['head', 'K2', 'b']);
  expect(fanOut.lastId).toBe(4);
});

test('an id that is no longer kept brings everything that is', () => {
  const fanOut = withPieces({ maxPieces: 2, maxBytes: 100 });
  const listener = new Listener();
  fanOut.subscribe(listener, { afterId: 0 });
  expect(listener.heard).toEqual(['head', 'K2', 'b']);
});

test('every subscriber gets the very same memory', () => {
  const fanOut = new FanOut(roomy);
  const seen: Buffer[] = [];
  const sink: Sink = { write: (piece) => seen.push(piece), end: () => undefined };
  fanOut.subscribe(sink, 'now');
  fanOut.subscribe({ ...sink }, 'now');
  const piece = bytes('piece');
  fanOut.publish(piece);
  expect(seen).toHaveLength(2);
  expect(seen.every((one) => one === piece)).toBe(true);
});

test('it keeps at most the number of pieces and of bytes it may, the newest', () => {
  const fanOut = new FanOut({ maxPieces: 3, maxBytes: 10 });
  for (const text of ['1111', '2222', '3333', '44']) fanOut.publish(bytes(text));
  expect(fanOut.storedBytes).toBe(10);
  fanOut.publish(bytes('5'));
  expect(fanOut.storedBytes).toBe(7);
  const listener = new Listener();
  fanOut.subscribe(listener, { afterId: 0 });
  expect(listener.heard).toEqual(['3333', '44', '5']);
});

test('a piece larger than everything that may be kept is sent and not kept', () => {
  const fanOut = new FanOut({ maxPieces: 3, maxBytes: 4 });
  const listener = new Listener();
  fanOut.subscribe(listener, 'now');
  fanOut.publish(bytes('too large'), { keyframe: true });
  expect(listener.heard).toEqual(['too large']);
  expect(fanOut.storedBytes).toBe(0);
});

test('it can be joined once there is a head and a keyframe, and no longer after a reset', () => {
  const fanOut = new FanOut(roomy);
  fanOut.publish(bytes('K'), { keyframe: true });
  expect(fanOut.isJoinable).toBe(false);
  fanOut.setHead(bytes('head'));
  expect(fanOut.isJoinable).toBe(false);
  fanOut.publish(bytes('a'));
  expect(fanOut.isJoinable).toBe(false);
  fanOut.publish(bytes('K'), { keyframe: true });
  expect(fanOut.isJoinable).toBe(true);
  fanOut.reset();
  expect(fanOut.isJoinable).toBe(false);
});

test('a new head tells everybody to come back and forgets what belonged to the old one', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'now');
  fanOut.setHead(bytes('other'));
  expect(listener.ends).toEqual(['resync']);
  expect(fanOut.subscribers).toBe(0);
  expect(fanOut.storedBytes).toBe(0);
});

test('whoever unsubscribes hears nothing more, not even the end, and may do so twice', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  const unsubscribe = fanOut.subscribe(listener, 'now');
  unsubscribe();
  unsubscribe();
  fanOut.publish(bytes('c'));
  fanOut.close();
  expect(listener.heard).toEqual(['head']);
  expect(listener.ends).toEqual([]);
});

test('closing ends everybody once, refuses newcomers and ignores further pieces', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'now');
  fanOut.close();
  fanOut.close();
  const late = new Listener();
  fanOut.subscribe(late, 'keyframe');
  expect(listener.ends).toEqual(['closed']);
  expect(late).toMatchObject({ heard: [], ends: ['closed'] });
  expect(fanOut.publish(bytes('c'))).toBe(4);
  expect(fanOut.storedBytes).toBe(0);
});

test('a subscriber that leaves while it is being fed does not disturb the others', () => {
  const fanOut = new FanOut(roomy);
  const order: string[] = [];
  const leave = fanOut.subscribe({ write: () => order.push('first') && leave(), end: () => undefined }, 'now');
  fanOut.subscribe({ write: () => order.push('second'), end: () => undefined }, 'now');
  fanOut.publish(bytes('1'));
  fanOut.publish(bytes('2'));
  expect(order).toEqual(['first', 'second', 'second']);
});

test('a newcomer who asks for a fresh keyframe gets the latest one while hardly anything has followed it', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'fresh-keyframe');
  expect(listener.heard).toEqual(['head', 'K2', 'b']);
});

test('a newcomer who asks for a fresh keyframe waits for the next one when the latest is stale', () => {
  const fanOut = withPieces();
  for (const text of ['c', 'd', 'e', 'f']) fanOut.publish(bytes(text));
  const listener = new Listener();
  fanOut.subscribe(listener, 'fresh-keyframe');
  expect(fanOut.subscribers).toBe(1);
  fanOut.publish(bytes('g'));
  expect(listener.heard).toEqual(['head']);
  fanOut.publish(bytes('K3'), { keyframe: true });
  fanOut.publish(bytes('h'));
  expect(listener.heard).toEqual(['head', 'K3', 'h']);
});

test('a newcomer who asks for so many bytes gets the latest starting point that they follow, else the oldest', () => {
  const heard = (withBytes: number): string[] => {
    const listener = new Listener();
    withPieces().subscribe(listener, { withBytes });
    return listener.heard;
  };
  expect(heard(1)).toEqual(['head', 'K2', 'b']);
  expect(heard(3)).toEqual(['head', 'K2', 'b']);
  expect(heard(4)).toEqual(['head', 'K1', 'a', 'K2', 'b']);
  expect(heard(1000)).toEqual(['head', 'K1', 'a', 'K2', 'b']);
});

test('whoever waits for a keyframe is ended like everybody else, and can leave', () => {
  const fanOut = withPieces();
  for (const text of ['c', 'd', 'e', 'f']) fanOut.publish(bytes(text));
  const ended = new Listener();
  fanOut.subscribe(ended, 'fresh-keyframe');
  fanOut.endAll('resync');
  expect(ended.ends).toEqual(['resync']);
  const gone = new Listener();
  const leave = fanOut.subscribe(gone, 'fresh-keyframe');
  leave();
  fanOut.publish(bytes('K3'), { keyframe: true });
  expect(gone.heard).toEqual(['head']);
  expect(fanOut.subscribers).toBe(0);
});

test('a new head without an end is for newcomers alone; the others stay and keep what they have', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, 'now');
  fanOut.replaceHead(bytes('other'));
  const newcomer = new Listener();
  fanOut.subscribe(newcomer, { afterId: 3 });
  expect(listener).toMatchObject({ heard: ['head'], ends: [] });
  expect(newcomer.heard).toEqual(['other', 'b']);
});

test('a piece that was amended comes with its new bytes to those who join, and those who have it hear nothing', () => {
  const fanOut = withPieces();
  const listener = new Listener();
  fanOut.subscribe(listener, { afterId: 3 });
  expect(fanOut.amend(3, bytes('K two'))).toBe(true);
  expect(fanOut.amend(4, bytes(''))).toBe(true);
  const late = new Listener();
  fanOut.subscribe(late, 'keyframe');
  expect(late.heard).toEqual(['head', 'K two']);
  expect(fanOut.amend(4, bytes('b again'))).toBe(true);
  const later = new Listener();
  fanOut.subscribe(later, { afterId: 2 });
  expect(later.heard).toEqual(['head', 'K two', 'b again']);
  expect(listener.heard).toEqual(['head', 'b']);
});

test('what is told is heard by those who are there, has no id and is not kept', () => {
  const fanOut = withPieces();
  const [present, later] = [new Listener(), new Listener()];
  fanOut.subscribe(present, 'now');
  fanOut.tell(bytes('still here'));
  fanOut.subscribe(later, { afterId: 0 });
  expect(present.heard).toEqual(['head', 'still here']);
  expect(later.heard).toEqual(['head', 'K1', 'a', 'K2', 'b']);
  expect(fanOut.lastId).toBe(4);
  fanOut.close();
  fanOut.tell(bytes('gone'));
  expect(present.heard).not.toContain('gone');
});

test('what has been dropped or was never there cannot be amended', () => {
  const fanOut = withPieces({ maxPieces: 2, maxBytes: 100 });
  expect(fanOut.droppedId).toBe(2);
  expect([0, 2, 5].map((id) => fanOut.amend(id, bytes('x')))).toEqual([false, false, false]);
  fanOut.setHead(bytes('other'));
  expect(fanOut.droppedId).toBe(4);
  expect(fanOut.amend(4, bytes('x'))).toBe(false);
  expect(fanOut.storedBytes).toBe(0);
});

test('whatever is published and amended, late joiners get the pieces in order with their last bytes, within the limits', () => {
  const step = fc.record({ id: fc.nat(12), size: fc.nat(6), publishes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const fanOut = new FanOut({ maxPieces: 5, maxBytes: 16 });
      const expected = new Map<number, string>();
      let lastId = 0;
      for (const { id, size, publishes } of steps) {
        const content = `${size}`.repeat(size);
        if (publishes) lastId = fanOut.publish(bytes(`${size}x`));
        if (publishes) expected.set(lastId, `${size}x`);
        else if (fanOut.amend(id, bytes(content))) expected.set(id, content);
        const listener = new Listener();
        fanOut.subscribe(listener, { afterId: 0 })();
        const kept = [...expected].filter(([each, text]) => each > fanOut.droppedId && text !== '');
        expect(listener.heard).toEqual(kept.toSorted(([a], [b]) => a - b).map(([, text]) => text));
        expect(fanOut.storedBytes).toBe(listener.heard.join('').length);
        expect(fanOut.storedBytes).toBeLessThanOrEqual(16);
        expect(listener.heard.length).toBeLessThanOrEqual(5);
      }
    }),
  );
});

describe('a crowd', () => {
  let nowMs = 0;
  const gathering = {
    msPerSubscriber: 100,
    maxMs: 300,
    now: () => nowMs,
    join: (pieces: readonly Buffer[]) => Buffer.concat(pieces),
  };

  function crowdOf(count: number, limits: FanOutLimits = roomy): { fanOut: FanOut; listeners: Listener[] } {
    nowMs = 0;
    const fanOut = new FanOut(limits, gathering);
    fanOut.setHead(bytes('head'));
    const listeners = Array.from({ length: count }, () => new Listener());
    for (const listener of listeners) fanOut.subscribe(listener, 'now');
    return { fanOut, listeners };
  }

  /** Publishes one piece after the other, every 100 ms. */
  function publishAll(fanOut: FanOut, text: string): void {
    for (const piece of text) {
      fanOut.publish(bytes(piece), { keyframe: piece === 'K' });
      nowMs += 100;
    }
  }

  test.each([
    [0, []],
    [1, ['head', 'ab', 'cd', 'ef']],
    [3, ['head', 'abcd']],
    [50, ['head', 'abcd']],
  ])('of %i gets several pieces in one write, the larger it is the more, up to a limit', (count, heard) => {
    const { fanOut, listeners } = crowdOf(count);
    publishAll(fanOut, 'abcdef');
    for (const listener of listeners) expect(listener.heard).toEqual(heard);
  });

  test('gets every piece at once while it is small', () => {
    const fanOut = new FanOut(roomy, { ...gathering, msPerSubscriber: 50 });
    const listener = new Listener();
    fanOut.subscribe(listener, 'now');
    publishAll(fanOut, 'abc');
    expect(listener.heard).toEqual(['a', 'b', 'c']);
  });

  test('hears nothing twice and misses nothing when somebody joins meanwhile', () => {
    const { fanOut, listeners } = crowdOf(5);
    publishAll(fanOut, 'Kab');
    const late = new Listener();
    fanOut.subscribe(late, 'keyframe');
    publishAll(fanOut, 'cdefghiKjkl');
    fanOut.endAll('resync');
    expect(late.heard.join('')).toBe('headKabcdefghiKjkl');
    for (const listener of listeners) expect(listener.heard.join('')).toBe('headKabcdefghiKjkl');
  });

  test.each(['keyframe', 'fresh-keyframe'] as const)(
    'begins (%s) where there is as much already as pieces wait, or where it can',
    (start) => {
      // As at a high bitrate: one piece is all that anybody may want in bytes.
      const { fanOut } = crowdOf(5, { ...roomy, leadBytes: 1 });
      const heardFrom = (): string => {
        const late = new Listener();
        const leave = fanOut.subscribe(late, start);
        leave();
        return late.heard.join('');
      };
      publishAll(fanOut, 'Ka');
      expect(heardFrom()).toBe('headKa');
      publishAll(fanOut, 'bcKde');
      expect(heardFrom()).toBe('headKde');
      publishAll(fanOut, 'fKg');
      expect(heardFrom()).toBe('headKdefKg');
    },
  );

  test('waits for the first starting point, and begins with it', () => {
    const { fanOut } = crowdOf(5);
    publishAll(fanOut, 'ab');
    const early = new Listener();
    fanOut.subscribe(early, 'fresh-keyframe');
    publishAll(fanOut, 'cKdefg');
    expect(early.heard.join('')).toBe('headKdef');
  });

  test('gets what was waiting before it is told anything, and before the end', () => {
    const { fanOut, listeners } = crowdOf(5);
    publishAll(fanOut, 'a');
    fanOut.tell(bytes('!'));
    publishAll(fanOut, 'b');
    fanOut.close();
    for (const listener of listeners) {
      expect(listener.heard).toEqual(['head', 'a', '!', 'b']);
      expect(listener.ends).toEqual(['closed']);
    }
  });
});

test('nothing is kept that nobody who joins would get: what they want, and what comes until the next starting point', () => {
  const fanOut = new FanOut({ ...roomy, leadBytes: 40 });
  fanOut.setHead(bytes('head'));
  for (let piece = 0; piece < 1000; piece += 1) {
    fanOut.publish(bytes('0123456789'), { keyframe: piece % 5 === 0 });
    const listener = new Listener();
    fanOut.subscribe(listener, { withBytes: 40 })();
    const wanted = Math.min(piece + 1, 4);
    expect(listener.heard.length - 1).toBeGreaterThanOrEqual(wanted);
    expect(fanOut.storedBytes).toBeLessThanOrEqual(40 + 2 * 50);
  }
  expect(fanOut.droppedId).toBeGreaterThan(900);
});
