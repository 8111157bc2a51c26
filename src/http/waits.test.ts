import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Changing, type Wait, type WaitEnd, Waits } from './waits.ts';

class Source implements Changing {
  readonly listeners = new Set<() => void>();
  isReady = false;

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  change(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

let source: Source;
let stopping: AbortController;
let waits: Waits;
const leavers = new Set<() => void>();

beforeEach(() => {
  vi.useFakeTimers();
  source = new Source();
  stopping = new AbortController();
  waits = new Waits({ total: 4, perOwner: 2, signal: stopping.signal });
});

afterEach(() => {
  vi.useRealTimers();
  leavers.clear();
});

function wait(owners: readonly string[] = [], changes: Partial<Wait> = {}): Promise<WaitEnd> {
  const whenGone = (listener: () => void) => {
    leavers.add(listener);
    return () => leavers.delete(listener);
  };
  return waits.until({ owners, source, isReady: () => source.isReady, forMs: 6000, whenGone, ...changes });
}

/** Nothing is left of a wait that is over. */
function expectNothingLeft(): void {
  expect([waits.size, source.listeners.size, leavers.size, vi.getTimerCount()]).toEqual([0, 0, 0, 0]);
}

describe('Waits', () => {
  it('waits for nothing that is there', async () => {
    source.isReady = true;
    expect(await wait()).toBe('ready');
    expectNothingLeft();
  });

  it('ends when it is there, and not with any other change', async () => {
    const end = wait(['me']);
    source.change();
    expect(waits.size).toBe(1);
    source.isReady = true;
    source.change();
    expect(await end).toBe('ready');
    expectNothingLeft();
  });

  it('ends after its time', async () => {
    const end = wait();
    vi.advanceTimersByTime(5999);
    expect(waits.size).toBe(1);
    vi.advanceTimersByTime(1);
    expect(await end).toBe('late');
    expectNothingLeft();
  });

  it('ends when nobody waits any more', async () => {
    const end = wait(['me']);
    for (const leave of [...leavers]) leave();
    expect(await end).toBe('gone');
    expectNothingLeft();
  });

  it('ends when the server stops, and begins no more', async () => {
    const ends = [wait(['me']), wait()];
    stopping.abort();
    expect(await Promise.all(ends)).toEqual(['closed', 'closed']);
    expect(await wait()).toBe('closed');
    expectNothingLeft();
  });

  it('T13 is bounded for each owner, whichever of them has too many, and for all', async () => {
    const ends = [wait(['a', 'x']), wait(['a', 'y'])];
    expect(await wait(['a', 'z'])).toBe('crowded');
    ends.push(wait(['b', 'x']));
    expect(await wait(['c', 'x'])).toBe('crowded');
    ends.push(wait([]));
    expect(await wait([])).toBe('crowded');
    source.isReady = true;
    source.change();
    expect(await Promise.all(ends)).toEqual(['ready', 'ready', 'ready', 'ready']);
    source.isReady = false;
    const again = wait(['a', 'x']);
    expect(waits.size).toBe(1);
    stopping.abort();
    await again;
    expectNothingLeft();
  });
});
