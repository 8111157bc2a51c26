import { randomBytes } from 'node:crypto';
import { duplexPair } from 'node:stream';
import type { EncoderListener } from '../../src/encoder/encoder-types.ts';
import { Encoder } from '../../src/encoder/encoder.ts';
import { Packager } from '../../src/mp4/packager.ts';
import type { Piece } from '../../src/mp4/piece.ts';
import { decodeAck, encodeFrame, EvenCuts, type LineState } from '../../src/split/frame.ts';
import { type Place, PublisherHandshake, type Welcome, welcomeBytes } from '../../src/split/handshake.ts';
import { parsePublisherKey } from '../../src/split/publisher-key.ts';
import { Opener, sealBytes, Sealer } from '../../src/split/sealed.ts';
import type { LineIngest } from '../../src/ingest/line-ingest.ts';

/** What `onioncast push` makes of a test picture: an init segment and pieces of a tenth of a second. */
export interface HomeMedia {
  readonly init: Buffer;
  readonly pieces: readonly Piece[];
}

/** Encodes so many seconds as the machine at home does. */
export async function encodeAtHome(seconds: number, size = '320x240'): Promise<HomeMedia> {
  const pieces: Piece[] = [];
  let init = Buffer.alloc(0);
  const ladder = [{ name: 'home', height: 240, maxWidth: 426, bitsPerSecond: 200_000 }];
  const packager = new Packager({
    video: ladder,
    startSeconds: 0,
    sink: {
      onInit: (name, { bytes }) => {
        if (name === 'home') init = Buffer.from(bytes);
      },
      onPiece: (name, piece) => void (name === 'home' && pieces.push(piece)),
    },
  });
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const listener: EncoderListener = {
    onRunStarted: () => undefined,
    onBytes: (_run, output, bytes) => packager.push(output, bytes),
    onRunEnded: (_run, end) => ('message' in end && pieces.length === 0 ? reject(new Error(end.message)) : resolve()),
  };
  const encoder = new Encoder({ ffmpegPath: 'ffmpeg', ladder, listener, repeatsHeaders: true, preset: 'ultrafast' });
  const picture = ['-f', 'lavfi', '-t', String(seconds), '-i', `testsrc2=s=${size}:r=30`];
  const tone = ['-f', 'lavfi', '-t', String(seconds), '-i', 'sine=440:sample_rate=48000'];
  encoder.start({ input: { kind: 'capture', args: [...picture, ...tone], audio: '1:a:0' } });
  await over;
  await encoder.close();
  return { init, pieces };
}

/** The two ends of a connection: when one is gone, so is the other. */
export function connectedPair(): ReturnType<typeof duplexPair> {
  const [here, there] = duplexPair();
  here.on('error', () => undefined).once('close', () => there.destroy());
  there.on('error', () => undefined).once('close', () => here.destroy());
  return [here, there];
}

/** A publisher whose every frame is told. */
export class LinePublisher {
  readonly acks: Place[] = [];
  readonly answer: Promise<Welcome>;
  readonly closed: Promise<void>;
  /** Bytes that came back. */
  received = 0;
  readonly #socket: ReturnType<typeof duplexPair>[0];
  readonly #frameBytes: number;
  #sealer: Sealer | undefined;

  constructor(ingest: LineIngest, publisherKey: string, session: Buffer, frameBytes = 20_000) {
    const [here, there] = connectedPair();
    this.#socket = here;
    this.#frameBytes = frameBytes;
    ingest.accept(there);
    const keys = parsePublisherKey(publisherKey);
    if (keys === undefined) throw new Error('not a key');
    const handshake = new PublisherHandshake({ ...keys, once: randomBytes(32) }, { session, frameBytes });
    const { promise, resolve } = Promise.withResolvers<Welcome>();
    this.answer = promise;
    let cuts = new EvenCuts(welcomeBytes);
    let opener: Opener | undefined;
    here.on('data', (bytes: Buffer) => {
      this.received += bytes.length;
      for (const message of cuts.push(bytes)) {
        if (opener === undefined) {
          const result = handshake.finish(message);
          if (result === undefined) throw new Error('not our server');
          opener = new Opener(result.keys.down);
          this.#sealer = new Sealer(result.keys.up);
          cuts = new EvenCuts(32);
          resolve(result.welcome);
        } else {
          const plain = opener.open(message);
          const ack = plain && decodeAck(plain);
          if (ack !== undefined) this.acks.push(ack);
        }
      }
    });
    this.closed = new Promise((done) => here.once('close', () => done()));
    here.write(handshake.message);
  }

  /** A frame as it would go over the line. */
  seal(place: Place, payload: Buffer, state: LineState = 'live'): Buffer {
    const frame = encodeFrame({ ...place, state, payload }, this.#frameBytes - sealBytes);
    if (this.#sealer === undefined) throw new Error('not welcome yet');
    return this.#sealer.seal(frame);
  }

  async sendRaw(bytes: Buffer): Promise<void> {
    const taken = new Promise((resolve) => this.#socket.write(bytes, resolve));
    await Promise.race([taken, this.closed]);
    // What was written has reached the other side's listeners by then.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Sends so many bytes of a stream from here on, in as many frames as it takes, and gives where it ended. */
  async send(place: Place, bytes: Buffer, state: LineState = 'live'): Promise<Place> {
    const room = this.#frameBytes - 32;
    for (let at = 0; at < bytes.length || at === 0; at += room) {
      const payload = bytes.subarray(at, at + room);
      await this.sendRaw(this.seal({ ...place, offset: place.offset + at }, payload, state));
    }
    return { ...place, offset: place.offset + bytes.length };
  }

  close(): void {
    this.#socket.destroy();
  }
}
