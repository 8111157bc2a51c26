import { expect, test } from 'vitest';
import { frameChunk } from '../live/chunked.ts';
import { FanOut } from '../live/fan-out.ts';
import { buildBox, requireBox } from '../mp4/boxes.ts';
import { withLength } from './announced-length.ts';

const timescale = 15_360;

/** As much of an init segment as says how long it is: version 0, no length. */
function initSegment(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(timescale, 12);
  const moov = buildBox('moov', buildBox('trak', buildBox('mdia', buildBox('mdhd', header))));
  return Buffer.concat([buildBox('ftyp', Buffer.from('iso5')), moov]);
}

test('whoever follows it gets init segments of a very long movie, and all else as it was, until they leave', () => {
  const fanOut = new FanOut({ maxPieces: 10, maxBytes: 1000 });
  const init = initSegment();
  const piece = frameChunk(Buffer.from('a piece of it'));
  fanOut.setHead(frameChunk(init));
  fanOut.publish(piece, { keyframe: true });
  const received: Buffer[] = [];
  const ends: string[] = [];
  const sink = { write: (bytes: Buffer) => received.push(bytes), end: (reason: string) => ends.push(reason) };
  const leave = withLength(fanOut).subscribe(sink, 'keyframe');
  const [head = Buffer.alloc(0), ...pieces] = received;
  const { body } = requireBox(head.subarray(head.indexOf('\r\n') + 2, -2), 'moov', 'trak', 'mdia', 'mdhd');
  expect(Number(body.readBigUInt64BE(24)) / timescale).toBe(1_000_000_000);
  expect(pieces).toEqual([piece]);
  expect(pieces[0]).toBe(piece);
  leave();
  expect(fanOut.subscribers).toBe(0);
  withLength(fanOut).subscribe(sink, 'now');
  fanOut.endAll('resync');
  expect(ends).toEqual(['resync']);
});
