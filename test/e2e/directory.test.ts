import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { largestStep, probe, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

/** Someone else's FFmpeg, as the specification runs it: HLS with fragmented MP4 segments into a directory. */
class Writer {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(directory: string, segmentSeconds: number) {
    this.#child = spawn(
      'ffmpeg',
      [
        ...[
          '-v',
          'error',
          '-nostdin',
          '-re',
          '-f',
          'lavfi',
          '-i',
          'testsrc2=s=640x360:r=25',
          '-re',
          '-f',
          'lavfi',
          '-i',
          'sine=440',
        ],
        ...[
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          '-tune',
          'zerolatency',
          '-g',
          '25',
          '-sc_threshold',
          '0',
          '-b:v',
          '200k',
        ],
        ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k', '-map_metadata', '-1'],
        ...[
          '-f',
          'hls',
          '-hls_time',
          String(segmentSeconds),
          '-hls_list_size',
          String(Math.ceil(240 / segmentSeconds)),
        ],
        ...['-hls_flags', 'delete_segments', '-hls_segment_type', 'fmp4', path.join(directory, 'stream.m3u8')],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], cwd: directory },
    );
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

describe('a directory that somebody else writes', () => {
  let directory: string;
  let server: Onioncast | undefined;
  let writer: Writer | undefined;

  afterEach(async () => {
    await writer?.kill();
    await server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function clean(): Promise<void> {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
  }

  for (const segmentSeconds of [2, 10]) {
    it(`is broadcast from segments of ${segmentSeconds} s, with its own uptime, over a restart of its FFmpeg`, async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'onioncast-dir-'));
      const begun = Math.floor(Date.now() / 1000);
      await writeFile(path.join(directory, 'start.txt'), `${begun}\n`);
      writer = new Writer(directory, segmentSeconds);
      await writeFile(path.join(directory, 'pid.txt'), `${writer.pid}\n`);
      server = await Onioncast.start({ args: ['--no-tor', '--source', `dir:${directory}`] });
      await server.event('stream', (event) => event.state === 'live');

      const health = (await (await fetch(`${server.url}/healthz`)).json()) as { stream: { uptimeSeconds: number } };
      expect(Math.abs(health.stream.uptimeSeconds - (Date.now() / 1000 - begun))).toBeLessThan(3);

      const reading = await readEndless(`${server.url}/stream.mp4`);
      await reading.atLeast(150_000);
      const file = path.join(server.data, 'directory.mp4');
      await writeFile(file, reading.bytes());
      const { packets, codecs } = await probe(file);
      expect(codecs.toSorted()).toEqual(['h264', 'opus']);
      expect(largestStep(packets, 'video')).toBeLessThan(0.1);

      const again = server.nextEvent('stream', (event) => event.state === 'live', 90_000);
      await writer.kill();
      await clean();
      await writeFile(path.join(directory, 'start.txt'), `${Math.floor(Date.now() / 1000)}\n`);
      writer = new Writer(directory, segmentSeconds);
      await again;
      // Whoever watched is told to come back, and comes back to a picture.
      expect((await reading.ended).complete).toBe(true);
      const fresh = await readEndless(`${server.url}/stream.mp4`);
      await fresh.atLeast(20_000);
      fresh.close();
    }, 240_000);
  }
});
