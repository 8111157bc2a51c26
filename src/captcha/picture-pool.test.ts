import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { type Painter, PicturePool } from './picture-pool.ts';

/** A thread that does what the test tells it. */
class FakePainter extends EventEmitter implements Painter {
  orders = 0;
  ended = false;

  postMessage(): void {
    this.orders += 1;
  }

  unref(): void {}

  async terminate(): Promise<number> {
    this.ended = true;
    return 0;
  }

  deliver(answer = 'ACEHK'): void {
    this.emit('message', { answer, png: Uint8Array.of(1, 2, 3) });
  }
}

afterEach(() => {
  vi.useRealTimers();
});

function poolOf(size: number): { pool: PicturePool; painters: FakePainter[] } {
  const painters: FakePainter[] = [];
  const startPainter = (): FakePainter => {
    const painter = new FakePainter();
    painters.push(painter);
    return painter;
  };
  return { pool: new PicturePool({ size, startPainter }), painters };
}

describe('the pool of pictures', () => {
  it('draws in a real thread, without the event loop, and gives each picture once', async () => {
    const pool = new PicturePool({ size: 8 });
    await vi.waitFor(() => expect(pool.ready).toBe(8), { ...patience, interval: 20 });
    const taken = Array.from({ length: 8 }, () => pool.take());
    const answers = taken.map((picture) => ('answer' in picture ? picture.answer : ''));
    expect(new Set(answers).size).toBeGreaterThan(6);
    expect(taken.every((picture) => 'png' in picture && picture.png.subarray(1, 4).toString() === 'PNG')).toBe(true);
    expect(pool.take()).toEqual({ waitMs: 2000 });
    await pool.close();
    await pool.close();
  });

  it('keeps no more than its size, orders one for each that is taken, and says how long to wait when it is empty', () => {
    const { pool, painters } = poolOf(2);
    expect(painters[0]?.orders).toBe(2);
    expect(pool.take()).toEqual({ waitMs: 2000 });
    expect(painters[0]?.orders).toBe(2);
    painters[0]?.deliver();
    painters[0]?.deliver('CEHKL');
    expect(pool.ready).toBe(2);
    expect(pool.take()).toMatchObject({ answer: 'ACEHK' });
    expect(painters[0]?.orders).toBe(3);
  });

  it('starts a thread that died again, later each time, and at once less late after a picture has come', async () => {
    vi.useFakeTimers();
    const { pool, painters } = poolOf(1);
    painters[0]?.emit('exit', 1);
    await vi.advanceTimersByTimeAsync(249);
    expect(painters).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(painters).toHaveLength(2);
    expect(painters[1]?.orders).toBe(1);
    painters[1]?.emit('exit', 1);
    await vi.advanceTimersByTimeAsync(499);
    expect(painters).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    painters[2]?.deliver();
    painters[2]?.emit('exit', 1);
    await vi.advanceTimersByTimeAsync(250);
    expect(painters).toHaveLength(4);
    expect(pool.ready).toBe(1);
    await pool.close();
    painters[3]?.emit('exit', 0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(painters).toHaveLength(4);
    expect(painters[3]?.ended).toBe(true);
  });

  it('ignores what is no picture', () => {
    const { pool, painters } = poolOf(1);
    for (const nonsense of [undefined, null, 'x', {}, { answer: 1, png: Uint8Array.of(1) }]) {
      painters[0]?.emit('message', nonsense);
    }
    expect(pool.ready).toBe(0);
  });
});
