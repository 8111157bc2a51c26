import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { drawClock, pictureHeight, pictureWidth } from './clock-pattern.ts';

const frameRate = 30;
const frameBytes = (pictureWidth * pictureHeight * 3) / 2;

/**
 * A publisher like OBS: raw frames that carry the time they were made, encoded with x264 without delay and sent to an RTMP address.
 * Latency measured with it holds everything from the frame in memory to the picture on the screen.
 */
export class ClockPublisher {
  readonly #child: ChildProcess;
  readonly #timer: NodeJS.Timeout;
  readonly #exited: Promise<void>;

  constructor(rtmpUrl: string) {
    const background = movingBackground();
    this.#child = spawn('ffmpeg', publisherArguments(rtmpUrl), { stdio: ['pipe', 'ignore', 'inherit'] });
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stdin?.on('error', () => void this.stop());
    const start = Date.now();
    let made = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((Date.now() - start) * frameRate) / 1000);
      for (; made <= due; made += 1) {
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

function publisherArguments(url: string): string[] {
  return [
    ...['-v', 'error', '-fflags', 'nobuffer', '-f', 'rawvideo', '-pix_fmt', 'yuv420p'],
    ...['-s', `${pictureWidth}x${pictureHeight}`, '-r', String(frameRate), '-i', 'pipe:0'],
    ...['-f', 'lavfi', '-i', 'sine=440:sample_rate=48000'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(frameRate), '-b:v', '2500k'],
    ...['-c:a', 'aac', '-b:a', '64k', '-flush_packets', '1', '-f', 'flv', url],
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
