import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import type { FfmpegCommand } from '../../src/encoder/ffmpeg-arguments.ts';

const directories: string[] = [];

// Registered for the test file that imports this module.
afterAll(() => {
  for (const path of directories.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** An empty directory of the test's own, gone after the tests of its file. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'onioncast-test-'));
  directories.push(path);
  return path;
}

/** Runs FFmpeg to its end on generated media and returns what it wrote to standard output. Throws with its complaint if it fails. */
export function makeMedia(...args: string[]): Buffer {
  const made = spawnSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { maxBuffer: 256 * 1024 * 1024 });
  if (made.status !== 0) throw new Error(`ffmpeg ${args.join(' ')}: ${made.stderr.toString()}`);
  return made.stdout;
}

/** What a finished FFmpeg call wrote, by output, and what it complained of. */
export interface FinishedCommand {
  readonly media: ReadonlyMap<string, Buffer>;
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** Runs the product's FFmpeg call to its end. `input` is fed to its standard input. */
export async function runCommand(command: FfmpegCommand, input?: Buffer): Promise<FinishedCommand> {
  const { args, outputs } = command;
  const child = spawn('ffmpeg', args, {
    stdio: ['pipe', 'ignore', 'pipe', ...outputs.map(() => 'pipe' as const), 'pipe'],
  });
  const read = async (fd: number): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    const pipe = child.stdio[fd];
    if (pipe === null || pipe === undefined || !('read' in pipe)) throw new Error(`no pipe ${fd}`);
    for await (const chunk of pipe) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stderr, ...media] = await Promise.all([
    read(2),
    ...[...outputs, 'progress'].map((_, index) => read(3 + index)),
  ]);
  return {
    media: new Map(outputs.map((output, index) => [output, media[index] ?? Buffer.alloc(0)])),
    exitCode: await exit,
    stderr: stderr?.toString() ?? '',
  };
}

/** One packet as ffprobe sees it. */
export interface ProbedPacket {
  readonly seconds: number;
  readonly isKeyframe: boolean;
}

/** What ffprobe says of a media file with one stream. */
export interface ProbedMedia {
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate: string;
  readonly channels?: number;
  readonly packets: readonly ProbedPacket[];
}

/** Lets ffprobe judge a piece of media. */
export function probeMedia(media: Buffer): ProbedMedia {
  const show = 'stream=codec_name,width,height,channels,r_frame_rate:packet=pts_time,flags';
  const args = ['-v', 'error', '-of', 'json', '-show_entries', show, '-f', 'mp4', '-i', 'pipe:0'];
  const probe = spawnSync('ffprobe', args, { input: media, maxBuffer: 64 * 1024 * 1024 });
  const { streams, packets } = JSON.parse(probe.stdout.toString());
  const [stream] = streams;
  return {
    codec: stream.codec_name,
    width: stream.width,
    height: stream.height,
    frameRate: stream.r_frame_rate,
    channels: stream.channels,
    packets: packets.map((packet: { pts_time: string; flags: string }) => ({
      seconds: Number(packet.pts_time),
      isKeyframe: packet.flags.startsWith('K'),
    })),
  };
}

/** For an encoder whose limits are not what a test is about: all the time that FFmpeg may need on a busy machine. */
export const unhurried = { firstBytesAfterMs: 50_000, stallAfterMs: 50_000 } as const;

/** FFmpeg under a name that only this test uses, so that its processes can be told from all others on the machine. */
export class OwnFfmpeg {
  readonly path: string;

  constructor(directory = temporaryDirectory()) {
    const real = spawnSync('sh', ['-c', 'command -v ffmpeg']).stdout.toString().trim();
    this.path = join(directory, 'ffmpeg');
    symlinkSync(real, this.path);
  }

  /** Its processes that run now, zombies left out. */
  pids(): number[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && this.#isOurs(pid));
  }

  /** Resolves when none is left; the test's own time limit bounds it. */
  async allGone(): Promise<void> {
    while (this.pids().length > 0) await sleep(20);
  }

  #isOurs(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] === this.path;
    } catch {
      // The process ended while we looked.
      return false;
    }
  }
}
