import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../broadcast/adaptation.ts';
import { DrainWatch } from './drain-watch.ts';

/** 400 kbit/s. */
const bytesPerSecond = 50_000;
let nowMs: number;
let watch: DrainWatch;

/** A response that is written to at a rate; `queued` of it waits in this process. */
class Written {
  writtenBytes = 0;
  queuedBytes = 0;
  readonly verdicts: Verdict[] = [];
  readonly leave: () => void;

  constructor(circuitId?: number) {
    this.leave = watch.add({
      response: this,
      bitsPerSecond: bytesPerSecond * 8,
      ...(circuitId === undefined ? {} : { circuitId }),
      judged: (verdict) => this.verdicts.push(verdict),
    });
  }

  get drainedBytes(): number {
    return this.writtenBytes - this.queuedBytes;
  }

  get lags(): (number | undefined)[] {
    return this.verdicts.map((verdict) => (verdict.kind === 'fine' ? Math.round(verdict.lagMs) : undefined));
  }
}

/** A second goes by: each response is given one of media. */
function second(...responses: readonly Written[]): void {
  nowMs += 1000;
  for (const response of responses) response.writtenBytes += bytesPerSecond;
}

beforeEach(() => {
  nowMs = 0;
  watch = new DrainWatch({ now: () => nowMs, everyMs: 1_000_000 });
});

afterEach(() => watch.close());

describe('where tor tells what it has taken', () => {
  test('the lag is what it has not, and how much longer than at best the way takes', () => {
    const response = new Written(7);
    second(response);
    watch.report({ circuitId: 7, sentBytes: 50_000, roundTripMs: 500, leastRoundTripMs: 480 });
    second(response);
    watch.report({ circuitId: 7, sentBytes: 40_000, roundTripMs: 700, leastRoundTripMs: 480 });
    expect(response.lags).toEqual([20, 420]);
  });

  test('a connection that carries seven tenths is found slow within five seconds', () => {
    const response = new Written(7);
    for (let count = 0; count < 5; count += 1) {
      second(response);
      watch.report({ circuitId: 7, sentBytes: 35_000 });
    }
    expect(response.verdicts.at(-1)).toEqual({ kind: 'slow', share: expect.closeTo(0.7, 1) });
  });

  test('pages and chat on the same circuit do not count as media that has left twice', () => {
    const response = new Written(7);
    second(response);
    watch.report({ circuitId: 7, sentBytes: 500_000 });
    second(response);
    watch.report({ circuitId: 7, sentBytes: 25_000 });
    expect(response.lags).toEqual([0, 500]);
  });

  test('two responses on a circuit share its lag, and what was dropped with one is forgotten', () => {
    const one = new Written(7);
    const other = new Written(7);
    second(one, other);
    watch.report({ circuitId: 7, sentBytes: 50_000 });
    expect([one.lags, other.lags]).toEqual([[500], [500]]);
    one.leave();
    second(other);
    watch.report({ circuitId: 7, sentBytes: 50_000 });
    expect(other.lags).toEqual([500, 0]);
    expect(one.lags).toHaveLength(1);
  });

  test('a circuit of which it says nothing any more stands still: that is no slow connection', () => {
    const response = new Written(7);
    second(response);
    watch.report({ circuitId: 7, sentBytes: 50_000 });
    for (let count = 0; count < 5; count += 1) {
      second(response);
      watch.check();
    }
    expect(response.lags).toEqual([0, 2000, 3000, 4000, 5000]);
  });

  test('other circuits are nobody we watch', () => {
    const response = new Written(7);
    watch.report({ circuitId: 8, sentBytes: 1 });
    expect(response.verdicts).toEqual([]);
  });
});

describe('where nobody tells', () => {
  test('a queue in this process means that the buffer of the socket before it is full', () => {
    const response = new Written();
    second(response);
    watch.check();
    response.queuedBytes = 25_000;
    second(response);
    watch.check();
    expect(response.lags).toEqual([0, 500 + (150 * 1024) / 50]);
  });

  test('a queue that grows while bytes go on to leave is a slow connection', () => {
    const response = new Written();
    for (let count = 0; count < 9; count += 1) {
      second(response);
      if (count > 2) response.queuedBytes += 15_000;
      watch.check();
    }
    expect(response.verdicts.at(-1)?.kind).toBe('slow');
  });
});

test('it forgets what has left, once and for all', () => {
  const response = new Written(7);
  response.leave();
  response.leave();
  watch.report({ circuitId: 7, sentBytes: 1 });
  watch.check();
  expect([watch.size, response.verdicts]).toEqual([0, []]);
});
