import { buildBox, children, joinBytes, malformed, type Box } from './boxes.ts';
import { FieldReader } from './field-reader.ts';

/** Where the tracks say how long they are: moov > trak > mdia > mdhd. */
const containers = new Set(['moov', 'trak', 'mdia']);
const maxDepth = 3;

/**
 * The same init segment with tracks that last so many whole seconds (ISO/IEC 14496-12 8.4.2). Live media leaves that open; the length of the movie
 * (mvhd) stays so, since players take the tracks' word for it. Throws MEDIA_MALFORMED for boxes that are cut short.
 */
export function setDuration(init: Buffer, seconds: number): Buffer {
  return joinBytes(setAll(init, seconds, 0));
}

function setAll(body: Buffer, seconds: number, depth: number): Buffer[] {
  if (depth > maxDepth) throw malformed('boxes are nested too deeply');
  return [...children(body)].map((box) => {
    if (containers.has(box.type)) return buildBox(box.type, ...setAll(box.body, seconds, depth + 1));
    return box.type === 'mdhd' ? buildBox('mdhd', mediaHeader(box, seconds)) : box.bytes;
  });
}

/** In version 1, whose times have 64 bits: 32 bits of Opus ticks are over within 25 hours. */
function mediaHeader({ body }: Box, seconds: number): Buffer {
  const fields = new FieldReader(body);
  const isLong = fields.versionAndFlags().version === 1;
  fields.skip(isLong ? 16 : 8);
  const timescale = fields.u32();
  fields.skip(isLong ? 8 : 4);
  const rest = body.subarray(fields.position);
  const header = Buffer.alloc(32);
  header.writeUInt8(1, 0);
  header.writeUInt32BE(timescale, 20);
  header.writeBigUInt64BE(BigInt(seconds) * BigInt(timescale), 24);
  return joinBytes([header, rest]);
}
