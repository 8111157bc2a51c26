import { connect, type Socket } from 'node:net';

/** How a reader follows the chat: the endless document, or events for script. */
export type ReadingMode = 'frames' | 'events';

const paths: Record<ReadingMode, string> = { frames: '/chat', events: '/events' };
const marker = 'bench-';
const digits = 7;

/** The text of the message with this number, by which readers know it again. */
export function markOf(number: number): string {
  return `${marker}${String(number).padStart(digits, '0')}`;
}

/** One open chat response on a raw socket, as cheap as it can be: nothing is parsed but the marks of messages. */
export class ChatReader {
  readonly mode: ReadingMode;
  /** Whether every mark so far was the one after the last. */
  isInOrder = true;
  /** How many marks have come since the head of the answer. */
  received = 0;
  /** Whether the server has ended the response. */
  isEnded = false;
  readonly #socket: Socket;
  readonly #onMark: (number: number, mode: ReadingMode) => void;
  #carried = '';

  private constructor(mode: ReadingMode, socket: Socket, onMark: (number: number, mode: ReadingMode) => void) {
    this.mode = mode;
    this.#socket = socket;
    this.#onMark = onMark;
  }

  /** Resolves when the first bytes of the body are there. */
  static async open(
    mode: ReadingMode,
    origin: URL,
    onMark: (number: number, mode: ReadingMode) => void,
  ): Promise<ChatReader> {
    const socket = connect(Number(origin.port), origin.hostname);
    const reader = new ChatReader(mode, socket, onMark);
    // Without a cookie each request is another viewer.
    socket.write(`GET ${paths[mode]} HTTP/1.1\r\nHost: ${origin.host}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      let head = '';
      const onHead = (data: Buffer): void => {
        head += data.toString('latin1');
        if (!/\r\n\r\n[0-9a-f]+\r\n/u.test(head)) return;
        socket.off('data', onHead).on('data', (more) => reader.#take(more));
        if (head.startsWith('HTTP/1.1 200 ')) resolve();
        else reject(new Error(`the server answered: ${head.slice(0, 80)}`));
      };
      socket.on('data', onHead).on('error', reject);
      socket.on('close', () => {
        reader.isEnded = true;
        reject(new Error('the server closed the connection'));
      });
    });
    return reader;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    const text = this.#carried + data.toString('latin1');
    let end = 0;
    for (let at = text.indexOf(marker); at !== -1 && at + marker.length + digits <= text.length; ) {
      end = at + marker.length + digits;
      const number = Number(text.slice(at + marker.length, end));
      if (number !== this.received) this.isInOrder = false;
      this.received += 1;
      this.#onMark(number, this.mode);
      at = text.indexOf(marker, end);
    }
    this.#carried = text.slice(Math.max(end, text.length - marker.length - digits));
  }
}
