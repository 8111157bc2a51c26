import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAck, decodeFrame, encodeAck, encodeFrame, EvenCuts, frameHeadBytes, type LineState } from './frame.ts';
import { frameBytesFor, payloadBytesOf } from './line-rate.ts';

const states: readonly LineState[] = ['idle', 'live', 'over'];
const place = fc.record({ stream: fc.nat({ max: 0xffffffff }), offset: fc.nat({ max: 2 ** 48 - 1 }) });

describe('a frame', () => {
  it('says the same after it was sent, and is of the size that was asked for', () => {
    const payloads = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(place, fc.constantFrom(...states), payloads, fc.nat({ max: 100 }), (at, state, payload, room) => {
        const frame = { ...at, state, payload: Buffer.from(payload) };
        const bytes = encodeFrame(frame, frameHeadBytes + payload.length + room);
        expect(bytes).toHaveLength(frameHeadBytes + payload.length + room);
        expect(decodeFrame(bytes)).toEqual(frame);
      }),
    );
  });

  it('never throws for bytes that are none, and holds no more than came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const frame = decodeFrame(Buffer.from(bytes));
        expect(frame?.payload.length ?? 0).toBeLessThanOrEqual(Math.max(0, bytes.length - frameHeadBytes));
      }),
    );
    const tooLong = encodeFrame({ state: 'live', stream: 1, offset: 0, payload: Buffer.alloc(8) }, 24);
    tooLong.writeUInt32BE(9, 11);
    expect(decodeFrame(tooLong)).toBeUndefined();
  });

  it('is as large as the settings say, and takes an eighth more than the media', () => {
    const bytes = frameBytesFor({ pictureBitsPerSecond: 600_000, soundBitsPerSecond: 48_000, frameRate: 30 });
    const mediaBytes = 648_000 / 8 / 10;
    expect(payloadBytesOf(bytes) / mediaBytes).toBeGreaterThan(1.125);
    expect(bytes / mediaBytes).toBeLessThan(1.25);
  });
});

describe('an acknowledgement', () => {
  it('says the same after it was sent, and always has one size', () => {
    fc.assert(
      fc.property(place, (at) => {
        expect(decodeAck(encodeAck(at))).toEqual(at);
      }),
    );
    expect(decodeAck(Buffer.alloc(15))).toBeUndefined();
  });
});

describe('cutting what arrives', () => {
  it('gives the same messages however they were split on the way', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), fc.integer({ min: 1, max: 20 }), (parts, size) => {
        const cuts = new EvenCuts(size);
        const messages = parts.flatMap((part) => cuts.push(Buffer.from(part)));
        const all = Buffer.concat(parts);
        expect(messages.every(({ length }) => length === size)).toBe(true);
        expect(Buffer.concat([...messages, cuts.rest])).toEqual(all);
        expect(cuts.rest.length).toBeLessThan(size);
      }),
    );
  });
});
