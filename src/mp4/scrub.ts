import { buildBox, children, joinBytes, malformed, type Box } from './boxes.ts';
import { isVisualEntry } from './codec-name.ts';
import { FieldReader } from './field-reader.ts';

/** Boxes that only carry metadata or padding; writers sign themselves here. */
const dropped = new Set(['udta', 'meta', 'free', 'skip', 'uuid']);
const containers = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);
/** moov > trak > mdia > minf > stbl; a file that nests deeper is hostile. */
const maxDepth = 5;
/** `und` in the three times five bits of ISO/IEC 14496-12 8.4.2. */
const languageUndetermined = 0x55c4;
/** Words by which programs sign media. Compared without regard to case. */
const signatures = ['lavf', 'lavc', 'x264', 'x265', 'libvpx', 'handler', 'gpac', 'obs'];

/**
 * The same init segment without what tells which program or machine wrote it, when, and in which language: user data, times, handler names,
 * compressor names. Throws MEDIA_MALFORMED for boxes that are cut short.
 */
// Threat: T05
export function scrubInitSegment(bytes: Buffer): Buffer {
  return joinBytes(scrubAll(bytes, 0));
}

/** The first word in `bytes` by which a program signs what it writes, or undefined. The last look at an init segment before it is sent. */
// Threat: T05
export function leakInMedia(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1').toLowerCase();
  return signatures.find((signature) => text.includes(signature));
}

function scrubAll(body: Buffer, depth: number): Buffer[] {
  if (depth > maxDepth) throw malformed('boxes are nested too deeply');
  return [...children(body)].filter((box) => !dropped.has(box.type)).map((box) => scrubBox(box, depth));
}

function scrubBox(box: Box, depth: number): Buffer {
  if (containers.has(box.type)) return buildBox(box.type, ...scrubAll(box.body, depth + 1));
  if (box.type === 'mvhd' || box.type === 'tkhd') return buildBox(box.type, withoutTimes(box.body));
  if (box.type === 'mdhd') return buildBox(box.type, withoutLanguage(withoutTimes(box.body)));
  if (box.type === 'hdlr') return buildBox(box.type, withoutName(box.body));
  if (box.type === 'stsd') return buildBox(box.type, ...scrubSampleEntries(box.body));
  return box.bytes;
}

function withoutTimes(header: Buffer): Buffer {
  const fields = new FieldReader(header);
  const { version } = fields.versionAndFlags();
  fields.skip(version === 1 ? 16 : 8);
  return Buffer.from(header).fill(0, 4, fields.position);
}

function withoutLanguage(mediaHeader: Buffer): Buffer {
  const fields = new FieldReader(mediaHeader);
  const at = fields.versionAndFlags().version === 1 ? 32 : 20;
  fields.skip(at - 4 + 2);
  mediaHeader.writeUInt16BE(languageUndetermined, at);
  return mediaHeader;
}

/** Keeps the handler type; QuickTime writers put their maker into the fields around it. */
function withoutName(handler: Buffer): Buffer {
  const clean = Buffer.alloc(25);
  handler.copy(clean, 8, new FieldReader(handler, 8).position, new FieldReader(handler, 12).position);
  return clean;
}

function scrubSampleEntries(description: Buffer): Buffer[] {
  const entriesAt = new FieldReader(description, 8).position;
  const parts = [description.subarray(0, entriesAt)];
  for (const entry of children(description.subarray(entriesAt))) {
    parts.push(isVisualEntry(entry.type) ? buildBox(entry.type, withoutCompressor(entry.body)) : entry.bytes);
  }
  return parts;
}

function withoutCompressor(entry: Buffer): Buffer {
  new FieldReader(entry, 78);
  // Fields that are reserved in ISO files and hold a version and a vendor in QuickTime, then the 32 bytes of the compressor's name.
  return Buffer.from(entry).fill(0, 8, 24).fill(0, 42, 74);
}
