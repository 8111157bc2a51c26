import { spawn } from 'node:child_process';
import { clockHeight, clockWidth, readClock } from './clock-pattern.ts';

/** Long enough that what had been kept has been decoded, and what comes is new. */
const listenMs = 2500;

/**
 * How old the picture is when it leaves the server, in milliseconds: publisher, encoder and packager without line and player, plus the time of a decoder.
 * Tells a slow player from a busy machine. NaN if nothing could be read.
 */
export async function ageAtServer(origin: string): Promise<number> {
  const input = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-probesize', '32768', '-i', `${origin}/stream.mp4`];
  const crop = `scale=640:360,crop=${clockWidth}:${clockHeight}:0:0,format=gray`;
  const child = spawn('ffmpeg', ['-v', 'quiet', ...input, '-an', '-vf', crop, '-f', 'rawvideo', 'pipe:1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const frameBytes = clockWidth * clockHeight;
  let rest = Buffer.alloc(0);
  let youngestMs = Number.NaN;
  child.stdout.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (; rest.length >= frameBytes; rest = rest.subarray(frameBytes)) {
      const ms = readClock(rest);
      if (ms !== undefined) youngestMs = Math.min(Date.now() - ms, Number.isNaN(youngestMs) ? Infinity : youngestMs);
    }
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), listenMs);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  return youngestMs;
}
