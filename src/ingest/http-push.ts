import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import { KeyGuard } from './key-guard.ts';
import type { PublisherGate } from './publication.ts';
import { PublisherSlot, silentTakeoverMs } from './publisher-slot.ts';
import { intakeFor, type PushIntake, sniffBytes } from './push-intake.ts';

/** What became of a pushed body. */
export type PushOutcome =
  | { readonly kind: 'finished' }
  /** `message` may be sent to the publisher. */
  | { readonly kind: 'refused'; readonly reason: 'key' | 'busy' | 'format'; readonly message: string };

/** Times in milliseconds; the defaults are `pushLimits`. */
export interface PushLimits {
  /** Without a byte. */
  readonly idleMs: number;
  readonly wrongKeyMs: number;
  readonly silentTakeoverMs: number;
}

export const pushLimits: PushLimits = { idleMs: 15_000, wrongKeyMs: 1000, silentTakeoverMs };

export interface PushIngestOptions {
  readonly key: () => string;
  readonly gate: PublisherGate;
  readonly limits?: Partial<PushLimits>;
}

/** One request body that publishes. */
export interface PushRequest {
  /** From `X-Stream-Key` or `Authorization: Bearer`. */
  readonly key: string | undefined;
  readonly body: Readable;
  /** Aborts when the server closes or the request is gone. */
  readonly signal: AbortSignal;
}

const refusals = {
  key: { kind: 'refused', reason: 'key', message: 'Wrong stream key.' },
  busy: { kind: 'refused', reason: 'busy', message: 'Another publisher is already live.' },
} as const;

/** Takes a stream as the body of an HTTP request: FLV or fragmented MP4, told apart by its first bytes and never by what the request says. */
export class PushIngest {
  readonly #gate: PublisherGate;
  readonly #guard: KeyGuard;
  readonly #slot: PublisherSlot;
  readonly #limits: PushLimits;

  constructor({ key, gate, limits }: PushIngestOptions) {
    this.#gate = gate;
    this.#limits = { ...pushLimits, ...limits };
    this.#guard = new KeyGuard(key, { penaltyMs: this.#limits.wrongKeyMs });
    this.#slot = new PublisherSlot(() => performance.now(), this.#limits.silentTakeoverMs);
  }

  /**
   * Publishes the body until it ends; nothing of it is read before the key has been checked. The body is never destroyed here: whoever owns the
   * request answers and closes it.
   */
  async accept({ key, body, signal }: PushRequest): Promise<PushOutcome> {
    if (!this.#guard.isRight(key ?? '')) {
      await this.#guard.penalty(signal);
      return refusals.key;
    }
    const push = new Push(this.#gate, this.#limits.idleMs, signal);
    if (this.#slot.claim(push) === 'busy') return refusals.busy;
    try {
      return await push.run(body);
    } finally {
      push.end();
      this.#slot.release(push);
    }
  }
}

/** One publisher while it pushes. */
class Push {
  readonly #gate: PublisherGate;
  readonly #idleMs: number;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastHeardMs = performance.now();
  #intake: PushIntake | undefined;
  #onAir = false;

  constructor(gate: PublisherGate, idleMs: number, signal: AbortSignal) {
    this.#gate = gate;
    this.#idleMs = idleMs;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  get lastHeardMs(): number {
    return this.#lastHeardMs;
  }

  evict(): void {
    this.end();
  }

  async run(body: Readable): Promise<PushOutcome> {
    let head: Buffer | undefined = Buffer.alloc(0);
    for await (const bytes of this.#chunksOf(body)) {
      let next = bytes;
      if (head !== undefined) {
        next = head = Buffer.concat([head, bytes]);
        if (head.length < sniffBytes) continue;
        head = undefined;
      }
      const refusal = this.#take(next);
      if (refusal !== undefined) return refusal;
    }
    return this.#onAir ? { kind: 'finished' } : wrongFormat('The body ended before there was a picture.');
  }

  /** Ends the publication. Safe to call twice. */
  end(): void {
    this.#stop.abort();
    clearTimeout(this.#idleTimer);
    const publication = this.#intake?.publication;
    if (publication === undefined) return;
    publication.end();
    if (this.#onAir) this.#gate.end(publication);
  }

  #take(bytes: Buffer): PushOutcome | undefined {
    this.#intake ??= intakeFor(bytes);
    if (this.#intake === undefined) return wrongFormat('The body is neither FLV nor fragmented MP4.');
    try {
      const progress = this.#intake.push(bytes);
      if (progress.kind === 'refused') return wrongFormat(progress.message);
      if (progress.kind === 'ready' && !this.#onAir) return this.#goOnAir(this.#intake);
      return undefined;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return wrongFormat(error.message);
    }
  }

  #goOnAir({ publication }: PushIntake): PushOutcome | undefined {
    if (publication === undefined || this.#gate.begin(publication) === 'busy') return refusals.busy;
    this.#onAir = true;
    return undefined;
  }

  /** Until the body ends, breaks off, is silent for too long or the signal aborts: for a live stream all of these are its end. */
  async *#chunksOf(body: Readable): AsyncGenerator<Buffer, void> {
    const iterator = body.iterator({ destroyOnReturn: false });
    try {
      while (!this.#signal.aborted) {
        this.#idleTimer = setTimeout(() => this.#stop.abort(), this.#idleMs);
        const result = await orAborted(iterator.next(), this.#signal);
        clearTimeout(this.#idleTimer);
        if (result === undefined || result.done === true) return;
        this.#lastHeardMs = performance.now();
        yield result.value;
      }
    } finally {
      // Not awaited: it waits for a read that may never end.
      void iterator.return?.();
    }
  }
}

/**
 * The outcome of a read; undefined when it fails or the signal aborts first. A new promise for each read: one that outlived them all would
 * remember every one of them, and a stream of hours has millions.
 */
async function orAborted<T>(read: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([read.catch(() => undefined), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function wrongFormat(message: string): PushOutcome {
  return { kind: 'refused', reason: 'format', message };
}
