import { gunzipSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { chunkPayload, frameChunk } from '../live/chunked.ts';
import { FanOut } from '../live/fan-out.ts';
import { buildBox, children } from '../mp4/boxes.ts';
import { leadIn } from '../mp4/lead-in.ts';
import { codedAsTheyAre, padded, paddedOpening, startsSoonerPadded } from './padded-media.ts';

const init = buildBox('ftyp', Buffer.from('iso5'));
const piece = buildBox('mdat', Buffer.alloc(9000, 1));

function follow(fills: boolean, ...pieces: Buffer[]): Buffer[] {
  const fanOut = new FanOut({ maxPieces: 10, maxBytes: 100_000 });
  fanOut.setHead(frameChunk(init));
  for (const bytes of pieces) fanOut.publish(frameChunk(bytes), { keyframe: true });
  const received: Buffer[] = [];
  const sink = { write: (bytes: Buffer) => received.push(bytes), end: () => undefined };
  padded(fanOut, fills).subscribe(sink, { afterId: 0 });
  padded(fanOut, fills).subscribe(sink, { afterId: 0 });
  return received;
}

/** What a browser has of it. */
function plain(...framed: Buffer[]): Buffer {
  const gzip = Buffer.concat([paddedOpening, ...framed].map(chunkPayload));
  return gunzipSync(gzip, { finishFlush: constants.Z_SYNC_FLUSH });
}

test('a browser gets a lead-in, and pieces filled up with a box without meaning', () => {
  const [head, first] = follow(true, piece);
  const boxes = [...children(plain(head ?? Buffer.alloc(0), first ?? Buffer.alloc(0)))];
  expect(boxes.map(({ type }) => type)).toEqual(['free', 'ftyp', 'free', 'mdat', 'free']);
  const [lead, ...rest] = boxes.map(({ bytes }) => bytes);
  expect(lead).toEqual(leadIn());
  expect(rest[0]).toEqual(init);
  expect(rest[2]).toEqual(piece);
  expect(init.length + (rest[1]?.length ?? 0)).toBe(8192);
  expect(piece.length + (rest[3]?.length ?? 0)).toBe(16_384);
  expect((first?.length ?? 0) - piece.length).toBeLessThan(100);
});

test.each([8184, 8185, 8191, 8192])('%i bytes are filled up as well', (length) => {
  const bytes = buildBox('mdat', Buffer.alloc(length - 8, 1));
  const [, first] = follow(true, bytes);
  expect(plain(first ?? Buffer.alloc(0)).length - leadIn().length).toBe(length === 8184 ? 8192 : 16_384);
});

test('all who follow it share one memory', () => {
  const [head, first, sameHead, same] = follow(true, piece);
  expect(sameHead).toBe(head);
  expect(same).toBe(first);
});

test('nothing is added within a box, nor where the rate is to be constant', () => {
  const part = piece.subarray(0, 5000);
  for (const [fills, bytes] of [
    [true, part],
    [false, piece],
  ] as const) {
    const [, first] = follow(fills, bytes);
    expect(plain(first ?? Buffer.alloc(0)).subarray(leadIn().length)).toEqual(bytes);
  }
});

test('what tries out a connection weighs what it is', () => {
  const probe = frameChunk(Buffer.alloc(70_000));
  expect(codedAsTheyAre(probe).length).toBeGreaterThan(70_000);
  expect(plain(codedAsTheyAre(probe)).length).toBe(leadIn().length + 70_000);
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0', true],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36', false],
  ['mpv 0.35.1', false],
  [undefined, false],
])('is for Firefox alone: %s', (userAgent, expected) => {
  expect(startsSoonerPadded(userAgent)).toBe(expected);
});
