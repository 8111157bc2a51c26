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
        '--frames=90',
        '--msg-level=all=v',
        `${server.url}${path}`,
      ];
      const { stdout } = await run('mpv', args, { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
      expect(stdout).toMatch(/Video.*h264/iu);
      expect(stdout).toMatch(/Audio.*opus/iu);
      expect(stdout).toMatch(/starting audio playback/u);
      expect(stdout).toMatch(/End of file/u);
    });

    it(`VLC plays ${path} for as long as it is let`, async () => {
      const log = await runVlc(`${server.url}${path}`, 6000);
      expect(log).toMatch(/Received first picture/u);
      expect(log).toMatch(/using video decoder module "avcodec"/u);
      expect(log).toMatch(/using audio decoder module "(opus|avcodec)"/u);
    });
  }
});

/** Lets VLC play and interrupts it; what it logged. VLC does not run as root: then it runs as nobody. */
async function runVlc(url: string, forMs: number): Promise<string> {
  const vlc = ['cvlc', '-vv', '--no-video-title-show', '--vout=dummy', '--aout=adummy', url];
  const isRoot = process.getuid?.() === 0;
  const command = isRoot ? ['setpriv', '--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp', ...vlc] : vlc;
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text: Buffer) => {
    log += text.toString();
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGTERM'), forMs);
  const hardTimer = setTimeout(() => child.kill('SIGKILL'), forMs + 5000);
  const start = performance.now();
  await exited;
  clearTimeout(timer);
  clearTimeout(hardTimer);
  if (performance.now() - start < forMs - 100) throw new Error(`VLC gave up early:\n${log.slice(-3000)}`);
  return log;
}

async function waitForSegments(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const playlist = await (await fetch(`${url}/stream/360p/index.m3u8`)).text();
    if ((playlist.match(/#EXTINF/gu) ?? []).length >= 3) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the playlist never had three segments');
}
