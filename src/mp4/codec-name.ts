import { children, type Box } from './boxes.ts';
import { FieldReader } from './field-reader.ts';

/** Bytes of a visual and of an audio sample entry before its child boxes (ISO/IEC 14496-12 12.1.3 and 12.2.3). */
const visualEntryBytes = 78;
const audioEntryBytes = 28;

/** What a sample entry tells a player. */
export interface SampleEntryInfo {
  /** RFC 6381 name (`avc1.4d401e`, `mp4a.40.2`, `opus`, `vp09.00.21.08`); for codecs we never send, the bare type of the sample entry. */
  readonly codec: string;
  readonly width?: number;
  readonly height?: number;
}

/** True for the sample entries of picture codecs, which share one layout. */
export function isVisualEntry(type: string): boolean {
  return /^(?:avc[1-4]|hvc1|hev1|vp0[89]|av01|mp4v)$/.test(type);
}

/** Names the codec of a sample entry. Throws MEDIA_MALFORMED when its configuration is missing or cut short. */
export function describeSampleEntry(entry: Box): SampleEntryInfo {
  if (isVisualEntry(entry.type)) {
    const fields = new FieldReader(entry.body, 24);
    return { codec: visualCodec(entry), width: fields.u16(), height: fields.u16() };
  }
  if (entry.type === 'Opus') return { codec: 'opus' };
  if (entry.type === 'mp4a') return { codec: mpegAudioCodec(configuration(entry, audioEntryBytes, 'esds')) };
  return { codec: entry.type };
}

function visualCodec(entry: Box): string {
  // ISO/IEC 14496-15 E.3: profile, constraints and level as three bytes of hexadecimal.
  if (entry.type === 'avc1' || entry.type === 'avc3') {
    const fields = configuration(entry, visualEntryBytes, 'avcC');
    fields.skip(1);
    return `${entry.type}.${[fields.u8(), fields.u8(), fields.u8()].map((byte) => hexByte(byte)).join('')}`;
  }
  // VP Codec ISO Media File Format Binding 1.0: profile, level, bit depth.
  if (entry.type === 'vp09') {
    const fields = configuration(entry, visualEntryBytes, 'vpcC');
    fields.versionAndFlags();
    return `vp09.${[fields.u8(), fields.u8(), fields.u8() >> 4].map((part) => String(part).padStart(2, '0')).join('.')}`;
  }
  return entry.type;
}

function configuration(entry: Box, entryBytes: number, type: string): FieldReader {
  const start = new FieldReader(entry.body, entryBytes).position;
  const box = [...children(entry.body.subarray(start))].find((child) => child.type === type);
  return new FieldReader(box?.body ?? Buffer.alloc(0));
}

/** ISO/IEC 14496-1 7.2.6: ES descriptor > decoder configuration > decoder specific information. */
function mpegAudioCodec(esds: FieldReader): string {
  esds.versionAndFlags();
  readDescriptor(esds);
  esds.skip(2);
  const flags = esds.u8();
  if (flags & 0x80) esds.skip(2);
  if (flags & 0x40) esds.skip(esds.u8());
  if (flags & 0x20) esds.skip(2);
  readDescriptor(esds);
  const objectType = esds.u8();
  if (objectType !== 0x40) return `mp4a.${hexByte(objectType)}`;
  esds.skip(12);
  // A writer that did not know the configuration yet leaves it out.
  if (esds.remaining === 0 || readDescriptor(esds) !== 5) return 'mp4a.40';
  const first = esds.u8();
  const audioObjectType = first >> 3;
  return `mp4a.40.${audioObjectType === 31 ? 32 + ((first & 7) << 3) + (esds.u8() >> 5) : audioObjectType}`;
}

/** Passes over a descriptor's tag and length; returns the tag. */
function readDescriptor(fields: FieldReader): number {
  const tag = fields.u8();
  for (let count = 0; count < 4 && fields.u8() & 0x80; count += 1);
  return tag;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
