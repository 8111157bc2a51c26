import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Onioncast } from '../support/onioncast.ts';

const run = promisify(execFile);

describe('players that we did not write', () => {
  let server: Onioncast;

  beforeAll(async () => {
    server = await Onioncast.start();
    await server.event('stream', (event) => event.state === 'live');
    // A playlist needs its first segments.
    await waitForSegments(server.url);
  });

  afterAll(async () => {
    await server.close();
  });

  for (const path of ['/stream.mp4', '/stream.m3u8']) {
    it(`mpv plays ${path}`, async () => {
      // Counted in frames: the timeline does not begin at 0 for somebody who joins later.
      const args = [
        '--no-config',
        '--vo=null',
        '--ao=null',
        // Of a playlist more than it held at the start: it has been loaded again.
        `--frames=${path.endsWith('.m3u8') ? 240 : 90}`,
        '--msg-level=all=v',
        `${server.url}${path}`,
      ];
      const { stdout } = await run('mpv', args, { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 });
      expect(stdout).toMatch(/Video.*h264/iu);
      expect(stdout).toMatch(/Audio.*opus/iu);
      expect(stdout).toMatch(/starting audio playback/u);
      expect(stdout).toMatch(/End of file/u);
    });

    it(`VLC plays ${path} for as long as it is let`, async () => {
      const signs = [
        /Received first picture/u,
        /using video decoder module "avcodec"/u,
        /using audio decoder module "(opus|avcodec)"/u,
      ];
      const log = await runVlc(`${server.url}${path}`, signs);
      for (const sign of signs) expect(log).toMatch(sign);
    });
  }

  it('FFmpeg plays /stream.m3u8, beyond what the first playlist held', async () => {
    const input = ['-hide_banner', '-nostdin', '-i', `${server.url}/stream.m3u8`];
    const output = ['-map', '0:v:0', '-map', '0:a:0', '-t', '8', '-f', 'null', '-'];
    const { stderr } = await run('ffmpeg', [...input, ...output], { timeout: 120_000, maxBuffer: 16 * 1024 * 1024 });
    const frames = [...stderr.matchAll(/frame=\s*(\d+)/gu)].map(([, count]) => Number(count));
    expect(frames.at(-1)).toBeGreaterThanOrEqual(230);
    expect(stderr).not.toMatch(/expired from playlists|non-monoton|Packet corrupt/iu);
  });

  it('GStreamer plays picture and sound of /stream.m3u8', async () => {
    const sink = (name: string) => `fakesink name=${name} silent=false sync=true`;
    const args = [
      '-v',
      'playbin',
      `uri=${server.url}/stream.m3u8`,
      `video-sink=${sink('seen')}`,
      `audio-sink=${sink('heard')}`,
    ];
    const timesOf = (log: string, name: string): number[] =>
      [...log.matchAll(new RegExp(`\\(${name}:sink\\).* pts: (\\d+):(\\d+):([\\d.]+)`, 'gu'))].map(
        ([, hours, minutes, seconds]) => 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds),
      );
    const span = (times: readonly number[]): number => (times.at(-1) ?? 0) - (times[0] ?? 0);
    const plays = (log: string): boolean => ['seen', 'heard'].every((name) => span(timesOf(log, name)) > 2);
    const log = await runFor(['gst-launch-1.0', ...args], 80_000, plays);
    for (const times of [timesOf(log, 'seen'), timesOf(log, 'heard')]) {
      expect(span(times)).toBeGreaterThan(2);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }
  });
});

/** Lets VLC play until it has shown all these signs, and for six seconds at least; what it logged. VLC does not run as root: then it runs as nobody. */
async function runVlc(url: string, signs: readonly RegExp[]): Promise<string> {
  const vlc = ['cvlc', '-vv', '--no-video-title-show', '--vout=dummy', '--aout=adummy', url];
  const isRoot = process.getuid?.() === 0;
  const command = isRoot ? ['setpriv', '--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp', ...vlc] : vlc;
  const from = performance.now();
  const isEnough = (log: string): boolean => performance.now() - from > 6000 && signs.every((sign) => sign.test(log));
  return await runFor(command, 60_000, isEnough);
}

/** Lets a player run and interrupts it, as soon as it has written enough; what it wrote. Throws if it gave up by itself. */
async function runFor(
  [command = '', ...args]: readonly string[],
  forMs: number,
  isEnough: (log: string) => boolean,
): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (text: Buffer) => {
      log += text.toString();
    });
  }
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let isInterrupted = false;
  const timer = setTimeout(interrupt, forMs);
  const watch = setInterval(() => {
    if (isEnough(log)) interrupt();
  }, 500);
  const hardTimer = setTimeout(() => child.kill('SIGKILL'), forMs + 5000);
  function interrupt(): void {
    isInterrupted = true;
    child.kill('SIGTERM');
  }
  await exited;
  clearTimeout(timer);
  clearInterval(watch);
  clearTimeout(hardTimer);
  if (!isInterrupted) throw new Error(`${command} gave up early:\n${log.slice(-3000)}`);
  return log;
}

async function waitForSegments(url: string): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (performance.now() < deadline) {
    const playlist = await (await fetch(`${url}/stream/360p/index.m3u8`)).text();
    if ((playlist.match(/#EXTINF/gu) ?? []).length >= 3) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the playlist never had three segments');
}
