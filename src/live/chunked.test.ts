import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunkPayload, frameChunk, frameShared, joinChunks, lastChunk } from './chunked.ts';

test('a chunk is its size in hexadecimal, a line break, the bytes and a line break', () => {
  expect(frameChunk(Buffer.from('hello world, 26 bytes long')).toString()).toBe('1a\r\nhello world, 26 bytes long\r\n');
  expect(lastChunk.toString()).toBe('0\r\n\r\n');
});

test('no bytes make no chunk, because an empty chunk would end the body', () => {
  expect(frameChunk(Buffer.alloc(0)).length).toBe(0);
});

test('framed and payload are views of one memory that holds nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 5000 }), (bytes) => {
      const { framed, payload } = frameShared(bytes);
      expect(payload.equals(bytes)).toBe(true);
      expect(payload.buffer).toBe(framed.buffer);
      expect(framed.buffer.byteLength).toBe(framed.length);
      expect(framed.length).toBe(bytes.length.toString(16).length + 2 + bytes.length + 2);
    }),
  );
});

test('the payload of a chunk is a view of what was framed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      const framed = frameChunk(bytes);
      const payload = chunkPayload(framed);
      expect(payload.equals(bytes)).toBe(true);
      expect(payload.buffer).toBe(framed.buffer);
    }),
  );
});

test('several chunks become one with the same bytes', () => {
  expect(joinChunks([frameChunk(Buffer.from('abc')), frameChunk(Buffer.from('de'))]).toString()).toBe('5\r\nabcde\r\n');
});
