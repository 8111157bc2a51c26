/**
 * Loaded before the server under test (`--import`): the thread that draws captchas is one whose pictures all say the same, so that a benchmark knows
 * the right answer without being able to read. Everything else of the server is as built.
 */
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker } from 'node:worker_threads';

const painter = `
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', () => parentPort.postMessage({ answer: 'ACEHK', png: new Uint8Array(new ArrayBuffer(64)) }));
`;

workerThreads.Worker = class extends Worker {
  constructor(file, options) {
    super(painter, { ...options, eval: true });
  }
};
syncBuiltinESMExports();
