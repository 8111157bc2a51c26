import type { Place } from './handshake.ts';

/** What the publisher has: nothing to send for now, a broadcast, or the end of it in good order. */
export type LineState = 'idle' | 'live' | 'over';

/** What a frame carries. All frames of a connection are of one size, whatever that is. */
export interface Frame extends Place {
  readonly state: LineState;
  /** Empty where there was nothing to send. */
  readonly payload: Buffer;
}

const states: readonly LineState[] = ['idle', 'live', 'over'];
/** Before the payload. */
export const frameHeadBytes = 16;
/** A message of acknowledgement, not yet sealed. */
export const ackBytes = 16;
const lengthAt = 11;

/** The frame, filled up to `bytes`. The payload must fit. */
export function encodeFrame({ state, stream, offset, payload }: Frame, bytes: number): Buffer {
  const frame = Buffer.alloc(bytes);
  frame.writeUInt8(states.indexOf(state), 0);
  frame.writeUInt32BE(stream, 1);
  frame.writeUIntBE(offset, 5, 6);
  frame.writeUInt32BE(payload.length, lengthAt);
  payload.copy(frame, frameHeadBytes);
  return frame;
}

/** Undefined for what no publisher of ours sends. */
export function decodeFrame(frame: Buffer): Frame | undefined {
  if (frame.length < frameHeadBytes) return undefined;
  const state = states[frame.readUInt8(0)];
  const length = frame.readUInt32BE(lengthAt);
  if (state === undefined || length > frame.length - frameHeadBytes) return undefined;
  const payload = frame.subarray(frameHeadBytes, frameHeadBytes + length);
  return { state, stream: frame.readUInt32BE(1), offset: frame.readUIntBE(5, 6), payload };
}

/** Says up to where everything has been received. */
export function encodeAck({ stream, offset }: Place): Buffer {
  const ack = Buffer.alloc(ackBytes);
  ack.writeUInt32BE(stream, 0);
  ack.writeUIntBE(offset, 4, 6);
  return ack;
}

/** Undefined for another size. */
export function decodeAck(ack: Buffer): Place | undefined {
  return ack.length === ackBytes ? { stream: ack.readUInt32BE(0), offset: ack.readUIntBE(4, 6) } : undefined;
}

/** Cuts what arrives into messages of one size, however it was split on the way. Never holds more than one of them. */
export class EvenCuts {
  readonly #bytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What is left when the size changes. */
  get rest(): Buffer {
    return this.#rest;
  }

  push(bytes: Buffer): Buffer[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const count = Math.floor(all.length / this.#bytes);
    const cuts = Array.from({ length: count }, (_, index) =>
      all.subarray(index * this.#bytes, (index + 1) * this.#bytes),
    );
    this.#rest = Buffer.from(all.subarray(count * this.#bytes));
    return cuts;
  }
}
