/**
 * Loaded before the server under test (`--import`): whoever connects to `heap.sock` in its working directory is told, as JSON, what memory is in use, in bytes,
 * after everything that can be freed has been.
 */
import { createServer } from 'node:net';
import { getHeapSpaceStatistics } from 'node:v8';

createServer((socket) => {
  globalThis.gc();
  globalThis.gc();
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  socket.on('error', () => undefined);
  socket.end(JSON.stringify({ ...process.memoryUsage(), youngGeneration: young.space_size }));
})
  .listen('heap.sock')
  .unref();
