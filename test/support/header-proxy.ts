import { createServer, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface HeaderProxyOptions {
  /** `http://127.0.0.1:PORT` of the server behind. */
  readonly upstream: string;
  /** Headers that do not reach the server. */
  readonly dropFromRequest?: RegExp;
  /** Headers that do not reach the browser. */
  readonly dropFromAnswer?: RegExp;
  /** Directives of the content security policy in place of those of the same name, as extensions of browsers put them in. */
  readonly policy?: Readonly<Record<string, string>>;
}

/** A server of its own origin that passes everything on, but for some headers: shows which wall stands when another one is gone. */
export interface HeaderProxy {
  /** Without a slash at the end. */
  readonly url: string;
  /** `METHOD target status` of everything that was answered. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

export async function startHeaderProxy(options: HeaderProxyOptions): Promise<HeaderProxy> {
  const upstream = new URL(options.upstream);
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const headers = without(request.headers, options.dropFromRequest);
    // The server behind is to think that it was asked itself, and by its own pages when ours asked.
    headers['host'] = upstream.host;
    if (headers['origin'] === url) headers['origin'] = upstream.origin;
    if (headers['referer'] !== undefined) headers['referer'] = headers['referer'].replace(url, upstream.origin);
    const { method, url: path } = request;
    const passed = httpRequest({ host: upstream.hostname, port: upstream.port, method, path, headers, agent: false });
    passed.on('response', (answer) => {
      seen.push(`${method} ${path} ${answer.statusCode}`);
      const answered = stricter(without(answer.headers, options.dropFromAnswer), options.policy ?? {});
      // Pages name their own origin in it.
      const policy = answered['content-security-policy'];
      if (typeof policy === 'string') answered['content-security-policy'] = policy.replaceAll(upstream.origin, url);
      response.writeHead(answer.statusCode ?? 502, answered);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function without(headers: IncomingHttpHeaders, dropped: RegExp | undefined): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => dropped?.test(name) !== true));
}

function stricter(headers: IncomingHttpHeaders, wanted: Readonly<Record<string, string>>): IncomingHttpHeaders {
  const policy = headers['content-security-policy'];
  if (typeof policy !== 'string') return headers;
  const directives = policy.split('; ').map((directive) => {
    const [name = ''] = directive.split(' ');
    return wanted[name] === undefined ? directive : `${name} ${wanted[name]}`;
  });
  return { ...headers, 'content-security-policy': directives.join('; ') };
}
