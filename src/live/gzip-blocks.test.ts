import { crc32, createGunzip, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gzipEnd, gzipHeader, squeezedBlocks, storedBlocks } from './gzip-blocks.ts';

/** What has come out so far of a stream that goes on. */
async function unzipped(stream: Buffer): Promise<Buffer> {
  const gunzip = createGunzip();
  const parts: Buffer[] = [];
  gunzip.on('data', (part: Buffer) => parts.push(part));
  await new Promise<void>((resolve, reject) => {
    gunzip.on('error', reject);
    gunzip.write(stream, () => resolve());
  });
  gunzip.destroy();
  return Buffer.concat(parts);
}

test('blocks of both kinds follow each other in any order, and everything comes out at once', async () => {
  const block = fc.record({ isStored: fc.boolean(), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 8 }), async (blocks) => {
      const coded = blocks.flatMap(({ isStored, bytes }) =>
        isStored ? storedBlocks(Buffer.from(bytes)) : [squeezedBlocks(Buffer.from(bytes))],
      );
      const plain = Buffer.concat(blocks.map(({ bytes }) => bytes));
      expect(await unzipped(Buffer.concat([gzipHeader, ...coded]))).toEqual(plain);
    }),
    { numRuns: 50 },
  );
});

test.each([0, 65_535, 65_536, 200_000])('%i bytes are stored in blocks of at most 65,535', async (length) => {
  const bytes = Buffer.alloc(length, 7);
  const blocks = storedBlocks(bytes);
  expect(blocks.length).toBe(2 * Math.ceil(length / 65_535));
  expect(await unzipped(Buffer.concat([gzipHeader, ...blocks]))).toEqual(bytes);
});

test('bytes without meaning weigh next to nothing', () => {
  expect(squeezedBlocks(Buffer.alloc(83_220)).length).toBeLessThan(200);
});

test('with an end it is a whole gzip file', () => {
  const text = Buffer.from('one, two');
  const blocks = [gzipHeader, squeezedBlocks(text.subarray(0, 4)), ...storedBlocks(text.subarray(4))];
  expect(gunzipSync(Buffer.concat([...blocks, gzipEnd(crc32(text), text.length)]))).toEqual(text);
  expect(() => gunzipSync(Buffer.concat([...blocks, gzipEnd(crc32(text) + 1, text.length)]))).toThrowError(
    'incorrect data check',
  );
});
