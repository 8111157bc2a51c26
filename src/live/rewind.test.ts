import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { frameChunk } from './chunked.ts';
import { EndlessResponse } from './endless-response.ts';
import { ResponseWatch } from './response-watch.ts';
import { RewindCursor } from './rewind-cursor.ts';
import { RewindMemory, type RewindWindow } from './rewind-window.ts';

const head = frameChunk(Buffer.from('init-1'));
const otherHead = frameChunk(Buffer.from('init-2'));

/** Half a second each; every second a keyframe. The text says its time. */
function fill(window: RewindWindow, fromSeconds: number, toSeconds: number, bytes = 0): void {
  for (let at = fromSeconds; at < toSeconds; at += 0.5) {
    const text = `<${at}>`.padEnd(bytes, '.');
    window.push({
      framed: frameChunk(Buffer.from(text)),
      keyframe: Number.isInteger(at),
      startSeconds: at,
      durationSeconds: 0.5,
    });
  }
}

function windowWith(seconds: number, toSeconds: number, maxBytes = 10_000_000): RewindWindow {
  const window = new RewindMemory({ seconds, maxBytes }).window();
  window.begin(head);
  fill(window, 0, toSeconds);
  return window;
}

const cursorAt = (window: RewindWindow, seconds: number): RewindCursor => {
  const cursor = RewindCursor.at(window, seconds);
  if (cursor === undefined) throw new Error('nothing is kept');
  return cursor;
};

/** The times of what it gives at this moment, and what it says after that. */
function drain(cursor: RewindCursor, nowMs: number): { times: number[]; end: string } {
  const times: number[] = [];
  for (;;) {
    const pulled = cursor.pull(nowMs);
    if (typeof pulled === 'string') return { times, end: pulled };
    times.push(Number(/<([\d.]+)>/.exec(pulled.toString())?.[1]));
  }
}

describe('what is kept', () => {
  test('is the promised time and a little more, the oldest goes first', () => {
    const window = windowWith(60, 200);
    expect(window.availableSeconds).toBe(60);
    expect(window.oldestSeconds).toBe(109.5);
    expect(window.liveSeconds).toBe(200);
  });

  test('never takes more memory than all renditions together may, and goes back equally far in each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 60_000 }), (maxBytes) => {
        const memory = new RewindMemory({ seconds: 1000, maxBytes });
        const [large, small] = [memory.window(), memory.window()];
        for (const window of [large, small]) window.begin(head);
        for (let at = 0; at < 60; at += 1) {
          fill(large, at, at + 1, 500);
          fill(small, at, at + 1, 50);
          expect(memory.keptBytes).toBeLessThanOrEqual(maxBytes);
        }
        expect(Math.abs(large.oldestSeconds - small.oldestSeconds)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('is nothing after the end of the broadcast, and whoever pulls is told to come back', () => {
    const window = windowWith(60, 50);
    const cursor = cursorAt(window, 10);
    window.reset();
    expect(window.keptBytes).toBe(0);
    expect(window.availableSeconds).toBe(0);
    expect(cursor.pull(0)).toBe('too-old');
    expect(RewindCursor.at(window, 10)).toBeUndefined();
  });
});

describe('a cursor', () => {
  test.each([
    [0, 0],
    [10, 10],
    [10.4, 10],
    [10.99, 10],
    [1000, 49],
  ])('asked for second %d it begins at the keyframe at or before it: %d', (wished, start) => {
    const cursor = cursorAt(windowWith(60, 50), wished);
    expect(cursor.startSeconds).toBe(start);
    expect(cursor.behindSeconds).toBe(50 - start);
    expect(drain(cursor, 0).times[0]).toBe(start);
  });

  test('begins at the oldest keyframe that is kept when asked for what is gone', () => {
    expect(cursorAt(windowWith(60, 200), 3).startSeconds).toBe(110);
  });

  test('gives a lead at once and then goes on as the clock does, without a piece missing or twice', () => {
    const window = windowWith(300, 200);
    const cursor = cursorAt(window, 100);
    const first = drain(cursor, 5000);
    expect(first.times.at(-1)).toBe(120);
    const second = drain(cursor, 15_000);
    expect(second.times[0]).toBe(120.5);
    expect(second.times.at(-1)).toBeLessThanOrEqual(132.5);
    const all = [...first.times, ...second.times];
    expect(all).toEqual(all.map((_, index) => 100 + index / 2));
  });

  test('waits at the newest piece and goes on when there is another', () => {
    const window = windowWith(300, 20);
    const cursor = cursorAt(window, 15);
    drain(cursor, 0);
    const wake = vi.fn();
    const stop = cursor.whenMore(wake);
    fill(window, 20, 20.5);
    expect(wake).toHaveBeenCalledOnce();
    expect(drain(cursor, 0)).toEqual({ times: [20], end: 'later' });
    stop();
    fill(window, 20.5, 21);
    expect(wake).toHaveBeenCalledOnce();
  });

  test('that stands still until its place is gone is too old', () => {
    const window = windowWith(60, 100);
    const cursor = cursorAt(window, 40);
    expect(cursor.isLost).toBe(false);
    fill(window, 100, 200);
    expect(cursor.isLost).toBe(true);
    expect(cursor.pull(0)).toBe('too-old');
  });

  test('goes over a new run with the same init segment as if there were none', () => {
    const window = windowWith(300, 20);
    window.begin(Buffer.from(head));
    fill(window, 20, 30);
    const { times } = drain(cursorAt(window, 15), 0);
    expect(times).toContain(19.5);
    expect(times).toContain(20);
  });

  test('ends at another init segment, but not before the viewer has seen what was sent', () => {
    const window = windowWith(300, 20);
    window.begin(otherHead);
    fill(window, 20, 60);
    const cursor = cursorAt(window, 10);
    expect(drain(cursor, 1000)).toMatchObject({ end: 'later' });
    expect(drain(cursor, 10_999)).toEqual({ times: [], end: 'later' });
    expect(drain(cursor, 11_000)).toEqual({ times: [], end: 'resync' });
    const next = cursorAt(window, cursor.positionSeconds);
    expect(next.startSeconds).toBe(20);
    expect(next.head).toBe(otherHead);
  });
});

describe('a response that pulls', () => {
  let directory: string;
  let server: Server;
  let nowMs: number;
  let watch: ResponseWatch;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'rewind-'));
    nowMs = 1000;
    watch = new ResponseWatch({ now: () => nowMs, everyMs: 3_600_000 });
    server = createServer().listen(path.join(directory, 'web.sock'));
    await once(server, 'listening');
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  async function open(window: RewindWindow, seconds: number) {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect(path.join(directory, 'web.sock')).on('error', () => undefined);
    const [socket] = await accepted;
    sockets.push(client, socket);
    socket.resume();
    const closed: string[] = [];
    const response = new EndlessResponse({ socket, watch, headers: {}, maxQueuedBytes: 1000 });
    response.whenClosed((reason) => closed.push(reason));
    const cursor = cursorAt(window, seconds);
    response.write(cursor.head);
    response.pull(cursor);
    let received = '';
    client.on('data', (data: Buffer) => {
      received += data.toString('latin1');
    });
    return { client, socket, response, closed, received: () => received };
  }

  test('sends everything in order to whoever reads, as time goes by', async () => {
    const window = windowWith(300, 100);
    const { received } = await open(window, 50);
    await vi.waitUntil(() => received().includes('<70>'), patience);
    expect(received()).not.toContain('<71>');
    nowMs += 40_000;
    watch.checkAll();
    await vi.waitUntil(() => received().includes('<99.5>'), patience);
    fill(window, 100, 101);
    await vi.waitUntil(() => received().includes('<100.5>'), patience);
    const times = [...received().matchAll(/<([\d.]+)>/g)].map(([, time]) => Number(time));
    expect(times).toEqual(times.map((_, index) => 50 + index / 2));
  });

  test('keeps whoever stops reading without a queue, until their place is gone', async () => {
    const memory = new RewindMemory({ seconds: 60, maxBytes: 100_000_000 });
    const window = memory.window();
    window.begin(head);
    fill(window, 0, 90, 100_000);
    const { client, socket, response, closed } = await open(window, 60);
    client.pause();
    for (let second = 90; second < 110; second += 1) {
      fill(window, second, second + 1, 100_000);
      nowMs += 1000;
      watch.checkAll();
      await new Promise(setImmediate);
      expect(socket.writableLength).toBeLessThan(300_000);
    }
    nowMs += 40_000;
    watch.checkAll();
    expect(response.isOpen).toBe(true);
    fill(window, 110, 170, 100_000);
    watch.checkAll();
    expect(closed).toEqual(['too-old']);
  });

  test('goes on where it stood when a viewer reads again', async () => {
    const memory = new RewindMemory({ seconds: 300, maxBytes: 100_000_000 });
    const window = memory.window();
    window.begin(head);
    fill(window, 0, 100, 50_000);
    const { client, received } = await open(window, 10);
    client.pause();
    nowMs += 60_000;
    watch.checkAll();
    await new Promise(setImmediate);
    client.resume();
    await vi.waitUntil(() => received().includes('<99.5>'), patience);
    const times = [...received().matchAll(/<([\d.]+)>/g)].map(([, time]) => Number(time));
    expect(times).toEqual(times.map((_, index) => 10 + index / 2));
  });

  test('lets go of the window when the viewer leaves', async () => {
    const window = windowWith(300, 100);
    const { client, closed } = await open(window, 90);
    client.destroy();
    await vi.waitUntil(() => closed.length > 0, patience);
    fill(window, 100, 101);
    expect(closed).toEqual(['viewer-left']);
    expect(watch.size).toBe(0);
  });
});
