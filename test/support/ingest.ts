import { spawn, spawnSync } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Publication, PublisherGate } from '../../src/ingest/publication.ts';

/** A gate that reads what is published and tells what happened, in order. */
export class RecordingGate implements PublisherGate {
  readonly begun: Publication[] = [];
  readonly ended: Publication[] = [];
  /** Bytes of each publication's reader, by the order of their beginnings. */
  readonly media: Buffer[][] = [];
  readers: Readable[] = [];
  isBusy = false;
  readonly #waiting = new Set<() => void>();

  get live(): number {
    return this.begun.length - this.ended.length;
  }

  begin(publication: Publication): 'accepted' | 'busy' {
    if (this.isBusy || this.live > 0) return 'busy';
    const chunks: Buffer[] = [];
    const reader = publication.open();
    reader.on('data', (bytes: Buffer) => {
      chunks.push(bytes);
      this.#wake();
    });
    this.readers.push(reader);
    this.media.push(chunks);
    this.begun.push(publication);
    this.#wake();
    return 'accepted';
  }

  end(publication: Publication): void {
    if (!this.begun.includes(publication) || this.ended.includes(publication)) return;
    this.ended.push(publication);
    this.#wake();
  }

  /** What the n-th publication's first reader has been given. */
  bytes(index: number): Buffer {
    return Buffer.concat(this.media[index] ?? []);
  }

  /** Resolves once the condition holds; it is looked at whenever something happens. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** What FFmpeg says of media given on its standard input: codec names and how many packets each stream has. */
export function packetsOf(bytes: Buffer, format: string): Record<string, number> {
  const args = ['-v', 'error', '-f', format, '-count_packets', '-show_entries', 'stream=codec_name,nb_read_packets'];
  const { stdout } = spawnSync('ffprobe', [...args, '-of', 'csv=p=0', 'pipe:0'], { input: bytes, encoding: 'utf8' });
  const lines = stdout.split('\n').filter((line) => line.includes(','));
  return Object.fromEntries(lines.map((line) => line.split(',')).map(([codec, count]) => [codec ?? '', Number(count)]));
}

/** Options of a short synthetic clip. */
export interface ClipOptions {
  readonly seconds?: number;
  readonly video?: readonly string[] | false;
  readonly audio?: readonly string[] | false;
  readonly size?: string;
  /** Output arguments, without the place. */
  readonly output: readonly string[];
}

const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '25'];

/** FFmpeg's arguments for a moving picture of 25 frames and one keyframe a second, and a tone. */
export function clipArguments({
  seconds = 2,
  video = h264,
  audio = ['-c:a', 'aac'],
  size = '160x90',
  output,
}: ClipOptions): string[] {
  return [
    ...['-v', 'error', '-nostdin', '-y'],
    ...(video === false ? [] : ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=25`]),
    ...(audio === false ? [] : ['-f', 'lavfi', '-i', 'sine=440']),
    ...['-t', String(seconds)],
    ...(video === false ? [] : video),
    ...(audio === false ? [] : audio),
    ...output,
  ];
}

/** A clip, whole. */
export function makeClip(options: ClipOptions): Buffer {
  const { stdout, stderr } = spawnSync('ffmpeg', [...clipArguments(options), 'pipe:1'], { maxBuffer: 2 ** 26 });
  if (stdout.length === 0) throw new Error(stderr.toString());
  return stdout;
}

/** A program that publishes, and how it ended. */
export interface RunningProgram {
  readonly exited: Promise<{ code: number | null; complaints: string }>;
  kill(): void;
}

export function run(file: string, args: readonly string[], cwd?: string): RunningProgram {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], ...(cwd === undefined ? {} : { cwd }) });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4096);
  });
  return {
    exited: new Promise((resolve) => child.once('close', (code) => resolve({ code, complaints }))),
    kill: () => child.kill('SIGKILL'),
  };
}
