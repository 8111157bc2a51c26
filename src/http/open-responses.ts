import type { FastifyReply, FastifyRequest } from 'fastify';
import { EndlessResponse } from '../live/endless-response.ts';
import type { EndReason } from '../live/fan-out.ts';
import { ResponseWatch } from '../live/response-watch.ts';
import { AppError } from '../errors.ts';
import { visitorCircuitOf } from './connection.ts';
import type { HeaderSet } from './headers.ts';

/** What an endless response is for; each viewer may have a few of each. */
export type EndlessKind = (typeof endlessKinds)[number];

const endlessKinds = ['media', 'player', 'chat', 'events'] as const;
/** Whoever has been served for so long has a line that carries it. */
const establishedMs = 30_000;

export interface OpenOptions {
  readonly kind: EndlessKind;
  /** The viewer's token. */
  readonly viewer: string;
  readonly headers: HeaderSet;
  readonly maxQueuedBytes: number;
  readonly maxAgeMs?: number;
  /** See `EndlessResponseOptions`. */
  readonly announcedBytes?: number;
  /** See `EndlessResponseOptions`: a framed chunk for times of silence. */
  readonly keepAlive?: Buffer;
}

/** An endless response with what opened it. */
export interface OpenResponse {
  readonly kind: EndlessKind;
  readonly request: FastifyRequest;
  readonly response: EndlessResponse;
}

export interface OpenResponsesOptions {
  /** How many of one kind a viewer may have open; one more ends the oldest. */
  readonly perViewerAndKind: number;
  /** How many may be open over one circuit; one more is refused. */
  readonly perCircuit?: number;
  /** Hears of responses that were not taken as fast as they had to be. */
  onUnread?(request: FastifyRequest): void;
  readonly watch?: ResponseWatch;
}

/** All endless responses of the server: opens them on Node's sockets, bounds their number per viewer, ends them when the server stops. */
export class OpenResponses {
  readonly #options: OpenResponsesOptions;
  readonly #watch: ResponseWatch;
  readonly #open = new Map<EndlessResponse, OpenResponse>();
  readonly #byOwner = new Map<string, EndlessResponse[]>();
  readonly #byCircuit = new Map<number, number>();
  readonly #sockets = new WeakSet<object>();
  #lost = 0;
  #closed = false;

  constructor(options: OpenResponsesOptions) {
    this.#options = options;
    this.#watch = options.watch ?? new ResponseWatch();
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** How many of them carry the stream. */
  get served(): number {
    return this.opened().filter(({ kind }) => kind === 'media').length;
  }

  /** How many viewers have been lost since the last call who were served well for half a minute before. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  /** Whether this viewer has anything open. */
  isHere(viewer: string): boolean {
    return endlessKinds.some((kind) => this.of(kind, viewer).length > 0);
  }

  /** Whether this connection carries an endless response, so that no further request on it can be answered. */
  has(socket: object): boolean {
    return this.#sockets.has(socket);
  }

  /**
   * Takes the connection over and sends the headers. The caller then lets the response follow a channel. If the connection cannot carry
   * an endless response (gone, or an earlier answer is still being written), the result is closed from the start. Throws TOO_MANY if its circuit has as many
   * as it may.
   */
  open(request: FastifyRequest, reply: FastifyReply, options: OpenOptions): EndlessResponse {
    const { socket } = request.raw;
    const circuitId = visitorCircuitOf(request);
    if (!this.#mayOpenOn(circuitId)) throw new AppError('TOO_MANY');
    reply.hijack();
    // Threat: T20. Behind an unfinished answer the bytes of both would mix.
    if (reply.raw.socket !== socket) socket.destroy();
    this.#sockets.add(socket);
    const owner = ownerOf(options.kind, options.viewer);
    const response = new EndlessResponse({
      socket,
      watch: this.#watch,
      headers: options.headers,
      maxQueuedBytes: options.maxQueuedBytes,
      ...(options.maxAgeMs === undefined ? {} : { maxAgeMs: options.maxAgeMs }),
      ...(options.announcedBytes === undefined ? {} : { announcedBytes: options.announcedBytes }),
      ...(options.keepAlive === undefined ? {} : { keepAlive: options.keepAlive }),
    });
    if (!response.isOpen) return response;
    const openedAtMs = this.#watch.now();
    response.whenClosed((reason) => {
      this.#forget(owner, response);
      this.#count(circuitId, -1);
      if (reason !== 'slow') return;
      if (options.kind === 'media' && this.#watch.now() - openedAtMs >= establishedMs) this.#lost += 1;
      this.#options.onUnread?.(request);
    });
    this.#count(circuitId, 1);
    this.#note(owner, { kind: options.kind, request, response });
    if (this.#closed) response.end('closed');
    return response;
  }

  /** All that are open at this moment. */
  opened(): readonly OpenResponse[] {
    return [...this.#open.values()];
  }

  /** Those of one kind that a viewer has open. */
  of(kind: EndlessKind, viewer: string): readonly EndlessResponse[] {
    return this.#byOwner.get(ownerOf(kind, viewer)) ?? [];
  }

  /** Ends all of them. */
  endAll(reason: EndReason): void {
    for (const { response } of this.opened()) response.end(reason);
  }

  /** Ends all, and whatever is still opened ends at once. */
  close(): void {
    this.#closed = true;
    this.endAll('closed');
  }

  #note(owner: string, opened: OpenResponse): void {
    const { response } = opened;
    this.#open.set(response, opened);
    const own = this.#byOwner.get(owner) ?? [];
    const kept = [...own, response].slice(-this.#options.perViewerAndKind);
    this.#byOwner.set(owner, kept);
    for (const oldest of own) if (!kept.includes(oldest)) oldest.end('closed');
  }

  // Threat: T15, T33
  #mayOpenOn(circuitId: number | undefined): boolean {
    const { perCircuit = Number.POSITIVE_INFINITY } = this.#options;
    return circuitId === undefined || (this.#byCircuit.get(circuitId) ?? 0) < perCircuit;
  }

  #count(circuitId: number | undefined, change: 1 | -1): void {
    if (circuitId === undefined) return;
    const count = (this.#byCircuit.get(circuitId) ?? 0) + change;
    if (count > 0) this.#byCircuit.set(circuitId, count);
    else this.#byCircuit.delete(circuitId);
  }

  #forget(owner: string, response: EndlessResponse): void {
    this.#open.delete(response);
    const left = this.#byOwner.get(owner)?.filter((one) => one !== response) ?? [];
    if (left.length === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, left);
  }
}

function ownerOf(kind: EndlessKind, viewer: string): string {
  return `${kind} ${viewer}`;
}
