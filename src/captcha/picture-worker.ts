import { randomInt } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { drawPicture } from './picture.ts';

/** The thread that draws: sends one picture for every message it gets. */

const steps = 2 ** 32;

parentPort?.on('message', () => {
  const { answer, png } = drawPicture(() => randomInt(steps) / steps);
  // Memory of its own: a small buffer is a piece of a pool that other buffers share.
  const bytes = Uint8Array.from(png);
  parentPort?.postMessage({ answer, png: bytes }, [bytes.buffer]);
});
