import { AppError } from '../errors.ts';
import { type Box, children, findBox, requireBox } from './boxes.ts';
import { isVisualEntry } from './codec-name.ts';
import { FieldReader } from './field-reader.ts';
import type { Fragment, Sample } from './fragment.ts';
import { leakInMedia } from './scrub.ts';

/** What has been found in media that is about to be sent and must not be. */
export type Metadata = string;

/** Boxes that a movie fragment of ours consists of. User data, messages and the writer's clock (`prft`) have no place in it. */
const fragmentBoxes: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', new Set(['moof', 'mdat'])],
  ['moof', new Set(['mfhd', 'traf'])],
  ['traf', new Set(['tfhd', 'tfdt', 'trun', 'sbgp', 'sgpd'])],
]);
/** Slices, parameter sets, delimiters, ends and filler (H.264 table 7-1). Type 6 is for remarks: options, the time of day, anything. */
const pictureUnits: ReadonlySet<number> = new Set([1, 5, 7, 8, 9, 10, 11, 12]);
const initContainers: ReadonlySet<string> = new Set(['moov', 'trak', 'mdia', 'minf', 'dinf', 'stbl', 'mvex']);
const metadataBoxes: ReadonlySet<string> = new Set(['udta', 'meta', 'free', 'skip', 'uuid', 'prft', 'emsg']);
/** moov > trak > mdia > minf > dinf > dref > url. */
const maxDepth = 6;
/** How programs sign and how times of day are written: nothing of it comes about in a compressed picture within years. */
const remark =
  /x264 - core|x265 \(build|Lav[cf]\d\d\.\d|libx26[45]|libvpx|libopus|OBS Studio|obs-output|20\d\d-[01]\d-[0-3]\dT[0-2]\d:/;

/**
 * The first thing in an init segment that is about to be sent by which it tells more than a player needs: user data, times, names, addresses, signatures.
 * Does not rely on what was scrubbed. Throws MEDIA_MALFORMED.
 */
// Threat: T05
export function metadataInInit(bytes: Buffer): Metadata | undefined {
  const signature = leakInMedia(bytes);
  return signature === undefined ? findInBoxes(bytes, 0) : `the signature "${signature}"`;
}

/** How many bytes hold the length of a NAL unit (ISO/IEC 14496-15 5.3.3.1); undefined for anything but H.264. Throws MEDIA_MALFORMED. */
export function unitLengthBytes(init: Buffer): number | undefined {
  const description = requireBox(init, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd').body;
  const entries = description.subarray(new FieldReader(description, 8).position);
  const entry = [...children(entries)].find(({ type }) => type === 'avc1' || type === 'avc3');
  if (entry === undefined) return undefined;
  const from = new FieldReader(entry.body, 78).position;
  const fields = new FieldReader(requireBox(entry.body.subarray(from), 'avcC').body, 4);
  return (fields.u8() & 0x3) + 1;
}

/**
 * The first thing in a fragment that is neither picture nor sound: a box that does not belong there, bytes that no sample claims, a remark of the
 * encoder between the slices (SEI), a signature or a time of day anywhere. Looks at every NAL unit and every byte.
 */
// Threat: T05
export function metadataInFragment({ bytes, tracks }: Fragment, lengthBytes: number | undefined): Metadata | undefined {
  const samples = tracks.flatMap((track) => track.samples);
  return (
    strangeBox(bytes, '') ??
    hiddenBytes(bytes, samples) ??
    (lengthBytes === undefined ? undefined : strangeUnit(bytes, samples, lengthBytes)) ??
    remarkIn(bytes)
  );
}

/** The error that stops a stream; the message is for the operator. */
export function metadataError(output: string, found: Metadata): AppError {
  return new AppError(
    'MEDIA_METADATA',
    `Output ${output} of the encoder holds ${found}, which could tell who or where you are.`,
  );
}

function findInBoxes(body: Buffer, depth: number): Metadata | undefined {
  if (depth > maxDepth) return 'boxes that are nested too deeply';
  for (const box of children(body)) {
    const found = metadataBoxes.has(box.type) ? `a box "${box.type}"` : findInBox(box, depth);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInBox({ type, body }: Box, depth: number): Metadata | undefined {
  if (initContainers.has(type)) return findInBoxes(body, depth + 1);
  if (type === 'mvhd' || type === 'tkhd' || type === 'mdhd') return hasTimes(body) ? `a time in "${type}"` : undefined;
  if (type === 'hdlr') return isZero(body.subarray(12)) ? undefined : 'the name of a handler';
  // Flag 1 says that the media is in this file; whatever followed would be the address of another.
  if (type === 'dref') return findInBoxes(body.subarray(new FieldReader(body, 8).position), depth + 1);
  if (type === 'url ' || type === 'urn ') return body.length > 4 ? 'the address of a file' : undefined;
  if (type === 'stsd') return findInEntries(body.subarray(new FieldReader(body, 8).position));
  return undefined;
}

function findInEntries(entries: Buffer): Metadata | undefined {
  for (const { type, body } of children(entries)) {
    if (isVisualEntry(type) && !isZero(body.subarray(42, 74))) return 'the name of a compressor';
  }
  return undefined;
}

/** Creation and modification, behind version and flags. */
function hasTimes(body: Buffer): boolean {
  return !isZero(body.subarray(4, body[0] === 1 ? 20 : 12));
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function strangeBox(body: Buffer, within: string): Metadata | undefined {
  const allowed = fragmentBoxes.get(within);
  if (allowed === undefined) return undefined;
  for (const box of children(body)) {
    const found = allowed.has(box.type) ? strangeBox(box.body, box.type) : `a box "${box.type}"`;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Samples that overlapped could hide as many bytes; then their content would be no picture, and its units are looked at all the same. */
function hiddenBytes(bytes: Buffer, samples: readonly Sample[]): Metadata | undefined {
  const held = samples.reduce((sum, { start, end }) => sum + end - start, 0);
  const data = findBox(bytes, 'mdat')?.body.length ?? 0;
  return held === data ? undefined : `${data - held} bytes that belong to no picture or sound`;
}

function strangeUnit(bytes: Buffer, samples: readonly Sample[], lengthBytes: number): Metadata | undefined {
  for (const { start, end } of samples) {
    for (let at = start; at < end; ) {
      const from = at + lengthBytes;
      if (from >= end) return 'bytes between its pictures';
      const type = (bytes[from] ?? 0) & 0x1f;
      if (!pictureUnits.has(type)) return type === 6 ? 'remarks of an encoder (SEI)' : `units of type ${type}`;
      at = from + bytes.readUIntBE(at, lengthBytes);
      if (at > end) return 'bytes between its pictures';
    }
  }
  return undefined;
}

function remarkIn(bytes: Buffer): Metadata | undefined {
  const found = remark.exec(bytes.toString('latin1'));
  return found === null ? undefined : `the words "${found[0]}"`;
}
