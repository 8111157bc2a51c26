import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { OnioncastConfig } from '../config/schema.ts';
import type { Fence } from '../encoder/fence.ts';
import { readFfmpegFacts } from '../encoder/ffmpeg-version.ts';
import { AppError } from '../errors.ts';
import { prepareSocketPath, protectSocket } from '../http/unix-socket.ts';
import { findFont } from '../ingest/capture-test-card.ts';
import { machineClock } from '../ingest/ingest-clock.ts';
import { LineIngest } from '../ingest/line-ingest.ts';
import { makeSlate } from '../ingest/line-slate.ts';
import type { PublisherGate } from '../ingest/publication.ts';
import type { ServeEvent } from '../serve-event.ts';
import { parseProxyLine } from '../tor/proxy-protocol.ts';
import { textsIn } from '../views/texts/catalogues.ts';
import type { PublisherAccess } from './publisher-access.ts';

/** The way in for a publisher elsewhere. */
export interface Line {
  close(): Promise<void>;
}

export interface LineOptions {
  readonly config: OnioncastConfig;
  /** What FFmpeg is kept behind. */
  readonly fence: Fence;
  readonly socketPath: string;
  readonly access: PublisherAccess;
  readonly gate: PublisherGate;
  report(event: ServeEvent): void;
}

/** Connections that have not yet said who they are, and how long they may take to say by which circuit they come. */
const maxConnections = 64;
const proxyLineMs = 5000;

/** Languages whose letters the fonts do not have that are found on most machines. */
const withoutFont: readonly string[] = ['zh', 'fa', 'ar'];

/** Listens where tor brings the publisher. Throws LISTEN_FAILED. */
export async function openLine({ config, fence, socketPath, access, gate, report }: LineOptions): Promise<Line> {
  const { bufferMs, patienceMs, startDelayMs, stopDelayMs } = config.split;
  const ingest = new LineIngest({
    keys: access.keys,
    gate,
    ...{ bufferMs, patienceMs, startDelayMs, stopDelayMs },
    clock: machineClock,
    once: () => randomBytes(32),
    chance: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    makeSlate: slateMaker(config, fence),
    onReport: (line) => report({ kind: 'line', ...line }),
    onTrouble: (message) => report({ kind: 'warning', code: 'INGEST_REFUSED', message }),
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    afterProxyLine(socket, () => ingest.accept(socket));
  });
  server.maxConnections = maxConnections;
  await listen(server, socketPath);
  return {
    close: async () => {
      ingest.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

function slateMaker({ encoder, split, site }: OnioncastConfig, fence: Fence) {
  const language = withoutFont.includes(site.language) ? 'en' : site.language;
  const sentence = split.slate === '' ? textsIn(language).states.interrupted.sentence : split.slate;
  return async (picture: { width: number; height: number }, videoTimescale: number) => {
    const { hasDrawtext } = await readFfmpegFacts(encoder.ffmpeg, { fence });
    const fontFile = hasDrawtext ? findFont() : undefined;
    return await makeSlate({ ffmpegPath: encoder.ffmpeg, fence, picture, videoTimescale, sentence, fontFile });
  };
}

/** Threat: T16. What does not begin with tor's line is closed without a byte. */
function afterProxyLine(socket: Socket, then: () => void): void {
  let received = Buffer.alloc(0);
  const drop = (): void => void socket.destroy();
  const timer = setTimeout(drop, proxyLineMs);
  const done = (): void => {
    clearTimeout(timer);
    socket.off('data', onData).off('error', drop).off('close', done);
  };
  const onData = (bytes: Buffer): void => {
    received = Buffer.concat([received, bytes]);
    const line = parseProxyLine(received);
    if (line.kind === 'incomplete') return;
    socket.pause();
    done();
    if (line.kind === 'bad') return drop();
    if (received.length > line.length) socket.unshift(received.subarray(line.length));
    then();
    socket.resume();
  };
  socket.on('data', onData).on('error', drop).on('close', done);
}

async function listen(server: Server, socketPath: string): Promise<void> {
  await prepareSocketPath(socketPath);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new AppError('LISTEN_FAILED', `It is not possible to listen on ${socketPath}.`, { cause })),
    );
    server.listen(socketPath, resolve);
  });
  await protectSocket(socketPath);
}
