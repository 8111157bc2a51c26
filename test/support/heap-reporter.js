/** Loaded before the server under test (`--import`): whoever connects to `heap.sock` in its working directory is told how many bytes of heap are in use. */
import { createServer } from 'node:net';

createServer((socket) => {
  globalThis.gc();
  globalThis.gc();
  socket.on('error', () => undefined);
  socket.end(String(process.memoryUsage().heapUsed));
})
  .listen('heap.sock')
  .unref();
