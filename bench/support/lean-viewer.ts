import { connect, type Socket } from 'node:net';
import { type Entrance, proxyLine } from '../../test/support/raw-http.ts';

/** One response without end. */
export interface EndlessWatch {
  readonly kind: 'endless';
  readonly host: string;
  readonly path: string;
}

/** Segments of so many milliseconds that come round again and again, `/<number>.mp4`, and a playlist before each, over one connection that is kept. */
export interface SegmentWatch {
  readonly kind: 'segments';
  readonly segments: number;
  readonly segmentMs: number;
}

/** Somebody who takes what comes. */
export interface LeanViewer {
  /** Received so far, headers included. */
  readonly bytes: number;
  /** No longer in real time: cut off, or not done with a segment when the next one was due. */
  readonly isLost: boolean;
}

/** What is read is thrown away, so one memory does for all. */
const scratch = Buffer.alloc(256 * 1024);

function open(entrance: Entrance, onBytes: (bytes: Buffer) => void): Promise<Socket> {
  const onread = {
    buffer: scratch,
    callback: (length: number): boolean => {
      onBytes(scratch.subarray(0, length));
      return true;
    },
  };
  const where = 'port' in entrance ? { port: entrance.port, host: '127.0.0.1' } : { path: entrance.socketPath };
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, onread }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Follows an endless response. */
export class EndlessViewer implements LeanViewer {
  bytes = 0;
  isLost = false;

  /** Resolves when the first bytes are there; `number` tells viewers apart. */
  static async open(entrance: Entrance, { host, path }: EndlessWatch, number: number): Promise<EndlessViewer> {
    const viewer = new EndlessViewer();
    const isThere = Promise.withResolvers<void>();
    const socket = await open(entrance, (bytes) => {
      if (viewer.bytes === 0 && bytes.toString('latin1', 0, 13) !== 'HTTP/1.1 200 ') {
        isThere.reject(new Error(`the server answered: ${bytes.toString('latin1', 0, 80)}`));
      }
      viewer.bytes += bytes.length;
      isThere.resolve();
    });
    socket.on('close', () => {
      viewer.isLost = true;
      isThere.reject(new Error('the server closed the connection'));
    });
    const circuit = 'port' in entrance ? '' : proxyLine(number);
    socket.write(`${circuit}GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await isThere.promise;
    return viewer;
  }
}

/** Asks for a playlist and a segment whenever one is due; viewers take turns within the time of a segment. */
export class SegmentViewer implements LeanViewer {
  bytes = 0;
  isLost = false;
  readonly #watch: SegmentWatch;
  #socket: Socket | undefined;
  #leftBytes = 0;
  #next: string | undefined;
  #isBusy = false;
  #turn = 0;

  private constructor(watch: SegmentWatch) {
    this.#watch = watch;
  }

  static async open(entrance: Entrance, watch: SegmentWatch, number: number): Promise<SegmentViewer> {
    const viewer = new SegmentViewer(watch);
    viewer.#socket = await open(entrance, (bytes) => viewer.#take(bytes));
    viewer.#socket.on('close', () => {
      viewer.isLost = true;
    });
    const begin = (): void => {
      viewer.#ask();
      setInterval(() => viewer.#ask(), watch.segmentMs);
    };
    setTimeout(begin, (number * 7919) % watch.segmentMs);
    return viewer;
  }

  #ask(): void {
    if (this.#isBusy) this.isLost = true;
    if (this.isLost) return;
    this.#isBusy = true;
    this.#turn += 1;
    this.#next = `/${this.#turn % this.#watch.segments}.mp4`;
    this.#get('/stream.m3u8');
  }

  #get(path: string): void {
    this.#socket?.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  }

  #take(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (this.#leftBytes === 0) this.#leftBytes = lengthOf(bytes);
    this.#leftBytes -= bytes.length;
    if (this.#leftBytes > 0) return;
    const next = this.#next;
    this.#next = undefined;
    this.#isBusy = next !== undefined;
    if (next !== undefined) this.#get(next);
  }
}

/** Of a whole answer, by its head. */
function lengthOf(bytes: Buffer): number {
  const head = bytes.toString('latin1', 0, 1024);
  const length = /^HTTP\/1\.1 200 [^]*?\r\nContent-Length: (\d+)\r\n/iu.exec(head)?.[1];
  if (length === undefined) throw new Error(`the server answered: ${head.slice(0, 80)}`);
  return head.indexOf('\r\n\r\n') + 4 + Number(length);
}
