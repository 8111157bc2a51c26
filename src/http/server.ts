import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from 'fastify';
import { AppError, type ErrorCode } from '../errors.ts';
import type { DeskEntrance } from '../access/broadcaster-access.ts';
import type { AccessGate } from './access-gate.ts';
import type { Offence } from '../admission/conduct.ts';
import { connectionOf, identifyConnection, type OnionKind } from './connection.ts';
import { hideDesk } from './desk-entrance.ts';
import { ErrorAnswers, type RenderErrorPage } from './error-answer.ts';
import { type GuardRules, normaliseHost, type Refusal, refusalOf } from './guards.ts';
import { answerRaw, buildListener, listen } from './listeners.ts';
import { OnionListener } from './onion-listener.ts';
import { OpenResponses } from './open-responses.ts';
import { defaultWebLimits, type WebLimits } from './web-limits.ts';
import type { Places } from './place.ts';
import { parseQuery } from './query.ts';
import type { Reader } from '../views/reader.ts';
import { en } from '../views/texts/en.ts';

export interface WebServerOptions {
  /** The listener for this machine. Port 0 takes any free one. `hosts`: further names it may be called by, with port. */
  readonly local?: { readonly host: string; readonly port: number; readonly hosts?: readonly string[] };
  /** The listener for tor; `more`: sockets of further tors that carry the same service. Nobody can be told an address before `setOnionAddresses`. */
  readonly onion?: { readonly socketPath: string; readonly more?: readonly string[] };
  /** The same for the broadcaster's own onion service. */
  readonly desk?: { readonly socketPath: string };
  /** Where the broadcaster's login and desk are; everywhere unless given. */
  readonly deskEntrance?: DeskEntrance;
  readonly renderErrorPage?: RenderErrorPage;
  /** What addresses say besides the path. Without it they say nothing, and pages of errors are in English. */
  readonly places?: Pick<Places, 'enter' | 'readerOf'>;
  /** Stands before all routes, also before addresses at which there is nothing. Everybody may in without it. */
  readonly gate?: Pick<AccessGate, 'guard'>;
  readonly limits?: Partial<WebLimits>;
  /** Whether somebody on this circuit receives the stream. */
  isWatching?(circuitId: number): boolean;
  /** A circuit of the public onion service has gone on at its limits for too long. Its connections are closed already, and it gets no more for a minute. */
  onHostile?(circuitId: number): void;
  /** Hears of failures that are bugs. Visitors see only `INTERNAL`. */
  onError?(error: unknown): void;
  /** Logs single requests, for debugging; off unless given. Lines hold no address, query, header or circuit. */
  readonly log?: { readonly level: 'info' | 'debug' | 'trace'; readonly stream: { write(line: string): void } };
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

/** Paths of the local listener that take media without end. */
const mediaPaths: ReadonlySet<string> = new Set(['/ingest']);
const routableMethods = ['GET', 'HEAD', 'POST'] as const;
/** How long connections may take to go when the server stops. */
const closeMs = 2000;

/**
 * The web server: one set of routes behind several doors, a TCP port for this machine and a unix socket for each onion service. Judges every request before routing.
 * Register routes on `app`, then `listen`. Throws LISTEN_FAILED if a door cannot be opened.
 */
// Threat: T01, T02, T04, T14, T15, T16, T20
export class WebServer {
  readonly app: FastifyInstance;
  readonly responses: OpenResponses;
  readonly #options: WebServerOptions;
  readonly #limits: WebLimits;
  readonly #errors: ErrorAnswers;
  readonly #rules: GuardRules;
  readonly #now: () => number;
  readonly #local: Server;
  readonly #onions: Readonly<Record<OnionKind, OnionListener>>;
  readonly #methods = new Map<string, Set<string>>();
  #route: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  #localHosts: ReadonlySet<string> = new Set();
  #localUrl: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#limits = { ...defaultWebLimits, ...options.limits };
    this.#now = options.now ?? (() => performance.now());
    this.#errors = new ErrorAnswers(options.renderErrorPage);
    this.responses = new OpenResponses({
      perViewerAndKind: this.#limits.perViewerAndKind,
      perCircuit: this.#limits.circuit.responses,
      onUnread: ({ raw }) => this.#note(raw.socket, 'unread'),
    });
    this.#rules = {
      isOwnHost: (host, listener) =>
        listener === 'local' ? this.#localHosts.has(host) : this.#onions[listener].isCalled(host),
      mediaPaths,
      maxBodyBytes: this.#limits.bodyBytes,
      maxHeaders: this.#limits.headers,
    };
    const handlers = {
      onRequest: (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response),
      onConnect: (request: IncomingMessage, socket: Socket) => this.#onConnect(request, socket),
      onCut: (socket: Socket) => this.#note(socket, 'cut'),
      isTakenOver: (socket: Socket) => this.responses.has(socket),
    };
    // A publisher's request has no end: on this machine only forms are timed, in `#onRequest`.
    this.#local = buildListener({ ...this.#limits, requestMs: 0 }, handlers);
    this.#local.prependListener('connection', (socket) => identifyConnection(socket, { kind: 'local' }));
    const onionListener = (kind: OnionKind, tors: number): OnionListener =>
      new OnionListener({
        ...{ kind, tors, handlers, limits: this.#limits, now: this.#now },
        isWatching: (circuitId) => options.isWatching?.(circuitId) ?? false,
        onHostile: (circuitId) => options.onHostile?.(circuitId),
      });
    const tors = 1 + (options.onion?.more?.length ?? 0);
    this.#onions = { onion: onionListener('onion', tors), desk: onionListener('desk', 1) };
    this.app = this.#buildApp();
  }

  /** The address for this machine's browser, once listening: `http://127.0.0.1:5000/`. */
  get localUrl(): string | undefined {
    return this.#localUrl;
  }

  /** The methods of every path that routes were registered for. */
  get routes(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#methods;
  }

  /** The names under which an onion service is reached, `<56 characters>.onion`; replaces those before. */
  setOnionAddresses(addresses: readonly string[], kind: OnionKind = 'onion'): void {
    this.#onions[kind].setHosts(addresses);
  }

  /** Whoever sent this asks for an identity. Milliseconds until that would be welcome on its circuit; 0: it is. */
  sessionWaitMs(request: FastifyRequest): number {
    const connection = connectionOf(request);
    return connection.kind === 'local' ? 0 : this.#onions[connection.kind].circuits.sessionWaitMs(connection.circuitId);
  }

  /** Opens the doors that were asked for. */
  async listen(): Promise<void> {
    await this.app.after();
    this.#refuseOtherMethods();
    await this.app.ready();
    const { local, onion, desk } = this.#options;
    if (onion !== undefined) await this.#onions.onion.listen([onion.socketPath, ...(onion.more ?? [])]);
    if (desk !== undefined) await this.#onions.desk.listen([desk.socketPath]);
    if (local !== undefined) {
      await listen(this.#local, { host: local.host, port: local.port });
      this.#nameLocal(local.host, local.hosts ?? []);
    }
  }

  /** How many visitors of the public onion service are connected at present by way of this tor of ours. */
  visitorsBy(tor: number): number {
    return this.#onions.onion.circuits.circuitsOf(tor);
  }

  /** How many connections all doors hold. */
  async openConnections(): Promise<number> {
    const counts = this.#servers.map(
      (server) => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count ?? 0))),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  /** Ends all endless responses, lets other answers finish, then cuts what is left; within three seconds. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  get #servers(): readonly Server[] {
    return [this.#local, ...Object.values(this.#onions).flatMap(({ servers }) => servers)];
  }

  async #close(): Promise<void> {
    const servers = this.#servers;
    const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    this.responses.close();
    for (const onion of Object.values(this.#onions)) onion.dropUnknown();
    const timer = setTimeout(() => {
      for (const server of servers) server.closeAllConnections();
    }, closeMs);
    await closed;
    clearTimeout(timer);
    await this.app.close();
  }

  #nameLocal(host: string, more: readonly string[]): void {
    const address = this.#local.address();
    if (address === null || typeof address === 'string') return;
    const name = address.family === 'IPv6' ? `[${host}]` : host;
    const own = [name, '127.0.0.1', 'localhost'].map((each) => `${each}:${address.port}`);
    this.#localHosts = new Set([...own, ...more].map((each) => normaliseHost([each]) ?? ''));
    this.#localUrl = `http://${name}:${address.port}/`;
  }

  #buildApp(): FastifyInstance {
    const app: FastifyInstance = Fastify({
      serverFactory: (handler) => {
        this.#route = handler;
        return this.#local;
      },
      // Ours has answered already; Fastify would log and answer again.
      clientErrorHandler: () => undefined,
      bodyLimit: this.#limits.bodyBytes,
      routerOptions: { querystringParser: parseQuery },
      frameworkErrors: (error, request, reply) => this.#onError(error, request, reply),
      logger: loggerOptions(this.#options.log),
    });
    app.removeAllContentTypeParsers();
    // The first hook of all: what comes after it may know what is behind the door.
    app.addHook('onRequest', async (request, reply) => this.#options.gate?.guard(request, reply));
    app.addHook('onResponse', async ({ raw }, { statusCode }) => {
      if (statusCode === 429) this.#note(raw.socket, 'refused');
    });
    app.setErrorHandler((error, request, reply) => this.#onError(error, request, reply));
    app.setNotFoundHandler((_request, reply) => this.#sendError(reply, 'NOT_FOUND'));
    hideDesk(app, this.#options.deskEntrance ?? 'everywhere');
    app.addHook('onRoute', ({ url, method }) => {
      const methods = this.#methods.get(url) ?? new Set();
      for (const each of [method].flat()) methods.add(each);
      this.#methods.set(url, methods);
    });
    return app;
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    // A further request on the connection of an endless response could only be answered in the middle of it.
    if (this.responses.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    const connection = connectionOf({ raw: request });
    const refusal = this.#judge(request);
    if (refusal !== undefined) {
      this.#refuse(request, response, refusal);
      return;
    }
    const waitMs =
      connection.kind === 'local' ? 0 : this.#onions[connection.kind].circuits.waitMs(connection.circuitId);
    if (waitMs > 0) {
      this.#answer(request, response, 'TOO_MANY', { 'Retry-After': String(Math.ceil(waitMs / 1000)) });
      return;
    }
    if (!this.#enter(request)) {
      this.#answer(request, response, 'NOT_FOUND');
      return;
    }
    if (request.method === 'POST') this.#awaitBody(request, response);
    this.#route(request, response);
  }

  /** Takes what addresses say of the viewer off the target; what is left must be a target of which the same holds. */
  #enter(request: IncomingMessage): boolean {
    const { url } = request;
    const target = this.#options.places?.enter(request) ?? url;
    if (target === url) return true;
    // Publishers are no browsers: they need no such address, and the rules for a body that has no end go by the path.
    return this.#judge(request) === undefined && !mediaPaths.has(pathOf(request));
  }

  #judge(request: IncomingMessage): Refusal | undefined {
    const { method = '', httpVersion, url = '', rawHeaders } = request;
    const listener = connectionOf({ raw: request }).kind;
    return refusalOf({ listener, method, httpVersion, target: url, rawHeaders }, this.#rules);
  }

  /** Tells a client that waits for it to go on (RFC 9110, 10.1.1), and bounds the time of a form's body. */
  #awaitBody(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.expect !== undefined) response.writeContinue();
    if (mediaPaths.has(pathOf(request))) return;
    const timer = setTimeout(() => {
      this.#note(request.socket, 'cut');
      request.socket.destroy();
    }, this.#limits.bodyMs);
    const stop = (): void => clearTimeout(timer);
    request.once('end', stop).once('close', stop);
  }

  #note(socket: Socket, offence: Offence): void {
    const connection = connectionOf({ raw: { socket } });
    if (connection.kind !== 'local') this.#onions[connection.kind].circuits.note(connection.circuitId, offence);
  }

  #refuse(request: IncomingMessage, response: ServerResponse, { status, allow }: Refusal): void {
    const code = refusalPages[status];
    if (code !== undefined) {
      this.#answer(request, response, code, allow === undefined ? {} : { Allow: allow });
      return;
    }
    response.writeHead(status, { Connection: 'close', 'Content-Length': '0' }).end();
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    code: ErrorCode,
    more: Readonly<Record<string, string>> = {},
  ): void {
    const { status, headers, body } = this.#errors.for(code, this.#readerOf(request));
    response.writeHead(status, { ...headers, ...more }).end(body);
  }

  #onConnect(request: IncomingMessage, socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#judge(request)?.status === 421) answerRaw(socket, '421 Misdirected Request');
    else answerRaw(socket, '405 Method Not Allowed', { Allow: routableMethods.join(', ') });
  }

  #readerOf(request: IncomingMessage): Reader {
    return this.#options.places?.readerOf(request) ?? { texts: en, base: '' };
  }

  #onError(error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
    const code = codeOf(error);
    if (code === 'INTERNAL') this.#options.onError?.(error);
    this.#sendError(reply, code);
  }

  #sendError(reply: FastifyReply, code: ErrorCode): void {
    const { status, headers, body } = this.#errors.for(code, this.#readerOf(reply.request.raw));
    for (const name of Object.keys(reply.getHeaders())) if (!keptOnError.has(name)) reply.removeHeader(name);
    if (status === 503) reply.header('Retry-After', '5');
    void reply.code(status).headers(headers).send(body);
  }

  /** Every path answers to every method: what it does not do is `405` and says what it does. */
  #refuseOtherMethods(): void {
    for (const [url, methods] of [...this.#methods]) {
      const missing = routableMethods.filter((method) => !methods.has(method));
      if (missing.length === 0) continue;
      const allow = routableMethods.filter((method) => methods.has(method)).join(', ');
      const refuse = (_request: FastifyRequest, reply: FastifyReply): void => {
        reply.header('Allow', allow);
        this.#sendError(reply, 'METHOD_NOT_ALLOWED');
      };
      // Before the body is read, whatever it is.
      this.app.route({ method: missing, url, exposeHeadRoute: false, onRequest: refuse, handler: refuse });
    }
  }
}

/** Headers that a route may have set before it failed, and that still hold. */
const keptOnError: ReadonlySet<string> = new Set(['allow', 'retry-after', 'set-cookie']);

/** Refusals that a person may meet get a page; all others are a status alone. */
const refusalPages: Partial<Record<number, ErrorCode>> = {
  403: 'FORBIDDEN',
  405: 'METHOD_NOT_ALLOWED',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_TYPE',
};

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '';
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code;
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  if (status === 413) return 'BODY_TOO_LARGE';
  if (status === 415) return 'UNSUPPORTED_TYPE';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'BAD_REQUEST' : 'INTERNAL';
}

// Threat: T25
function loggerOptions(log: WebServerOptions['log']): NonNullable<FastifyServerOptions['logger']> {
  if (log === undefined) return false;
  const req = (request: FastifyRequest): { method: string; route: string } => ({
    method: request.method,
    route: request.routeOptions.url ?? '',
  });
  return { level: log.level, stream: log.stream, base: null, serializers: { req } };
}
