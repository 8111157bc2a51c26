import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { z } from 'zod';
import { EndlessResponse } from '../../live/endless-response.ts';
import { ResponseWatch } from '../../live/response-watch.ts';
import { answerRaw, buildListener, type ListenerLimits, listen } from '../listeners.ts';
import { ownSocketMode, prepareSocketPath, protectSocket } from '../unix-socket.ts';
import type { EventFeed } from './event-feed.ts';
import { EventReader, maxQueuedEventBytes } from './event-reader.ts';
import { jsonLine } from './json-line.ts';
import type { Operation } from './operation.ts';
import type { errorShape } from './operations.ts';
import { ControlRefusal } from './refusals.ts';
import { parseStrictJson } from './strict-json.ts';

/** An operation with what answers it. `run` takes what was sent, checked or not, and throws ControlRefusal. */
export interface BoundOperation extends Pick<Operation, 'method' | 'path'> {
  run(sent: unknown): Promise<unknown>;
}

export interface ControlServerOptions {
  readonly socketPath: string;
  readonly operations: readonly BoundOperation[];
  readonly feed: Pick<EventFeed, 'begin' | 'lines'>;
  /** Hears of failures that are bugs. */
  onError(error: unknown): void;
  readonly limits?: Partial<ListenerLimits>;
}

/** Largest body of a request. */
const maxBodyBytes = 16 * 1024;
/** Programs that read events at once. */
const maxReaders = 8;
/** How long connections may take to go when the server stops. */
const closeMs = 1000;

const defaultLimits: ListenerLimits = {
  headersMs: 5000,
  requestMs: 10_000,
  keepAliveMs: 5000,
  checkMs: 1000,
  stallMs: 30_000,
  headerBytes: 8192,
  headers: 64,
  requestsPerConnection: 1000,
  connections: 32,
};

const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' } as const;
const eventHeaders = { 'Content-Type': 'application/x-ndjson; charset=utf-8', 'Cache-Control': 'no-store' } as const;

/** The operator's door: HTTP on a unix socket that is its owner's alone. None of its routes is anywhere else. */
// Threat: T01, T30
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #watch = new ResponseWatch();
  readonly #readers = new Map<Socket, EventReader>();
  readonly #operations = new Map<string, BoundOperation>();
  readonly #paths = new Set<string>(['/events']);
  #closing: Promise<void> | undefined;

  constructor(options: ControlServerOptions) {
    this.#options = options;
    for (const operation of options.operations) {
      this.#operations.set(`${operation.method} ${operation.path}`, operation);
      this.#paths.add(operation.path);
    }
    this.#server = buildListener(
      { ...defaultLimits, ...options.limits },
      {
        onRequest: (request, response) => void this.#answer(request, response),
        onConnect: (_request, socket) => answerRaw(socket, '405 Method Not Allowed'),
        isTakenOver: (socket) => this.#readers.has(socket),
      },
    );
  }

  /** Throws LISTEN_FAILED, also if a server that is alive has the socket; one that is gone leaves a socket that is replaced. */
  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    await prepareSocketPath(socketPath);
    await listen(this.#server, { path: socketPath });
    await protectSocket(socketPath, ownSocketMode);
  }

  /** Ends all readers with a last line, lets answers finish, then cuts what is left. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const reader of this.#readers.values()) reader.end('closed');
    const timer = setTimeout(() => {
      this.#server.closeAllConnections();
      for (const socket of this.#readers.keys()) socket.destroy();
    }, closeMs);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Whoever reads events has nothing more to ask on that connection.
    if (this.#readers.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    try {
      const url = new URL(request.url ?? '', 'http://control');
      if (request.method === 'GET' && url.pathname === '/events') this.#openEvents(request, response, url.searchParams);
      else send(response, 200, await this.#run(request, response, url));
    } catch (error) {
      const refusal = this.#refusalOf(error);
      const { code, message } = refusal;
      // What is left of a body that nobody wants to read must not be taken for the next request.
      if (!request.complete) response.setHeader('Connection', 'close');
      send(response, refusal.status, { error: { code, message } } satisfies z.input<typeof errorShape>);
    }
  }

  async #run(request: IncomingMessage, response: ServerResponse, url: URL): Promise<unknown> {
    const operation = this.#operations.get(`${request.method} ${url.pathname}`);
    if (operation === undefined) {
      throw new ControlRefusal(this.#paths.has(url.pathname) ? 'method-not-allowed' : 'unknown-operation');
    }
    if (operation.method === 'GET') return await operation.run(queryOf(url.searchParams));
    // RFC 9110, 10.1.1: curl asks before it sends more than a little.
    if (request.headers.expect !== undefined) response.writeContinue();
    return await operation.run(await readObject(request));
  }

  #openEvents(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const { since } = queryOf(query, ['since']);
    if (this.#readers.size >= maxReaders) throw new ControlRefusal('busy');
    const { socket } = request;
    // Behind an unfinished answer the bytes of both would mix.
    if (response.socket !== socket) {
      socket.destroy();
      return;
    }
    const endless = new EndlessResponse({
      ...{ socket, watch: this.#watch, headers: eventHeaders },
      // The reader is stricter, and says goodbye.
      maxQueuedBytes: 2 * maxQueuedEventBytes,
      maxAgeMs: Number.POSITIVE_INFINITY,
    });
    const reader = new EventReader(endless);
    this.#readers.set(socket, reader);
    socket.once('close', () => this.#readers.delete(socket));
    const { opening, afterId } = this.#options.feed.begin(since);
    const { lines } = this.#options.feed;
    const all = {
      subscribe: () => {
        reader.write(opening);
        const leave = lines.subscribe(reader, { afterId });
        reader.hasCaughtUp();
        return leave;
      },
    };
    endless.follow(all, 'now');
  }

  #refusalOf(error: unknown): ControlRefusal {
    if (error instanceof ControlRefusal) return error;
    this.#options.onError(error);
    return new ControlRefusal('internal');
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(jsonLine(value));
  response.writeHead(status, { ...headers, 'Content-Length': body.length }).end(body);
}

/** Every parameter once; `known` if nothing further checks their names. */
function queryOf(query: URLSearchParams, known?: readonly string[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    if (values.has(name)) throw new ControlRefusal('bad-request', `"${shown(name)}" is given twice.`);
    if (known?.includes(name) === false) throw new ControlRefusal('bad-request', `There is no "${shown(name)}" here.`);
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

async function readObject(request: IncomingMessage): Promise<object> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  if (type.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json' || encoding !== 'identity') {
    throw new ControlRefusal('unsupported-type');
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > maxBodyBytes) throw new ControlRefusal('too-large');
    parts.push(part);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
  } catch {
    throw new ControlRefusal('bad-request', 'The body is not UTF-8.');
  }
  const parsed = parseStrictJson(text);
  if (parsed.kind === 'refused') throw new ControlRefusal('bad-request', problems[parsed.problem]);
  return parsed.value;
}

const problems = {
  'not-json': 'The body is not JSON.',
  'not-an-object': 'The body must be a JSON object.',
  'too-deep': 'The body is nested too deeply.',
  'duplicate-key': 'The body has a key twice.',
  'forbidden-key': 'The body has a key that is not allowed.',
  number: 'The body has a number that is none.',
} as const;

function shown(name: string): string {
  return name.slice(0, 40);
}
