import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserPage, openBrowser } from '../support/browsers.ts';
import { type DelayProxy, startDelayProxy } from '../support/delay-proxy.ts';
import { type FreezingProxy, startFreezingProxy } from '../support/freezing-proxy.ts';
import { type HeaderProxy, startHeaderProxy } from '../support/header-proxy.ts';
import { Onioncast } from '../support/onioncast.ts';
import {
  chooseQuality,
  frozenSeconds,
  pageTime,
  playing,
  recorded,
  startRecording,
  tell,
} from '../support/playback.ts';
import { encoderOf } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';

const light = {
  ONIONCAST_ENCODER_LADDER: '240p',
  ONIONCAST_ENCODER_PRESET: 'ultrafast',
  ONIONCAST_ENCODER_FRAME_RATE: '15',
};
const path = { oneWayMs: 100, jitterMs: 0 };

/** A broadcaster who sends a moving picture. */
function publish(address: string): ChildProcess {
  const picture = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=426x240:r=15', '-f', 'lavfi', '-i', 'sine=440'];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '15', '-c:a', 'aac'];
  return spawn('ffmpeg', ['-v', 'error', ...picture, ...coding, '-f', 'flv', address], { stdio: 'ignore' });
}

describe('what the viewer with script loses', () => {
  let server: Onioncast;
  let front: HeaderProxy;
  let link: DelayProxy;
  let frozen: FreezingProxy;
  let publisher: ChildProcess;
  let address = '';
  let page: BrowserPage;

  async function start(): Promise<void> {
    server = await Onioncast.start({ args: ['--no-tor', '--source', 'none'], env: light });
    const { server: rtmp, key } = await server.event('ingest');
    address = `${rtmp}/${key}`;
    publisher = publish(address);
    await server.event('stream', (event) => event.state === 'live');
    front = await startHeaderProxy({ upstream: server.url });
    const port = Number(new URL(front.url).port);
    link = await startDelayProxy({ target: { port }, ...path });
    frozen = await startFreezingProxy(port);
  }

  async function stop(): Promise<void> {
    publisher?.kill('SIGKILL');
    await frozen?.close();
    await link?.close();
    await front?.close();
    await server?.close();
  }

  beforeAll(start);
  afterAll(stop);

  beforeSecondTry(async () => {
    await stop();
    await start();
  });

  beforeEach(async () => {
    page = await openBrowser('chromium', { script: true, width: 1000, height: 600 });
  });

  afterEach(async () => {
    await page?.close();
  });

  /** Plays over a way to the server, lets something happen, and tells for how long the picture stood until it has gone on for three seconds. */
  async function lost(port: number, happen: () => Promise<void> | void, withinMs = 90_000): Promise<number> {
    await page.goto(`http://127.0.0.1:${port}/`);
    await playing(page);
    await chooseQuality(page, '240p');
    await page.until('performance.now() > 5000');
    await startRecording(page);
    const since = await pageTime(page);
    const { frames } = (await page.until<{ frames: number }>('window.recording.glances.at(-1)')) ?? { frames: 0 };
    await happen();
    // Fifteen pictures a second: what has gone on for three seconds goes on.
    await page.until(
      `(() => { const all = window.recording.glances, last = all.at(-1), before = all.findLast((g) => g.at < last.at - 3);
        return before && last.frames - before.frames > 25 && last.frames > ${frames} + 60 && last.position !== before.position; })()`,
      withinMs,
    );
    return frozenSeconds(await recorded(page), since, 0.5);
  }

  it('when the encoder dies: little more than it takes to start another', async () => {
    const seconds = await lost(link.port, async () => {
      const back = server.nextEvent('stream', (event) => event.state === 'live');
      process.kill(encoderOf(server.pid).pid, 'SIGKILL');
      await back;
    });
    tell(`encoder killed: the picture stood for ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
  });

  it('when the broadcaster is gone and comes back: no more than the broadcaster was away, and what it takes to begin', async () => {
    const gone = 2;
    const seconds = await lost(link.port, async () => {
      const back = server.nextEvent('stream', (event) => event.state === 'live');
      publisher.kill('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, gone * 1000));
      publisher = publish(address);
      await back;
    });
    tell(`publisher killed, back after ${gone} s: the picture stood for ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(20);
  });

  it('when the connection breaks: a round trip or two', async () => {
    const seconds = await lost(link.port, () => link.cut());
    tell(`connection cut: the picture stood for ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(8);
  });

  it('when the connection is dead and nobody closes it: as long as it takes to be sure', async () => {
    const seconds = await lost(frozen.port, () => frozen.freeze());
    tell(`connection dead: the picture stood for ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(15);
  });

  for (const silence of [3, 10]) {
    it(`when nothing comes for ${silence} seconds: no more than that, and soon as close to live as before`, async () => {
      const before: number[] = [];
      const seconds = await lost(link.port, async () => {
        before.push(await page.evaluate<number>('window.recording.glances.at(-1).ahead'));
        link.stall(silence * 1000);
        await new Promise((resolve) => setTimeout(resolve, silence * 1000));
      });
      const after = await page.until<number>(
        'performance.now() > 0 && window.recording.glances.at(-1).ahead < 1.5 && window.recording.glances.at(-1).ahead',
        30_000,
      );
      tell(
        `nothing for ${silence} s: the picture stood for ${seconds.toFixed(1)} s; in hand ${before[0]?.toFixed(2)} s before, ${after.toFixed(2)} s after`,
      );
      expect(seconds).toBeLessThan(silence + 8);
    });
  }
});
