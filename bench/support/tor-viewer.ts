import { connect, type Socket } from 'node:net';
import { type SocksTarget, socksConnect } from '../../test/support/socks.ts';

const startTries = 5;

/** Somebody who follows an endless response and throws away what comes. */
export class TorViewer {
  bytes = 0;
  isLost = false;
  readonly #socket: Socket;

  private constructor(socket: Socket, host: string, path: string) {
    this.#socket = socket;
    socket.on('data', (bytes) => (this.bytes += bytes.length));
    socket.on('error', () => undefined).on('close', () => (this.isLost = true));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  }

  /** Through a tor, on a circuit of its own. Asks again as a browser's person would. */
  static async open({ path, ...target }: SocksTarget & { readonly path: string }): Promise<TorViewer> {
    for (let left = startTries; ; left -= 1) {
      try {
        return new TorViewer(await socksConnect(target), target.host, path);
      } catch (error) {
        if (left <= 1) throw error;
      }
    }
  }

  /** On this machine. */
  static async openLocal(origin: string, path: string): Promise<TorViewer> {
    const { hostname, port, host } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new TorViewer(socket, host, path);
  }

  close(): void {
    this.#socket.destroy();
  }
}
