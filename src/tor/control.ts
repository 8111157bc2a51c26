import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { type ControlReply, ControlReplyParser, parseReplyWords } from './control-reply.ts';

/** tor refused a command; `status` is the number of control-spec section 4. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;

  constructor(command: string, reply: ControlReply) {
    super(`tor refused ${command}: ${reply.status} ${reply.lines[0].text}`);
    this.status = reply.status;
  }
}

/** Who wants to know what happens on a control connection. */
export interface ControlListener {
  /** An asynchronous event (status 650). Must not throw. */
  onEvent?(event: ControlReply): void;
  /** The connection is over; called once. */
  onClose?(): void;
}

interface PendingCommand {
  readonly name: string;
  readonly timer: NodeJS.Timeout;
  resolve(reply: ControlReply): void;
  reject(error: Error): void;
}

const commandTimeoutMs = 15_000;
const nonceBytes = 32;
const cookieBytes = 32;
const serverToController = 'Tor safe cookie authentication server-to-controller hash';
const controllerToServer = 'Tor safe cookie authentication controller-to-server hash';

/** A connection to the control socket of a tor (control-spec). Every command ends within 15 s, else the connection does. */
export class TorControl {
  readonly #socket: Socket;
  readonly #listener: ControlListener;
  readonly #parser = new ControlReplyParser();
  readonly #pending: PendingCommand[] = [];
  #failure: Error | undefined;

  private constructor(socket: Socket, listener: ControlListener) {
    this.#socket = socket;
    this.#listener = listener;
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      this.#fail(new Error('The control connection to tor is closed.'));
      this.#listener.onClose?.();
    });
  }

  /** Connects without authenticating. Rejects as the socket does (`ENOENT` before tor has made it). */
  static connect(socketPath: string, listener: ControlListener = {}): Promise<TorControl> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new TorControl(socket, listener));
      });
    });
  }

  /**
   * Proves that we can read tor's cookie without sending it, and checks that tor knows it too (SAFECOOKIE, control-spec section 3.24).
   * Rejects when tor's proof is wrong: then somebody else answers at the socket.
   */
  async authenticate(cookiePath: string): Promise<void> {
    // tor answers only once its main loop runs, and by then it has written the cookie of this run.
    await this.command('PROTOCOLINFO 1');
    const cookie = await readFile(cookiePath);
    if (cookie.length !== cookieBytes) throw new Error('The control cookie of tor has the wrong length.');
    const clientNonce = randomBytes(nonceBytes);
    const reply = await this.command(`AUTHCHALLENGE SAFECOOKIE ${clientNonce.toString('hex')}`);
    const { values } = parseReplyWords(reply.lines[0].text);
    const serverNonce = Buffer.from(values.get('SERVERNONCE') ?? '', 'hex');
    const serverHash = Buffer.from(values.get('SERVERHASH') ?? '', 'hex');
    const message = Buffer.concat([cookie, clientNonce, serverNonce]);
    const expected = createHmac('sha256', serverToController).update(message).digest();
    if (serverHash.length !== expected.length || !timingSafeEqual(serverHash, expected)) {
      this.close();
      throw new Error('The program at the control socket does not know the cookie of tor.');
    }
    const proof = createHmac('sha256', controllerToServer).update(message).digest('hex');
    await this.command(`AUTHENTICATE ${proof}`);
  }

  /** Sends one command line; rejects with `ControlError` unless the status is 2xx. */
  command(line: string): Promise<ControlReply> {
    // The first word alone goes into messages: arguments may be secrets.
    const name = line.split(' ', 1)[0] ?? '';
    if (/[\r\n]/.test(line)) return Promise.reject(new Error(`A control command is one line: ${name}`));
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(new Error(`tor did not answer ${name}.`)), commandTimeoutMs);
      this.#pending.push({ name, timer, resolve, reject });
      this.#socket.write(`${line}\r\n`);
    });
  }

  /** The value of one GETINFO key. */
  async getInfo(key: string): Promise<string> {
    const reply = await this.command(`GETINFO ${key}`);
    const line = reply.lines.find(({ text }) => text.startsWith(`${key}=`));
    if (line === undefined) throw new Error(`tor did not say ${key}.`);
    return line.data ?? line.text.slice(key.length + 1);
  }

  /** Replaces the kinds of events that arrive at the listener. */
  async setEvents(names: readonly string[]): Promise<void> {
    await this.command(['SETEVENTS', ...names].join(' '));
  }

  /** From now on tor ends when this connection does. */
  async takeOwnership(): Promise<void> {
    await this.command('TAKEOWNERSHIP');
  }

  /** Sends a signal by its control-spec name, for instance `RELOAD`, `NEWNYM`, `SHUTDOWN`. */
  async signal(name: string): Promise<void> {
    await this.command(`SIGNAL ${name}`);
  }

  /** Ends the connection at once; open commands reject. */
  close(): void {
    this.#fail(new Error('The control connection was closed.'));
  }

  #read(bytes: Buffer): void {
    try {
      for (const reply of this.#parser.push(bytes)) this.#take(reply);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #take(reply: ControlReply): void {
    if (reply.status >= 600) {
      this.#listener.onEvent?.(reply);
      return;
    }
    const command = this.#pending.shift();
    if (command === undefined) throw new Error('tor answered a command that was never sent.');
    clearTimeout(command.timer);
    if (reply.status < 300) command.resolve(reply);
    else command.reject(new ControlError(command.name, reply));
  }

  /** Answers are matched by order alone, so after any failure the connection is of no more use. */
  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const command of this.#pending.splice(0)) {
      clearTimeout(command.timer);
      command.reject(this.#failure);
    }
  }
}
