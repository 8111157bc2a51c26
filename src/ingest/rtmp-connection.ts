import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { AppError } from '../errors.ts';
import type { FlvTag } from './flv.ts';
import { FlvPublication } from './flv-publication.ts';
import type { KeyGuard } from './key-guard.ts';
import type { PublisherGate } from './publication.ts';
import type { PublisherSlot, SlotHolder } from './publisher-slot.ts';
import { handshakeRandomBytes } from './rtmp-handshake.ts';
import { RtmpSession, type RtmpSessionEvent } from './rtmp-session.ts';

/** Time limits of one connection, in milliseconds. */
export interface RtmpTimeLimits {
  /** From the first byte to a key that is right. */
  readonly handshakeMs: number;
  /** Without a byte once the key was shown. */
  readonly idleMs: number;
  /** For the other side to take our last words. */
  readonly farewellMs: number;
}

/** What all connections of a server share. */
export interface RtmpSurroundings {
  readonly guard: KeyGuard;
  readonly slot: PublisherSlot;
  readonly gate: PublisherGate;
  readonly limits: RtmpTimeLimits;
  readonly now: () => number;
  /** A sentence for the operator. */
  readonly notify: (message: string) => void;
}

/** A publisher that does not read is not answered for ever. */
const maxUnreadBytes = 64 * 2 ** 10;

/** One publisher's connection: its socket, its session, its publication and their common end. */
export class RtmpConnection implements SlotHolder {
  readonly #socket: Socket;
  readonly #around: RtmpSurroundings;
  readonly #session = new RtmpSession(randomBytes(handshakeRandomBytes));
  readonly #closing = new AbortController();
  #deadline: NodeJS.Timeout;
  #publication: FlvPublication | undefined;
  #onAir = false;
  #lastHeardMs: number;
  #over = false;

  /** `onClose` is called once, when the socket is gone. */
  constructor(socket: Socket, around: RtmpSurroundings, onClose: () => void) {
    this.#socket = socket;
    this.#around = around;
    this.#lastHeardMs = around.now();
    this.#deadline = setTimeout(() => this.close(), around.limits.handshakeMs);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#onData(bytes));
    socket.on('timeout', () => this.#leave('The publisher has gone silent.'));
    // A reset is how many publishers leave; `close` follows and is all that matters.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#stop();
      onClose();
    });
  }

  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  /** True once the right key was shown. */
  get isPublisher(): boolean {
    return this.#publication !== undefined;
  }

  /** The publisher has come back on another connection. */
  evict(): void {
    this.#leave('The publisher came back; its silent connection was closed.');
  }

  /** At once, without a word. Safe to call twice. */
  close(): void {
    this.#stop();
    this.#socket.destroy();
  }

  #onData(bytes: Buffer): void {
    if (this.#over) return;
    this.#lastHeardMs = this.#around.now();
    try {
      for (const event of this.#session.push(bytes)) {
        this.#onEvent(event);
        if (this.#over) return;
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#leave(error.message);
    }
  }

  #onEvent(event: RtmpSessionEvent): void {
    switch (event.kind) {
      case 'send':
        this.#send(event.bytes);
        return;
      case 'publish':
        this.#onPublish(event.key);
        return;
      case 'tag':
        this.#onTag(event.tag);
        return;
      case 'unpublish':
        this.#endPublication();
        // Room for a last word or another publish, but not for ever.
        this.#deadline = setTimeout(() => this.close(), this.#around.limits.handshakeMs);
        return;
      case 'over':
        this.#sayFarewell(event.bytes, event.message);
    }
  }

  #onPublish(key: string): void {
    if (!this.#around.guard.isRight(key)) {
      void this.#refuseWrongKey();
      return;
    }
    if (this.#around.slot.claim(this) === 'busy') {
      this.#refuse('Another publisher is already live.');
      return;
    }
    clearTimeout(this.#deadline);
    this.#socket.setTimeout(this.#around.limits.idleMs);
    this.#publication = new FlvPublication('rtmp');
    this.#send(this.#session.accept());
  }

  /** Nothing more is read while the answer waits. */
  async #refuseWrongKey(): Promise<void> {
    this.#over = true;
    clearTimeout(this.#deadline);
    this.#socket.pause();
    const mayAnswer = await this.#around.guard.penalty(this.#closing.signal);
    if (mayAnswer) this.#refuse('Wrong stream key.');
    else this.close();
  }

  #onTag(tag: FlvTag): void {
    if (this.#publication === undefined) return;
    const progress = this.#publication.write(tag);
    if (progress.kind === 'refused') {
      this.#refuse(progress.message);
    } else if (progress.kind === 'ready' && !this.#onAir) {
      this.#onAir = this.#around.gate.begin(this.#publication) === 'accepted';
      if (!this.#onAir) this.#refuse('Another publisher is already live.');
    }
  }

  #refuse(description: string): void {
    this.#sayFarewell(this.#session.refuse(description), description);
  }

  #sayFarewell(bytes: Buffer, message: string): void {
    if (this.#closing.signal.aborted) return;
    this.#around.notify(`RTMP publisher refused: ${message}`);
    this.#stop();
    // What still comes is read and thrown away: closing with unread bytes would reset the connection and lose the answer.
    this.#socket.resume();
    this.#socket.end(bytes);
    this.#deadline = setTimeout(() => this.#socket.destroy(), this.#around.limits.farewellMs);
    this.#socket.once('close', () => clearTimeout(this.#deadline));
  }

  #leave(message: string): void {
    if (!this.#closing.signal.aborted) this.#around.notify(`RTMP connection closed: ${message}`);
    this.close();
  }

  #send(bytes: Buffer): void {
    this.#socket.write(bytes);
    if (this.#socket.writableLength > maxUnreadBytes) this.#leave('It does not read our answers.');
  }

  #stop(): void {
    if (this.#closing.signal.aborted) return;
    this.#over = true;
    this.#closing.abort();
    clearTimeout(this.#deadline);
    this.#endPublication();
  }

  #endPublication(): void {
    const publication = this.#publication;
    this.#publication = undefined;
    if (publication === undefined) return;
    publication.end();
    if (this.#onAir) this.#around.gate.end(publication);
    this.#onAir = false;
    this.#around.slot.release(this);
  }
}
