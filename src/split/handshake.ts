import { createHash, hkdfSync, type KeyObject } from 'node:crypto';
import { Opener, sealBytes, Sealer } from './sealed.ts';
import { keyBytes, privateKeyFrom, publicBytesOf, sharedSecret } from './x25519.ts';

/** What a publisher says first. */
export interface Hello {
  /** 16 bytes: which run of the publisher this is. */
  readonly session: Buffer;
  /** The size of every frame, sealed. */
  readonly frameBytes: number;
}

/** What the server answers. Nothing in it depends on who is watching. */
export interface Welcome {
  /** Where to go on; absent: from now on, with what was not sent thrown away. */
  readonly resume?: Place | undefined;
  /** How much the server holds back before it plays. */
  readonly bufferSeconds: number;
}

/** A place in what a publisher sends: how many bytes of a stream came before it. */
export interface Place {
  readonly stream: number;
  readonly offset: number;
}

/** The keys of a connection. */
export interface LineKeys {
  /** From the publisher to the server. */
  readonly up: Buffer;
  readonly down: Buffer;
}

/** Bounds of a frame: a tenth of a second of 80 kbit/s, and of 20 Mbit/s. */
export const frameLimits = { minBytes: 1000, maxBytes: 262_144 } as const;

const magic = Buffer.from('OCL1', 'latin1');
const label = 'onioncast line 1';
const sessionBytes = 16;
const payloadBytes = 32;
const maxBufferSeconds = 60;

/** Sizes of the two messages. */
export const helloBytes = magic.length + keyBytes + payloadBytes + sealBytes;
export const welcomeBytes = keyBytes + payloadBytes + sealBytes;

/**
 * The publisher's half of the handshake: both sides know the other's key beforehand, as in Noise's pattern KK (revision 34, section 7.5), and both add one
 * that is used once, so that what was recorded stays closed when a key is lost later. `once`: 32 random bytes.
 */
export class PublisherHandshake {
  readonly message: Buffer;
  readonly #own: KeyObject;
  readonly #once: KeyObject;
  readonly #chain: Chain;

  constructor({ own, server, once }: { own: KeyObject; server: Buffer; once: Buffer }, hello: Hello) {
    this.#own = own;
    this.#once = privateKeyFrom(once);
    this.#chain = new Chain(server, publicBytesOf(own));
    const open = Buffer.concat([magic, publicBytesOf(this.#once)]);
    this.#chain.mix(open);
    this.#chain.mix(sharedSecret(this.#once, server));
    this.#chain.mix(sharedSecret(own, server));
    this.message = Buffer.concat([open, new Sealer(this.#chain.key('hello')).seal(encodeHello(hello))]);
  }

  /** Undefined if it was not our server that answered, or not to this. */
  finish(answer: Buffer): { readonly welcome: Welcome; readonly keys: LineKeys } | undefined {
    if (answer.length !== welcomeBytes) return undefined;
    const theirs = answer.subarray(0, keyBytes);
    const secrets = bothSecrets([this.#once, theirs], [this.#own, theirs]);
    if (secrets === undefined) return undefined;
    for (const part of [theirs, ...secrets]) this.#chain.mix(part);
    const payload = new Opener(this.#chain.key('welcome')).open(answer.subarray(keyBytes));
    const welcome = payload && decodeWelcome(payload);
    return welcome && { welcome, keys: this.#chain.lineKeys() };
  }
}

/** What the server makes of a hello: who has sent it knows the publisher's key, now or at an earlier time. Only the first frame proves that it is now. */
export interface HeardHello {
  readonly hello: Hello;
  /** `once`: 32 random bytes. */
  answer(welcome: Welcome, once: Buffer): { readonly message: Buffer; readonly keys: LineKeys };
}

/** The server's half. Undefined if it was not our publisher. */
export function hearHello(
  message: Buffer,
  { own, publisher }: { readonly own: KeyObject; readonly publisher: Buffer },
): HeardHello | undefined {
  const open = message.subarray(0, magic.length + keyBytes);
  if (message.length !== helloBytes || !open.subarray(0, magic.length).equals(magic)) return undefined;
  const theirs = open.subarray(magic.length);
  const secrets = bothSecrets([own, theirs], [own, publisher]);
  if (secrets === undefined) return undefined;
  const chain = new Chain(publicBytesOf(own), publisher);
  for (const part of [open, ...secrets]) chain.mix(part);
  const payload = new Opener(chain.key('hello')).open(message.subarray(open.length));
  const hello = payload && decodeHello(payload);
  if (hello === undefined) return undefined;
  return {
    hello,
    answer: (welcome, once) => {
      const ours = privateKeyFrom(once);
      const ourPublic = publicBytesOf(ours);
      for (const part of [ourPublic, sharedSecret(ours, theirs), sharedSecret(ours, publisher)]) chain.mix(part);
      const sealed = new Sealer(chain.key('welcome')).seal(encodeWelcome(welcome));
      return { message: Buffer.concat([ourPublic, sealed]), keys: chain.lineKeys() };
    },
  };
}

/** What both sides have said and know so far, as one secret. */
class Chain {
  #value: Buffer;

  constructor(server: Uint8Array, publisher: Uint8Array) {
    this.#value = createHash('sha256').update(label).update(server).update(publisher).digest();
  }

  mix(part: Uint8Array): void {
    this.#value = Buffer.from(hkdfSync('sha256', part, this.#value, label, keyBytes));
  }

  key(use: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#value, '', `${label} ${use}`, keyBytes));
  }

  lineKeys(): LineKeys {
    return { up: this.key('up'), down: this.key('down') };
  }
}

type Pair = readonly [own: KeyObject, other: Uint8Array];

/** Undefined for a key that somebody has chosen to make the secret known. */
function bothSecrets(one: Pair, other: Pair): readonly [Buffer, Buffer] | undefined {
  try {
    return [sharedSecret(...one), sharedSecret(...other)];
  } catch {
    // OpenSSL refuses such keys (RFC 7748, section 6.1).
    return undefined;
  }
}

function encodeHello({ session, frameBytes }: Hello): Buffer {
  const payload = Buffer.alloc(payloadBytes);
  session.copy(payload, 0, 0, sessionBytes);
  payload.writeUInt32BE(frameBytes, sessionBytes);
  return payload;
}

function decodeHello(payload: Buffer): Hello | undefined {
  const frameBytes = payload.readUInt32BE(sessionBytes);
  if (frameBytes < frameLimits.minBytes || frameBytes > frameLimits.maxBytes) return undefined;
  return { session: payload.subarray(0, sessionBytes), frameBytes };
}

function encodeWelcome({ resume, bufferSeconds }: Welcome): Buffer {
  const payload = Buffer.alloc(payloadBytes);
  payload.writeUInt8(resume === undefined ? 0 : 1, 0);
  payload.writeUInt32BE(resume?.stream ?? 0, 1);
  payload.writeUIntBE(resume?.offset ?? 0, 5, 6);
  payload.writeUInt8(Math.min(maxBufferSeconds, Math.ceil(bufferSeconds)), 11);
  return payload;
}

function decodeWelcome(payload: Buffer): Welcome | undefined {
  const kind = payload.readUInt8(0);
  const bufferSeconds = payload.readUInt8(11);
  if (kind > 1 || bufferSeconds > maxBufferSeconds) return undefined;
  if (kind === 0) return { bufferSeconds };
  return { resume: { stream: payload.readUInt32BE(1), offset: payload.readUIntBE(5, 6) }, bufferSeconds };
}
