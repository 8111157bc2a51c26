import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { tell } from '../support/playback.ts';
import { SplitMode, type WatchedStream } from '../support/split-mode.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const bufferSeconds = 10;
const patience = { timeout: 120_000, interval: 50 };

/** What is told of split mode, at full length, through two paths of real tors. */
describe('split mode with a buffer of ten seconds', () => {
  let network: TorNetwork;
  let mode: SplitMode;
  let viewer: WatchedStream;

  beforeAll(async () => {
    network = await startTorNetwork();
    mode = await SplitMode.start(network, [`buffer = "${bufferSeconds}s"`]);
    await mode.startPublisher();
    await mode.server.event('stream', ({ state }) => state === 'live', 120_000);
    viewer = await mode.watch('viewer');
    await vi.waitUntil(() => viewer.pictureSeconds > 2, patience);
  });

  afterAll(async () => {
    viewer?.close();
    await mode?.close();
    await network?.close();
  });

  /** Kills the publisher, starts it so that it is back after about so long, and says for how long nothing came and whether a slate was shown. */
  async function killFor(seconds: number): Promise<{ awaySeconds: number; hasSlate: boolean }> {
    const before = mode.server.events.length;
    const said = () => mode.server.events.slice(before).filter((event) => event.kind === 'line');
    await mode.publisher.kill();
    const killedAt = performance.now();
    // Starting it takes a few seconds of that.
    await delay(Math.max(0, seconds - 4) * 1000);
    const starting = mode.startPublisher();
    await vi.waitUntil(() => said().some(({ isConnected }) => !isConnected), patience);
    await vi.waitUntil(() => said().at(-1)?.isConnected, patience);
    // It has something to send once its encoder runs.
    await (await starting).event('stream', ({ state }) => state === 'live');
    const awaySeconds = (performance.now() - killedAt) / 1000;
    await vi.waitUntil(() => said().at(-1)?.play === 'playing', patience);
    const from = viewer.pictureSeconds;
    await vi.waitUntil(() => viewer.pictureSeconds > from + bufferSeconds + 2, patience);
    return { awaySeconds, hasSlate: said().some(({ play }) => play === 'slate') };
  }

  it('T24 shows nothing of a publisher who is killed for five seconds', async () => {
    let hasShownSlate = true;
    for (let tries = 3; tries > 0 && hasShownSlate; tries -= 1) {
      const { awaySeconds, hasSlate } = await killFor(5);
      tell(`Killed, and back after ${awaySeconds.toFixed(1)} s; a slate was ${hasSlate ? '' : 'not '}shown.`);
      hasShownSlate = hasSlate;
      // Only a machine that is too busy to start it within the buffer has an excuse, and another try.
      if (awaySeconds < bufferSeconds - 3) expect(hasSlate).toBe(false);
    }
    expect([viewer.faults, hasShownSlate]).toEqual([[], false]);
  });

  it('T24 shows a slate for a publisher who is killed for a minute, then the publisher, in the same response', async () => {
    const { awaySeconds, hasSlate } = await killFor(60);
    tell(`Killed, and back after ${awaySeconds.toFixed(1)} s; a slate was ${hasSlate ? '' : 'not '}shown.`);
    expect([viewer.faults, viewer.isOver, hasSlate]).toEqual([[], false, true]);
  });
});
