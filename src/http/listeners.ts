import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import { AppError } from '../errors.ts';

/**
 * Answers without a Date: the clock of a machine identifies it. Node also uses this class for answers it makes by itself.
 */
// Threat: T04
export class UndatedResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  constructor(...args: ConstructorParameters<typeof ServerResponse<Request>>) {
    super(...args);
    this.sendDate = false;
  }
}

/** Times and numbers that keep one visitor from taking what belongs to all. Milliseconds and bytes. */
export interface ListenerLimits {
  readonly headersMs: number;
  /** For the whole of a request; 0 where media is sent to us without end. */
  readonly requestMs: number;
  readonly keepAliveMs: number;
  readonly checkMs: number;
  /** How long a finished answer may go unread. */
  readonly stallMs: number;
  readonly headerBytes: number;
  readonly headers: number;
  readonly requestsPerConnection: number;
  readonly connections: number;
}

export interface ListenerHandlers {
  onRequest(request: IncomingMessage, response: ServerResponse): void;
  /** `CONNECT`: the connection is no longer HTTP for Node. */
  onConnect(request: IncomingMessage, socket: Socket): void;
  /** A connection came to no request in time, or sent something that is none. */
  onCut?(socket: Socket): void;
  /** Whether a connection carries an answer that was not written through Node's response. */
  isTakenOver(socket: Socket): boolean;
}

/** Builds Node's HTTP server with our limits. Answers to what is not HTTP are a status and nothing else. */
export function buildListener(limits: ListenerLimits, handlers: ListenerHandlers): Server {
  const server = createServer({
    ServerResponse: UndatedResponse,
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    requireHostHeader: true,
    insecureHTTPParser: false,
    joinDuplicateHeaders: false,
    noDelay: true,
  });
  server.timeout = limits.stallMs;
  server.maxHeadersCount = limits.headers;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.maxConnections = limits.connections;
  // A visitor who closes the sending half still gets the whole answer. Not in Node's documentation, and tested here.
  Object.assign(server, { httpAllowHalfOpen: true });
  const seen = new WeakMap<Socket, { readonly count: number; readonly response: ServerResponse }>();
  const accept = (request: IncomingMessage, response: ServerResponse): void => {
    const count = (seen.get(request.socket)?.count ?? 0) + 1;
    seen.set(request.socket, { count, response });
    // Node announces the end after the last request that is allowed, but leaves the closing to the other side.
    if (count >= limits.requestsPerConnection) response.shouldKeepAlive = false;
    handlers.onRequest(request, response);
  };
  server.on('request', accept);
  server.on('checkContinue', accept);
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { Connection: 'close', 'Content-Length': '0' }).end();
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => handlers.onConnect(request, socket));
  server.on('clientError', (error: Error, socket) => {
    if (!isSocket(socket)) return;
    if (isHttpError(codeOf(error))) handlers.onCut?.(socket);
    // Threat: T20. Whatever we said now would stand in the middle of that answer.
    if (handlers.isTakenOver(socket)) socket.destroy();
    else answerClientError(error, socket, seen.get(socket)?.response);
  });
  return server;
}

/** Starts listening. A port or path that is taken is LISTEN_FAILED and says what to do. */
export function listen(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, where));
    server.once('error', onError);
    server.listen(where, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** Writes an answer without a body on a connection that Node no longer keeps, and closes it. */
export function answerRaw(socket: Socket, statusLine: string, headers: Readonly<Record<string, string>> = {}): void {
  if (socket.writable) {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${statusLine}\r\n${lines.join('')}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  }
  socket.destroySoon();
}

const clientErrors: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function answerClientError(error: Error, socket: Socket, response: ServerResponse | undefined): void {
  const code = codeOf(error);
  const isAnswering = response !== undefined && !response.writableFinished;
  // Bytes after a request that said it was the last: they are ignored, and the answer is still owed.
  if (code === 'HPE_CLOSED_CONNECTION' && isAnswering) return;
  // Threat: T20. In the middle of an answer a second one would be taken for its content.
  if (!isHttpError(code) || (isAnswering && response.headersSent)) socket.destroy();
  else answerRaw(socket, clientErrors[code] ?? '400 Bad Request');
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isHttpError(code: string): boolean {
  return code.startsWith('HPE_') || code.startsWith('ERR_HTTP');
}

function isSocket(stream: unknown): stream is Socket {
  return typeof stream === 'object' && stream !== null && 'destroySoon' in stream;
}

function listenError(error: NodeJS.ErrnoException, where: ListenOptions): Error {
  const place = where.path ?? `${where.host}:${where.port}`;
  if (error.code === 'EADDRINUSE') {
    return new AppError(
      'LISTEN_FAILED',
      `${place} is in use by another program. Stop that program, or choose another port with --listen 127.0.0.1:PORT.`,
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new AppError(
      'LISTEN_FAILED',
      `This user may not listen on ${place}. Choose a port above 1023 with --listen 127.0.0.1:PORT.`,
      { cause: error },
    );
  }
  return new AppError('LISTEN_FAILED', `It is not possible to listen on ${place} (${error.code ?? error.message}).`, {
    cause: error,
  });
}
