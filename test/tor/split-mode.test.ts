import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ServeEvent } from '../../src/serve-event.ts';
import { SplitMode, type WatchedStream } from '../support/split-mode.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const bufferSeconds = 6;
const patience = { timeout: 60_000, interval: 50 };

/** From home to a server to a viewer, through two paths of real tors. What takes minutes is in `test/long/split-mode.test.ts`. */
describe('split mode', () => {
  let network: TorNetwork;
  let mode: SplitMode;
  let viewers: WatchedStream[] = [];

  beforeAll(async () => {
    network = await startTorNetwork();
    mode = await SplitMode.start(network, [`buffer = "${bufferSeconds}s"`]);
    await mode.startPublisher();
  });

  afterAll(async () => {
    for (const viewer of viewers) viewer.close();
    await mode?.close();
    await network?.close();
  });

  /** What the server has said of the line since it had said so much. */
  function saidSince(count: number): Extract<ServeEvent, { kind: 'line' }>[] {
    return mode.server.events.slice(count).filter((event) => event.kind === 'line');
  }

  async function playsFor(seconds: number): Promise<void> {
    const [viewer] = viewers;
    const from = viewer?.pictureSeconds ?? 0;
    await vi.waitUntil(() => (viewer?.pictureSeconds ?? 0) > from + seconds, patience);
  }

  it('T23 keeps the line of the publisher at one rate, with no broadcast to be seen yet and with five viewers', async () => {
    await mode.publisher.event('sending', ({ state }) => state === 'sending', 90_000);
    await vi.waitUntil(() => mode.path.bytesUp > 100_000, patience);
    let apart = 1;
    // A busy machine may upset a measurement; a rate that went by what viewers do would upset all of them.
    for (let tries = 4; tries > 0 && apart > 0.05; tries -= 1) {
      for (const viewer of viewers.splice(0)) viewer.close();
      const alone = await mode.lineRate(4);
      await mode.server.event('stream', ({ state }) => state === 'live');
      viewers = await Promise.all(Array.from({ length: 5 }, (_, index) => mode.watch(`viewer ${tries} ${index}`)));
      await vi.waitUntil(() => viewers.every(({ pictureSeconds }) => pictureSeconds > 0), patience);
      apart = Math.abs((await mode.lineRate(4)) / alone - 1);
    }
    expect(apart).toBeLessThan(0.05);
  });

  it('T24 shows nothing of a break of the line that is shorter than the buffer', async () => {
    let isShort = false;
    for (let tries = 4; tries > 0 && !isShort; tries -= 1) {
      await vi.waitUntil(
        () => mode.server.events.findLast((event) => event.kind === 'line')?.play === 'playing',
        patience,
      );
      const before = mode.server.events.length;
      mode.path.cut();
      await vi.waitUntil(() => saidSince(before).some(({ isConnected }) => !isConnected), patience);
      const brokenAt = performance.now();
      await vi.waitUntil(() => saidSince(before).at(-1)?.isConnected, patience);
      isShort = performance.now() - brokenAt < (bufferSeconds - 2) * 1000;
      await playsFor(isShort ? bufferSeconds + 1 : 0);
      if (isShort) expect(saidSince(before).map(({ play }) => play)).not.toContain('slate');
    }
    expect(isShort).toBe(true);
    expect(mode.publisher.events).toContainEqual(expect.objectContaining({ kind: 'sending', state: 'resumed' }));
    expect(viewers.map(({ faults }) => faults)).toEqual(viewers.map(() => []));
  });

  it('T24 shows a slate when the publisher is away for longer, then the publisher again, in the same response', async () => {
    // A first try may have ended without a publisher.
    if (mode.publisher.hasExited) await mode.startPublisher();
    await vi.waitUntil(
      () => mode.server.events.findLast((event) => event.kind === 'line')?.play === 'playing',
      patience,
    );
    await mode.publisher.kill();
    await mode.server.nextEvent('line', ({ play }) => play === 'slate');
    await playsFor(2);
    const live = mode.server.nextEvent('line', ({ play }) => play === 'playing');
    await mode.startPublisher();
    await live;
    await playsFor(2);
    expect(viewers.map(({ faults, isOver }) => [faults, isOver])).toEqual(viewers.map(() => [[], false]));
    expect(mode.server.events.filter((event) => event.kind === 'stream').at(-1)).toMatchObject({
      state: 'live',
      run: 1,
    });
  });

  it('T41 tells the key to nobody: not in the command line, not in what is said', async () => {
    const { clientKey = '' } = await mode.server.event('publisher');
    expect(clientKey).toMatch(/^[\w-]{91}$/);
    expect(JSON.stringify(mode.publisher.events) + mode.publisher.errors).not.toContain(clientKey);
    expect(mode.publisher.commandLine()).not.toContain(clientKey);
  });
});
