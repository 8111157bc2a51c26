import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backlog } from './backlog.ts';
import type { Place } from './handshake.ts';

const init = Buffer.from('<init>');
const limits = { maxSeconds: 10, maxBytes: 10_000 };

/** A piece of a tenth of a second; each tenth one is a keyframe. Its bytes say which it is. */
function piece(index: number) {
  const keyframe = index % 10 === 0;
  const bytes = Buffer.from(`[${index}${keyframe ? 'k' : ''}]`);
  return { bytes, kind: 'video' as const, keyframe, startSeconds: index / 10, durationSeconds: 0.1 };
}

function filled(pieces: number): Backlog {
  const backlog = new Backlog(limits);
  backlog.begin(init);
  for (let index = 0; index < pieces; index += 1) backlog.push(piece(index));
  return backlog;
}

function drain(backlog: Backlog, bytes = 1000): string {
  const parts: Buffer[] = [];
  for (let next = backlog.take(bytes); next !== undefined; next = backlog.take(bytes)) parts.push(next.bytes);
  return Buffer.concat(parts).toString();
}

describe('what waits to be sent', () => {
  it('begins with an init segment and a keyframe', () => {
    const backlog = new Backlog(limits);
    expect(backlog.take(100)).toBeUndefined();
    backlog.push(piece(0));
    backlog.begin(init);
    for (const index of [8, 9, 10, 11]) backlog.push(piece(index));
    expect(backlog.take(100)).toEqual({ stream: 1, offset: 0, bytes: Buffer.from('<init>[10k][11]') });
    expect(backlog.take(100)).toBeUndefined();
  });

  it('never takes bytes of two streams at once', () => {
    const backlog = filled(2);
    backlog.begin(Buffer.from('<other>'));
    backlog.push(piece(10));
    expect(backlog.take(100)).toEqual({ stream: 1, offset: 0, bytes: Buffer.from('<init>[0k][1]') });
    expect(backlog.take(100)).toEqual({ stream: 2, offset: 0, bytes: Buffer.from('<other>[10k]') });
  });

  it('is sent again from where the server says, and not what it has', () => {
    const backlog = filled(5);
    expect(drain(backlog)).toBe('<init>[0k][1][2][3][4]');
    backlog.resume({ stream: 1, offset: 12 });
    expect(drain(backlog, 3)).toBe('][2][3][4]');
    backlog.acknowledge({ stream: 1, offset: 13 });
    backlog.resume({ stream: 1, offset: 16 });
    expect(drain(backlog)).toBe('[3][4]');
  });

  it('goes on from the newest keyframe, as another stream, when what the server lacks is gone', () => {
    const backlog = filled(15);
    drain(backlog);
    backlog.acknowledge({ stream: 1, offset: 20 });
    backlog.resume({ stream: 1, offset: 3 });
    expect(backlog.take(100)).toEqual({ stream: 2, offset: 0, bytes: Buffer.from('<init>[10k][11][12][13][14]') });
  });

  it('believes no acknowledgement of what was never sent', () => {
    const backlog = filled(5);
    expect(backlog.acknowledge({ stream: 1, offset: 1 })).toBe(false);
    backlog.take(8);
    expect(backlog.acknowledge({ stream: 1, offset: 8 })).toBe(true);
    expect(backlog.acknowledge({ stream: 1, offset: 9 })).toBe(false);
    expect(backlog.acknowledge({ stream: 2, offset: 0 })).toBe(false);
  });

  it('is no more than its limits of time and of bytes', () => {
    const backlog = filled(100);
    expect(drain(backlog)).toContain('<init>[0k]');
    for (const index of [100, 101]) backlog.push(piece(index));
    expect(drain(backlog)).toBe('<init>[100k][101]');
    const large = new Backlog({ maxSeconds: 10, maxBytes: 100 });
    large.begin(init);
    for (let index = 0; index < 100; index += 1) large.push({ ...piece(index), bytes: Buffer.alloc(30) });
    expect(drain(large).length).toBeLessThanOrEqual(100);
  });

  it('keeps nothing of a group of pictures that is beyond its limits by itself', () => {
    const backlog = new Backlog({ maxSeconds: 10, maxBytes: 100 });
    backlog.begin(init);
    backlog.push({ ...piece(0), bytes: Buffer.alloc(200) });
    backlog.push(piece(1));
    expect(drain(backlog)).toBe('<init>');
    backlog.push(piece(10));
    expect(drain(backlog)).toBe('[10k]');
  });

  it('tells how much of it has not been sent', () => {
    const backlog = filled(20);
    expect(backlog.waitingSeconds).toBeCloseTo(2);
    backlog.take(20);
    expect(backlog.waitingSeconds).toBeCloseTo(1.6);
    drain(backlog);
    expect(backlog.waitingSeconds).toBe(0);
  });

  it('is still sent when the broadcast is over, and takes nothing more', () => {
    const backlog = filled(2);
    backlog.finish();
    backlog.push(piece(2));
    expect(drain(backlog)).toBe('<init>[0k][1]');
  });

  it('reaches the server without a hole or a repetition, whatever breaks in between', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const) }) },
      {
        weight: 5,
        arbitrary: fc.record({ kind: fc.constant('take' as const), bytes: fc.integer({ min: 1, max: 40 }) }),
      },
      fc.record({ kind: fc.constantFrom('ack' as const, 'break' as const, 'anew' as const, 'skip' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const backlog = new Backlog({ maxSeconds: 3, maxBytes: 400 });
        const received = new Map<number, string>();
        let place: Place = { stream: 0, offset: 0 };
        let pushed = 0;
        backlog.begin(init);
        for (const { kind, ...more } of steps) {
          if (kind === 'push') {
            backlog.push(piece(pushed));
            pushed += 1;
          } else if (kind === 'take') {
            const stretch = backlog.take('bytes' in more ? more.bytes : 1);
            if (stretch === undefined) continue;
            const isNew = stretch.stream > place.stream && stretch.offset === 0;
            expect(isNew || (stretch.stream === place.stream && stretch.offset === place.offset)).toBe(true);
            received.set(stretch.stream, (received.get(stretch.stream) ?? '') + stretch.bytes.toString());
            place = { stream: stretch.stream, offset: stretch.offset + stretch.bytes.length };
          } else if (kind === 'ack') expect(backlog.acknowledge(place)).toBe(true);
          else if (kind === 'break') backlog.resume(place);
          else if (kind === 'anew') backlog.begin(init);
          else backlog.skipToLatest();
        }
        for (const text of received.values()) {
          const numbers = [...text.matchAll(/\[(\d+)k?\]/g)].map(([, number]) => Number(number));
          expect(text.startsWith(init.toString().slice(0, text.length))).toBe(true);
          expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
          expect((numbers[0] ?? 0) % 10).toBe(0);
        }
      }),
    );
  });
});
