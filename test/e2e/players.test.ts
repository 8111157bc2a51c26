import { execFile } from 'node:child_process';
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
      const args = ['--no-config', '--vo=null', '--ao=null', '--length=4', '--msg-level=all=v', `${server.url}${path}`];
      const { stdout } = await run('mpv', args, { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
      expect(stdout).toMatch(/Video.*h264/iu);
      expect(stdout).toMatch(/Audio.*opus/iu);
      expect(stdout).toMatch(/End of file|EOF/u);
    });

    it(`VLC plays ${path}`, async () => {
      // VLC refuses to run as root; that is its business and not ours, so it runs as nobody.
      const vlc = [
        'cvlc',
        '-vv',
        '--no-video-title-show',
        '--vout=dummy',
        '--aout=adummy',
        '--run-time=6',
        '--play-and-exit',
      ];
      const [command, args] =
        process.getuid?.() === 0
          ? ['setpriv', ['--reuid=65534', '--clear-groups', 'env', 'HOME=/tmp', ...vlc]]
          : ['env', vlc];
      const { stderr } = await run(command as string, [...(args as string[]), `${server.url}${path}`, 'vlc://quit'], {
        timeout: 60_000,
        maxBuffer: 64 * 1024 * 1024,
      });
      expect(stderr).toMatch(/Received first picture|Decoder wait done|using video decoder module/u);
      expect(stderr).toMatch(/using audio decoder module/u);
    });
  }
});

async function waitForSegments(url: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const playlist = await (await fetch(`${url}/stream/360p/index.m3u8`)).text();
    if ((playlist.match(/#EXTINF/gu) ?? []).length >= 3) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the playlist never had three segments');
}
