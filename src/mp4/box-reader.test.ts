import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { BoxReader } from './box-reader.ts';
import { buildBox } from './boxes.ts';

function readInChunks(stream: Buffer, sizes: readonly number[], maxBoxBytes?: number): [string, Buffer][] {
  const found: [string, Buffer][] = [];
  const reader = new BoxReader((type, bytes) => found.push([type, bytes]), maxBoxBytes);
  let at = 0;
  for (let index = 0; at < stream.length; index += 1) {
    const size = sizes.length === 0 ? stream.length : (sizes[index % sizes.length] ?? 1);
    reader.push(stream.subarray(at, at + size));
    at += size;
  }
  return found;
}

function largeBox(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32BE(1, 0);
  header.write(type, 4, 'latin1');
  header.writeBigUInt64BE(BigInt(body.length + 16), 8);
  return Buffer.concat([header, body]);
}

function header(size: number, type = 'mdat'): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(size, 0);
  bytes.write(type, 4, 'latin1');
  return bytes;
}

describe('BoxReader', () => {
  it('finds the same boxes however the stream is chunked', () => {
    const anyBox = fc.record({
      type: fc.constantFrom('ftyp', 'moov', 'moof', 'mdat', 'free'),
      body: fc.uint8Array({ maxLength: 300 }),
      isLarge: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 12 }), fc.array(fc.integer({ min: 1, max: 64 })), (boxes, sizes) => {
        const written = boxes.map(({ type, body, isLarge }): [string, Buffer] => [
          type,
          isLarge ? largeBox(type, Buffer.from(body)) : buildBox(type, Buffer.from(body)),
        ]);
        const stream = Buffer.concat(written.map(([, bytes]) => bytes));
        expect(readInChunks(stream, sizes)).toEqual(written);
      }),
    );
  });

  it('takes a large box byte by byte', () => {
    const box = buildBox('mdat', Buffer.alloc(1024 * 1024, 7));
    expect(readInChunks(box, [1])[0]?.[1].equals(box)).toBe(true);
  });

  it('delivers boxes in memory of their own, so that a small box does not keep a large read alive', () => {
    const stream = Buffer.concat([buildBox('moof', Buffer.alloc(40)), buildBox('mdat', Buffer.alloc(65_000))]);
    for (const [, bytes] of readInChunks(stream, [65_536])) {
      expect(bytes.buffer.byteLength).toBe(bytes.length);
      expect(bytes.buffer).not.toBe(stream.buffer);
    }
  });

  it('takes a box of exactly the limit and refuses one byte more before it arrives', () => {
    expect(readInChunks(buildBox('mdat', Buffer.alloc(92)), [], 100)).toHaveLength(1);
    expect(() => readInChunks(header(101), [], 100)).toThrow(/mdat of 101 bytes is too large/);
  });

  it('refuses sizes that cannot be', () => {
    for (const size of [0, 2, 7]) expect(() => readInChunks(header(size), [])).toThrow(AppError);
    const tooSmall = largeBox('mdat', Buffer.alloc(0));
    tooSmall.writeBigUInt64BE(15n, 8);
    expect(() => readInChunks(tooSmall, [])).toThrow(/impossible size 15/);
    tooSmall.writeBigUInt64BE(2n ** 64n - 1n, 8);
    expect(() => readInChunks(tooSmall, [])).toThrow(/too large/);
  });

  it('delivers what was whole before the fault, and stays broken after it', () => {
    const found: string[] = [];
    const reader = new BoxReader((type) => found.push(type));
    expect(() => reader.push(Buffer.concat([buildBox('ftyp'), header(3)]))).toThrow(AppError);
    expect(() => reader.push(Buffer.from([0]))).toThrow(AppError);
    expect(found).toEqual(['ftyp']);
  });

  it('never does anything else with random bytes than to deliver or to refuse', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.integer({ min: 1, max: 50 })), (bytes, sizes) => {
        try {
          readInChunks(Buffer.from(bytes), sizes);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
