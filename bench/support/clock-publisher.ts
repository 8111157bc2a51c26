import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { drawClock, pictureHeight, pictureWidth } from './clock-pattern.ts';

const frameRate = 30;
const frameBytes = (pictureWidth * pictureHeight * 3) / 2;
/** A camera whose encoder does not keep up loses pictures; it does not send older and older ones. */
const maxWaitingBytes = frameRate * 0.5 * frameBytes;

/**
 * A publisher like OBS: raw frames that carry the time they were made, encoded with x264 without delay and sent to an RTMP address, or
 * written to a directory.
 * Latency measured with it holds everything from the frame in memory to the picture on the screen.
 */
export class ClockPublisher {
  readonly #child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<void>;

  /** `output` is what FFmpeg is told behind its inputs: see `toRtmp` and `toDirectory`. */
  constructor(output: readonly string[]) {
    const background = movingBackground();
    this.#child = spawn('ffmpeg', [...inputArguments, ...output], { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stdin?.on('error', () => void this.stop());
    const start = Date.now();
    let made = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((Date.now() - start) * frameRate) / 1000);
      for (; made <= due; made += 1) {
        if ((this.#child.stdin?.writableLength ?? 0) > maxWaitingBytes) continue;
        const frame = Buffer.from(background[made % background.length] ?? Buffer.alloc(frameBytes));
        drawClock(frame, Date.now());
        this.#child.stdin?.write(frame);
      }
    }, 5);
  }

  /** Ends the publisher. Safe to call twice. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

const inputArguments = [
  ...['-v', 'error', '-fflags', 'nobuffer', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
  ...['-s', `${pictureWidth}x${pictureHeight}`, '-r', String(frameRate), '-i', 'pipe:0'],
  ...['-f', 'lavfi', '-i', 'sine=440:sample_rate=48000'],
];

/** To a server that encodes again, in a quality that leaves it room. */
export function toRtmp(url: string): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(frameRate), '-b:v', '2500k'],
    ...['-c:a', 'aac', '-b:a', '64k', '-flush_packets', '1', '-f', 'flv', url],
  ];
}

/** As the specification has it: HLS segments of fragmented MP4 of so many seconds, `stream.m3u8`, `init.mp4` and `stream<N>.m4s`. */
export function toDirectory(directory: string, segmentSeconds: number): string[] {
  return [
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', String(frameRate), '-b:v', '300k'],
    ...['-c:a', 'aac', '-b:a', '64k', '-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_list_size', '24'],
    ...['-hls_flags', 'delete_segments+temp_file', '-hls_segment_type', 'fmp4'],
    ...['-hls_segment_filename', `${directory}/stream%d.m4s`, `${directory}/stream.m3u8`],
  ];
}

/** Three seconds of a busy picture, so that the encoders have real work. */
function movingBackground(): Buffer[] {
  const source = `testsrc2=s=${pictureWidth}x${pictureHeight}:r=${frameRate}`;
  const raw = execFileSync(
    'ffmpeg',
    [
      '-v',
      'error',
      '-f',
      'lavfi',
      '-i',
      source,
      '-vf',
      'noise=alls=6:allf=t',
      '-t',
      '3',
      '-pix_fmt',
      'yuv420p',
      '-f',
      'rawvideo',
      '-',
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const frames: Buffer[] = [];
  for (let at = 0; at + frameBytes <= raw.length; at += frameBytes) frames.push(raw.subarray(at, at + frameBytes));
  return frames;
}
