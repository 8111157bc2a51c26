import { buildBox } from '../../src/mp4/boxes.ts';
import type { TimedFragment, TrackKind } from '../../src/split/play-out.ts';
import { parseFragment } from '../../src/mp4/fragment.ts';

/** A millisecond is a tick. */
export const millisecondTracks = { video: { id: 1, timescale: 1000 }, audio: { id: 2, timescale: 1000 } } as const;

/** A fragment with one sample that holds this text; nothing decodes it. Times in milliseconds. */
export function madeFragment(
  kind: TrackKind,
  {
    start,
    duration = 100,
    keyframe = false,
    text = '',
  }: { start: number; duration?: number; keyframe?: boolean; text?: string },
): TimedFragment {
  const { id } = millisecondTracks[kind];
  const data = Buffer.from(text);
  const tfhd = buildBox('tfhd', words(0x20000, id));
  const tfdt = buildBox('tfdt', Buffer.from([1, 0, 0, 0]), words(0, start));
  const moofBytes = 8 + 8 + tfhd.length + tfdt.length + 32;
  // One sample: data offset, duration, size, flags.
  const trun = buildBox('trun', words(0x701, 1, moofBytes + 8, duration, data.length, keyframe ? 0 : 0x10000));
  const moof = buildBox('moof', buildBox('traf', tfhd, tfdt, trun));
  const defaults = { duration: 0, size: 0, flags: 0 };
  const track = { id, kind, timescale: 1000, defaults, codec: 'none' };
  const fragment = parseFragment(Buffer.concat([moof, buildBox('mdat', data)]), [track]);
  return { fragment, kind, keyframe, start, duration };
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}
