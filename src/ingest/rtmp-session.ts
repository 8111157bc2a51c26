import { AppError } from '../errors.ts';
import { type Amf0Value, decodeAmf0, encodeAmf0 } from './amf0.ts';
import { type FlvTag, isFlvTagType } from './flv.ts';
import { GrowingBody } from './growing-body.ts';
import { type RtmpMessage, RtmpChunkReader, rtmpType, writeRtmpMessage } from './rtmp-chunks.ts';
import { answerHandshake, clientEchoBytes, clientHelloBytes, rtmpVersion } from './rtmp-handshake.ts';

/** What the owner of a session has to do, in order. */
export type RtmpSessionEvent =
  | { readonly kind: 'send'; readonly bytes: Buffer }
  /** A publisher shows its key. Answer with `accept` or `refuse` before the next event is taken. */
  | { readonly kind: 'publish'; readonly key: string }
  | { readonly kind: 'tag'; readonly tag: FlvTag }
  /** The publisher has said that it is done; it may close or publish anew. */
  | { readonly kind: 'unpublish' }
  /** Nothing good will come: send `bytes`, then close. */
  | { readonly kind: 'over'; readonly bytes: Buffer; readonly message: string };

/** The longest message before the key has been shown (commands have a few hundred bytes) and after it. */
export interface RtmpSessionLimits {
  readonly maxCommandBytes: number;
  readonly maxMediaBytes: number;
}

/** See `maxFlvTagBytes` for the second. */
export const rtmpSessionLimits: RtmpSessionLimits = { maxCommandBytes: 16 * 2 ** 10, maxMediaBytes: 4 * 2 ** 20 };

type Phase = 'hello' | 'echo' | 'connecting' | 'idle' | 'asking' | 'publishing' | 'over';

const ourChunkSize = 4096;
const ourWindow = 2_500_000;
/** We have one stream, and this is it. */
const mediaStreamId = 1;
const csid = { control: 2, command: 3, status: 5 } as const;
const pingRequest = 6;
const pingResponse = 7;
/** A smaller window would have us acknowledge every packet. */
const smallestWindow = 4096;

/**
 * The server's side of one RTMP connection that may publish and nothing else: bytes in, events out; no socket, no clock.
 * Media that comes before the key was accepted ends the session. Throws MEDIA_MALFORMED (close without an answer then).
 */
export class RtmpSession {
  readonly #limits: RtmpSessionLimits;
  readonly #random: Buffer;
  readonly #chunks: RtmpChunkReader;
  #phase: Phase = 'hello';
  #hello = new GrowingBody(clientHelloBytes);
  #received = 0;
  #acknowledged = 0;
  #window = ourWindow;
  #keyShown = false;

  /** `random`: `handshakeRandomBytes` of them. */
  constructor(random: Buffer, limits: RtmpSessionLimits = rtmpSessionLimits) {
    this.#random = random;
    this.#limits = limits;
    this.#chunks = new RtmpChunkReader(limits.maxCommandBytes);
  }

  /** Iterate to the end, or close the connection. */
  *push(bytes: Buffer): Generator<RtmpSessionEvent, void> {
    const rest = bytes.subarray(yield* this.#shakeHands(bytes));
    yield* this.#acknowledge(bytes.length);
    for (const message of this.#chunks.push(rest)) {
      yield* this.#onMessage(message);
      if (this.#phase === 'over') return;
    }
  }

  /** The key is right and nobody else is live: what to send. Media follows. */
  accept(): Buffer {
    this.#phase = 'publishing';
    this.#keyShown = true;
    this.#chunks.maxMessageBytes = this.#limits.maxMediaBytes;
    const streamBegin = control(rtmpType.userControl, Buffer.from([0, 0, 0, 0, 0, mediaStreamId]));
    return Buffer.concat([streamBegin, status('status', 'NetStream.Publish.Start', 'You are live.')]);
  }

  /** No, or no longer, and why: what to send before closing. The description is what the publisher's program shows. */
  refuse(description: string): Buffer {
    this.#phase = 'over';
    return status('error', 'NetStream.Publish.BadName', description);
  }

  *#shakeHands(bytes: Buffer): Generator<RtmpSessionEvent, number> {
    let offset = 0;
    while ((this.#phase === 'hello' || this.#phase === 'echo') && offset < bytes.length) {
      const to = Math.min(bytes.length, offset + this.#hello.missing);
      this.#hello.add(bytes, offset, to);
      offset = to;
      if (this.#phase === 'hello' && this.#hello.bytes()[0] !== rtmpVersion) throw notRtmp();
      if (this.#hello.missing > 0) break;
      if (this.#phase === 'hello') {
        yield { kind: 'send', bytes: answerHandshake(this.#hello.bytes(), this.#random) };
        this.#hello = new GrowingBody(clientEchoBytes);
        this.#phase = 'echo';
      } else {
        this.#phase = 'connecting';
      }
    }
    return offset;
  }

  *#acknowledge(bytes: number): Generator<RtmpSessionEvent, void> {
    this.#received += bytes;
    if (this.#received - this.#acknowledged < this.#window / 2) return;
    this.#acknowledged = this.#received;
    yield { kind: 'send', bytes: control(rtmpType.acknowledgement, uint32(this.#received % 2 ** 32)) };
  }

  *#onMessage(message: RtmpMessage): Generator<RtmpSessionEvent, void> {
    switch (message.type) {
      case rtmpType.command:
        return yield* this.#onCommand(message.body);
      case rtmpType.commandAmf3:
        // AMF3 commands are AMF0 behind one byte as long as no value switches to AMF3.
        return yield* this.#onCommand(message.body.subarray(1));
      case rtmpType.userControl:
        return yield* this.#onUserControl(message.body);
      case rtmpType.windowAckSize:
        if (message.body.length >= 4) this.#window = Math.max(smallestWindow, message.body.readUInt32BE());
        return;
      case rtmpType.dataAmf3:
        return yield* this.#onMedia({ ...message, type: rtmpType.data, body: message.body.subarray(1) });
      default:
        return yield* this.#onMedia(message);
    }
  }

  *#onMedia({ type, timestamp, body }: RtmpMessage): Generator<RtmpSessionEvent, void> {
    if (!isFlvTagType(type)) return;
    if (this.#phase === 'publishing') yield { kind: 'tag', tag: { type, timestamp, body } };
    // Threat: T41. A publisher may flush a last packet after it has unpublished; earlier it is somebody without the key.
    else if (!this.#keyShown) throw malformed('media before the key');
  }

  *#onUserControl(body: Buffer): Generator<RtmpSessionEvent, void> {
    if (body.length < 6 || body.readUInt16BE() !== pingRequest) return;
    const answer = Buffer.concat([Buffer.from([0, pingResponse]), body.subarray(2, 6)]);
    yield { kind: 'send', bytes: control(rtmpType.userControl, answer) };
  }

  *#onCommand(body: Buffer): Generator<RtmpSessionEvent, void> {
    const [name, transaction, , ...args] = decodeAmf0(body);
    if (typeof name !== 'string' || typeof transaction !== 'number') throw malformed('a command without a name');
    if (this.#phase === 'connecting' && name !== 'connect') throw malformed(`${shown(name)} before connect`);
    switch (name) {
      case 'connect':
        if (this.#phase === 'connecting') yield { kind: 'send', bytes: this.#connected(transaction) };
        return;
      case 'releaseStream':
      case 'FCPublish':
        yield { kind: 'send', bytes: result(transaction, null, undefined) };
        return;
      case 'createStream':
        yield { kind: 'send', bytes: result(transaction, null, mediaStreamId) };
        return;
      case 'publish':
        return yield* this.#onPublish(args);
      case 'FCUnpublish':
      case 'closeStream':
      case 'deleteStream':
        return yield* this.#onUnpublish();
      case 'play':
      case 'play2':
        yield this.#playRefused();
        return;
      default:
        // _checkbw, getStreamLength and the like: every publisher goes on without an answer.
        return;
    }
  }

  #connected(transaction: number): Buffer {
    this.#phase = 'idle';
    const properties = new Map<string, Amf0Value>([
      ['fmsVer', 'FMS/3,0,1,123'],
      ['capabilities', 31],
    ]);
    const information = new Map<string, Amf0Value>([
      ['level', 'status'],
      ['code', 'NetConnection.Connect.Success'],
      ['description', 'Connection succeeded.'],
      ['objectEncoding', 0],
    ]);
    const dynamicLimit = Buffer.from([2]);
    return Buffer.concat([
      control(rtmpType.windowAckSize, uint32(ourWindow)),
      control(rtmpType.setPeerBandwidth, Buffer.concat([uint32(ourWindow), dynamicLimit])),
      control(rtmpType.setChunkSize, uint32(ourChunkSize)),
      result(transaction, properties, information),
    ]);
  }

  *#onPublish([streamName]: Amf0Value[]): Generator<RtmpSessionEvent, void> {
    if (this.#phase !== 'idle') throw malformed('publish out of turn');
    this.#phase = 'asking';
    const key = typeof streamName === 'string' ? (streamName.split('?', 1)[0] ?? '') : '';
    yield { kind: 'publish', key };
  }

  *#onUnpublish(): Generator<RtmpSessionEvent, void> {
    if (this.#phase !== 'publishing') return;
    this.#phase = 'idle';
    yield { kind: 'send', bytes: status('status', 'NetStream.Unpublish.Success', 'Stopped.') };
    yield { kind: 'unpublish' };
  }

  #playRefused(): RtmpSessionEvent {
    this.#phase = 'over';
    const message = 'This server only takes a stream. Watch it in a browser.';
    return { kind: 'over', bytes: status('error', 'NetStream.Play.Failed', message), message };
  }
}

function command(chunkStreamId: number, streamId: number, ...values: Amf0Value[]): Buffer {
  const message = { chunkStreamId, type: rtmpType.command, streamId, body: encodeAmf0(...values) };
  return writeRtmpMessage(message, ourChunkSize);
}

function result(transaction: number, properties: Amf0Value, information: Amf0Value): Buffer {
  return command(csid.command, 0, '_result', transaction, properties, information);
}

function status(level: 'status' | 'error', code: string, description: string): Buffer {
  const information = new Map([
    ['level', level],
    ['code', code],
    ['description', description],
  ]);
  return command(csid.status, mediaStreamId, 'onStatus', 0, null, information);
}

function control(type: number, body: Buffer): Buffer {
  return writeRtmpMessage({ chunkStreamId: csid.control, type, streamId: 0, body }, ourChunkSize);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A name from the network, made fit for a line of the log. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 32));
}

function malformed(what: string): AppError {
  return new AppError('MEDIA_MALFORMED', `Malformed RTMP session: ${what}.`);
}

function notRtmp(): AppError {
  return new AppError('MEDIA_MALFORMED', 'Something that does not speak RTMP has connected.');
}
