import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { FlvReader, type FlvTag, flvHeader, maxFlvTagBytes, writeFlvTag } from './flv.ts';

const tags = fc.array(
  fc.record({
    type: fc.constantFrom(8 as const, 9 as const, 18 as const),
    timestamp: fc.nat({ max: 0xffffffff }),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 10 },
);

function file(content: readonly FlvTag[]): Buffer {
  return Buffer.concat([flvHeader({ hasAudio: true }), ...content.map((tag) => writeFlvTag(tag))]);
}

function read(bytes: Buffer, cuts: readonly number[] = []): FlvTag[] {
  const reader = new FlvReader();
  let from = 0;
  return [...cuts, bytes.length].flatMap((cut) => {
    const read = [...reader.push(bytes.subarray(from, cut))];
    from = cut;
    return read;
  });
}

function isMalformed(bytes: Buffer): boolean {
  try {
    read(bytes);
    return false;
  } catch (error) {
    if (error instanceof AppError && error.code === 'MEDIA_MALFORMED') return true;
    throw error;
  }
}

describe('FLV', () => {
  it('gives the tags that were written, however the bytes are cut', () => {
    fc.assert(
      fc.property(tags, fc.array(fc.nat(), { maxLength: 10 }), (content, seeds) => {
        const bytes = file(content);
        const cuts = seeds.map((seed) => seed % (bytes.length + 1)).sort((a, b) => a - b);
        expect(read(bytes, cuts)).toEqual(content);
      }),
    );
  });

  it('gives whole tags only from every truncation', () => {
    const content: FlvTag[] = [
      { type: 9, timestamp: 5, body: Buffer.from('picture') },
      { type: 8, timestamp: 9, body: Buffer.from('sound') },
    ];
    const bytes = file(content);
    for (let length = 0; length <= bytes.length; length += 1) {
      const read1 = read(bytes.subarray(0, length));
      expect(read1).toEqual(content.slice(0, read1.length));
    }
  });

  it('answers any bytes with tags or a refusal, never with anything else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void isMalformed(Buffer.from(bytes))));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void isMalformed(Buffer.concat([file([]), bytes]))),
    );
  });

  it('passes over a longer file header', () => {
    const bytes = file([{ type: 9, timestamp: 0, body: Buffer.from('x') }]);
    const longer = Buffer.concat([bytes.subarray(0, 9), Buffer.from('more'), bytes.subarray(9)]);
    longer.writeUInt32BE(13, 5);
    expect(read(longer)).toHaveLength(1);
  });

  it('takes a tag of the largest size and refuses one byte more before its body comes', () => {
    const header = (length: number) => {
      const tag = Buffer.alloc(11);
      tag.writeUInt8(9);
      tag.writeUIntBE(length, 1, 3);
      return Buffer.concat([flvHeader({ hasAudio: false }), tag]);
    };
    expect(isMalformed(header(maxFlvTagBytes))).toBe(false);
    expect(isMalformed(header(maxFlvTagBytes + 1))).toBe(true);
  });

  it('refuses an encrypted tag, an unknown type and a file that is something else', () => {
    expect(isMalformed(Buffer.concat([file([]), Buffer.from([0x29, ...Buffer.alloc(10)])]))).toBe(true);
    expect(isMalformed(Buffer.concat([file([]), Buffer.from([7, ...Buffer.alloc(10)])]))).toBe(true);
    expect(isMalformed(Buffer.from('#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/'))).toBe(true);
  });
});
