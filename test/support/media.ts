import { execFile, spawn } from 'node:child_process';
import http, { type IncomingMessage } from 'node:http';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An endless response being read. */
export interface Reading {
  readonly response: IncomingMessage;
  /** What has come so far. */
  bytes(): Buffer;
  /** Resolves when this many bytes have come. */
  atLeast(count: number): Promise<void>;
  /** Resolves when the server ends the response: `complete` if it did so properly. */
  readonly ended: Promise<{ complete: boolean }>;
  close(): void;
}

/** Opens an endless response and reads it until closed. */
export async function readEndless(url: string, headers: Record<string, string> = {}): Promise<Reading> {
  return await new Promise((resolve, reject) => {
    const request = http.get(url, { headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      const waiting = new Set<() => void>();
      response.on('data', (data: Buffer) => {
        parts.push(data);
        size += data.length;
        for (const check of [...waiting]) check();
      });
      response.on('error', () => undefined);
      const ended = new Promise<{ complete: boolean }>((done) => {
        response.once('close', () => done({ complete: response.complete }));
      });
      resolve({
        response,
        bytes: () => Buffer.concat(parts),
        atLeast: async (count) =>
          await new Promise<void>((enough, never) => {
            const check = (): void => {
              if (size < count) return;
              waiting.delete(check);
              enough();
            };
            waiting.add(check);
            void ended.then(() => never(new Error(`the response ended after ${size} of ${count} bytes`)));
            check();
          }),
        ended,
        close: () => request.destroy(),
      });
    });
    request.once('error', reject);
  });
}

/** A packet as ffprobe reports it; times in seconds. */
export interface Packet {
  readonly stream: 'video' | 'audio';
  /** Which stream of that kind: a multivariant playlist has one for each variant. */
  readonly index: number;
  readonly pts: number;
  readonly dts: number;
  readonly isKeyframe: boolean;
}

/** What ffprobe makes of a file or address in `seconds`. */
export interface Probe {
  readonly codecs: readonly string[];
  readonly packets: readonly Packet[];
  /** What it complained about. */
  readonly complaints: string;
}

export async function probe(input: string, seconds?: number): Promise<Probe> {
  const interval = seconds === undefined ? [] : ['-read_intervals', `%+${seconds}`];
  const entries = ['-show_entries', 'packet=codec_type,stream_index,pts_time,dts_time,flags:stream=codec_name'];
  const { stdout, stderr } = await run('ffprobe', ['-v', 'warning', ...interval, ...entries, '-of', 'json', input], {
    maxBuffer: 512 * 1024 * 1024,
    // Of a whole hour, on a busy machine.
    timeout: ((seconds ?? 210) + 30) * 1000,
  });
  const report: {
    packets?: { codec_type: string; stream_index: number; pts_time: string; dts_time: string; flags: string }[];
    streams?: { codec_name: string }[];
  } = JSON.parse(stdout);
  return {
    codecs: (report.streams ?? []).map((stream) => stream.codec_name),
    packets: (report.packets ?? []).map((packet) => ({
      stream: packet.codec_type === 'video' ? 'video' : 'audio',
      index: packet.stream_index,
      pts: Number(packet.pts_time),
      dts: Number(packet.dts_time),
      isKeyframe: packet.flags.startsWith('K'),
    })),
    complaints: stderr,
  };
}

/** The largest step between packets that follow each other in one stream of this kind, in seconds; time going back counts as infinite. */
export function largestStep(packets: readonly Packet[], stream: Packet['stream']): number {
  const last = new Map<number, number>();
  let largest = 0;
  for (const packet of packets) {
    if (packet.stream !== stream) continue;
    const step = packet.dts - (last.get(packet.index) ?? packet.dts);
    last.set(packet.index, packet.dts);
    largest = Math.max(largest, step < 0 ? Number.POSITIVE_INFINITY : step);
  }
  return largest;
}

/** An FFmpeg that publishes a moving picture with a tone, in real time, until stopped. */
export interface TestPublisher {
  /** Resolves with the exit code when it ends by itself or is stopped. */
  readonly exited: Promise<number | null>;
  /** Standard error so far. */
  complaints(): string;
  stop(): Promise<void>;
}

/** `output` holds FFmpeg's output arguments: `['-f', 'flv', 'rtmp://...']`. */
export function publish(
  output: readonly string[],
  options: { audio?: boolean; size?: string; keyframeSeconds?: number } = {},
): TestPublisher {
  const { audio = true, size = '640x360', keyframeSeconds = 1 } = options;
  const child = spawn(
    'ffmpeg',
    [
      ...['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=30`],
      ...(audio ? ['-re', '-f', 'lavfi', '-i', 'sine=440:sample_rate=48000'] : []),
      ...[
        '-c:v',
        'libx264',
        '-pix_fmt',
        'yuv420p',
        '-preset',
        'ultrafast',
        '-tune',
        'zerolatency',
        '-g',
        String(30 * keyframeSeconds),
      ],
      ...['-b:v', '800k'],
      ...(audio ? ['-c:a', 'aac', '-b:a', '96k'] : []),
      ...output,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4096);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    exited,
    complaints: () => complaints,
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}
