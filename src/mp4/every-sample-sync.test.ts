import { expect, it } from 'vitest';
import { encodeLadder, probeBytes } from '../../test/support/encoded-media.ts';
import { buildBox } from './boxes.ts';
import { everySampleSync } from './every-sample-sync.ts';

const sync = 0x0200_0000;

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

const fragment = (tfhd: Buffer, trun: Buffer): Buffer =>
  Buffer.concat([
    buildBox('moof', buildBox('traf', buildBox('tfhd', tfhd), buildBox('trun', trun))),
    buildBox('mdat', Buffer.from('data')),
  ]);

const other = 0x0101_0000;

it('marks what a fragment says of its samples, whatever else stands beside it, and nothing else', () => {
  const tfhd = (flags: number): Buffer => words(0x3b, 1, 11, 12, 2, 3, 4, flags);
  const trun = (first: number, flags: number): Buffer =>
    words(0xf05, 2, 9, first, ...[5, 6, flags, 7], ...[5, 6, flags, 8]);
  const before = fragment(tfhd(other), trun(other, other));
  const copy = Buffer.from(before);
  expect(everySampleSync(before)).toEqual(fragment(tfhd(sync), trun(sync, sync)));
  expect(before).toEqual(copy);
});

it('leaves a fragment that says nothing of its samples as it is', () => {
  const before = fragment(words(0x20000, 1), words(0x201, 1, 9, 6));
  expect(everySampleSync(before)).toEqual(before);
});

it('changes no byte of the media, which a decoder finds its way in as ever', async () => {
  const { large } = await encodeLadder(1);
  const marked = everySampleSync(large);
  expect(marked.equals(large)).toBe(false);
  const [before, after] = [await probeBytes(large), await probeBytes(marked)];
  expect(after.streams).toEqual(before.streams);
});

it.each([
  ['no boxes', Buffer.from('anything but boxes')],
  ['a box cut short', fragment(words(0x20, 1, other), words(1, 1, 9)).subarray(0, -1)],
  ['a field cut short', fragment(words(0x20, 1), words(1, 1, 9))],
  ['fewer samples than announced', fragment(words(0, 1), words(0x400, 4_000_000_000, other))],
])('refuses %s', (_, bytes) => {
  expect(() => everySampleSync(bytes)).toThrowError(expect.objectContaining({ code: 'MEDIA_MALFORMED' }));
});
