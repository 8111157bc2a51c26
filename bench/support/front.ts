import { readFileSync } from 'node:fs';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** A reverse proxy before the server under test; what it adds is below a millisecond. */
export interface Front {
  readonly port: number;
  /** Bytes of response bodies passed on so far. */
  bytes(): number;
  /** Requests passed on so far, as `METHOD path`. */
  requests(): readonly string[];
  close(): Promise<void>;
}

/** Answers for an address of the bench's own. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Passes everything on to `target` under the target's own host name, which its guards insist on, so that a delaying proxy may stand before it.
 * Serves pages of its own: `/bench/hls.html`, hls.js playing the server's playlist with low latency, and `/bench/hls-plain.html`, without;
 * `handlers` answer for further paths.
 */
export async function startFront(target: string, handlers: ReadonlyMap<string, Handler> = new Map()): Promise<Front> {
  const upstream = new URL(target);
  const hlsScript = readFileSync(createRequire(import.meta.url).resolve('hls.js/dist/hls.light.min.js'));
  const requests: string[] = [];
  let bytes = 0;
  const server = http.createServer((request, response) => {
    const path = request.url ?? '/';
    const handler = handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    if (path === '/bench/hls.html') return response.setHeader('content-type', 'text/html').end(hlsPage(true));
    if (path === '/bench/hls-plain.html') return response.setHeader('content-type', 'text/html').end(hlsPage(false));
    if (path === '/bench/hls.js') return response.setHeader('content-type', 'text/javascript').end(hlsScript);
    requests.push(`${request.method} ${path}`);
    const onward = http.request(
      {
        host: upstream.hostname,
        port: upstream.port,
        path,
        method: request.method,
        headers: asSeenBy(upstream, request.headers),
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, underName(request.headers.host, upstream, answer.headers));
        answer.on('data', (data: Buffer) => {
          bytes += data.length;
        });
        answer.pipe(response);
        answer.on('error', () => response.destroy());
        // A response that is cut must look cut.
        answer.on('aborted', () => response.destroy());
      },
    );
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    bytes: () => bytes,
    requests: () => requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function asSeenBy(upstream: URL, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const seen: IncomingHttpHeaders = { ...headers, host: upstream.host };
  if (seen.origin !== undefined) seen.origin = upstream.origin;
  if (seen.referer !== undefined) seen.referer = upstream.origin;
  return seen;
}

/** The policy of the watch page names the host. */
function underName(host: string | undefined, upstream: URL, headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const policy = headers['content-security-policy'];
  if (host === undefined || typeof policy !== 'string') return headers;
  return { ...headers, 'content-security-policy': policy.replace(upstream.host, host) };
}

const hlsPage = (lowLatencyMode: boolean): string => `<!doctype html><meta charset="utf-8"><title>hls.js</title>
<video muted autoplay playsinline width="640" height="360"></video>
<script src="/bench/hls.js"></script>
<script>
const video = document.querySelector('video');
const hls = new Hls({ enableWorker: false, lowLatencyMode: ${lowLatencyMode} });
hls.loadSource('/stream.m3u8');
hls.attachMedia(video);
video.play().catch(() => {});
</script>`;
