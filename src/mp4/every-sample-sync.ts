import { type Box, children } from './boxes.ts';
import { FieldReader } from './field-reader.ts';

/** Sample flags (ISO/IEC 14496-12 8.8.3.1) of a picture that depends on no other. */
const syncSample = 0x0200_0000;
const containers = new Set(['moof', 'traf']);
const baseDataOffset = 0x1;
const descriptionIndex = 0x2;
const defaultDuration = 0x8;
const defaultSize = 0x10;
const defaultFlags = 0x20;
const dataOffset = 0x1;
const firstFlags = 0x4;
const duration = 0x100;
const size = 0x200;
const flags = 0x400;
const compositionOffset = 0x800;

/**
 * The same movie fragments, in memory of their own, with every sample marked as one to start from, where a fragment says that of its samples at all. That is
 * not true, and meant for a decoder that looks for itself; see `padded-media.ts`. Throws MEDIA_MALFORMED for boxes that do not fill the bytes, or are cut short.
 */
export function everySampleSync(fragments: Buffer): Buffer {
  const marked = Buffer.from(fragments);
  mark(marked);
  return marked;
}

function mark(body: Buffer): void {
  for (const box of children(body)) {
    if (containers.has(box.type)) mark(box.body);
    else if (box.type === 'tfhd') markDefault(box);
    else if (box.type === 'trun') markSamples(box);
  }
}

/** 8.8.7 */
function markDefault({ body }: Box): void {
  const fields = new FieldReader(body);
  const present = fields.u32();
  fields.skip(4);
  if (present & baseDataOffset) fields.skip(8);
  for (const field of [descriptionIndex, defaultDuration, defaultSize]) if (present & field) fields.skip(4);
  if (present & defaultFlags) body.writeUInt32BE(syncSample, fields.skip(4));
}

/** 8.8.8 */
function markSamples({ body }: Box): void {
  const fields = new FieldReader(body);
  const present = fields.u32();
  const samples = fields.u32();
  if (present & dataOffset) fields.skip(4);
  if (present & firstFlags) body.writeUInt32BE(syncSample, fields.skip(4));
  const before = [duration, size].filter((field) => present & field).length * 4;
  const after = present & compositionOffset ? 4 : 0;
  if (!(present & flags)) return;
  for (let sample = 0; sample < samples; sample += 1) {
    fields.skip(before);
    body.writeUInt32BE(syncSample, fields.skip(4));
    fields.skip(after);
  }
}
