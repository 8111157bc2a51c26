/**
 * Loaded before the server under test (`--import`): the thread that draws captchas draws the same one every time, with the product's own brush, so that a
 * test knows the right answer and people who look at its pictures see a real one. Everything else of the server is as built.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker, type WorkerOptions } from 'node:worker_threads';

const painter = `
  const { parentPort } = require('node:worker_threads');
  const parts = Promise.all([
    import(${JSON.stringify(new URL('../../../dist/captcha/picture.js', import.meta.url))}),
    import(${JSON.stringify(new URL('./steady-random.ts', import.meta.url))}),
  ]);
  parentPort.on('message', async () => {
    const [{ drawPicture }, { steadyRandom }] = await parts;
    const { answer, png } = drawPicture(steadyRandom());
    parentPort.postMessage({ answer, png: Uint8Array.from(png) });
  });
`;

workerThreads.Worker = class extends Worker {
  constructor(_file: string | URL, options: WorkerOptions) {
    super(painter, { ...options, eval: true });
  }
};
syncBuiltinESMExports();
