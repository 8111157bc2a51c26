import { decodeAmf0 } from './amf0.ts';
import { type AvcFormat, type AvcPicture, pictureRefusal, readAvcFormat, readAvcPicture } from './avc-config.ts';
import { type FlvTag, flvTagType } from './flv.ts';

/** What a tag means to us. Only H.264 video and AAC sound are taken; everything else is refused with a sentence for the publisher. */
export type FlvContent =
  /** Decoder configuration, needed before any frame. */
  | { readonly kind: 'video-header'; readonly picture: AvcPicture; readonly format: AvcFormat | undefined }
  | { readonly kind: 'audio-header' }
  /** `offset`: by how many milliseconds it is shown later than decoded. `data`: the NAL units. */
  | { readonly kind: 'video'; readonly keyframe: boolean; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'audio' }
  /** `onMetaData`; `hasAudio` as far as it tells. */
  | { readonly kind: 'metadata'; readonly hasAudio: boolean | undefined }
  /** Empty tags, ends of sequence, cue points: of no use to anybody here. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unsupported'; readonly message: string };

/** FLV specification E.4.3.1 and enhanced RTMP: the first byte of a video tag. */
const video = { keyframe: 1, command: 5, avc: 7, extendedBit: 0x80 } as const;
const aac = 10;
const extendedAudio = 9;
const packet = { header: 0, media: 1 } as const;

const videoCodecs: Readonly<Record<number, string>> = { 2: 'Sorenson H.263', 4: 'VP6', 5: 'VP6', 12: 'HEVC' };
const audioCodecs: Readonly<Record<number, string>> = { 2: 'MP3', 7: 'G.711', 8: 'G.711', 11: 'Speex', 14: 'MP3' };
const fourCcNames: Readonly<Record<string, string>> = {
  hvc1: 'HEVC',
  av01: 'AV1',
  vp08: 'VP8',
  vp09: 'VP9',
  avc1: 'H.264 in enhanced RTMP',
  Opus: 'Opus',
  fLaC: 'FLAC',
  '.mp3': 'MP3',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  mp4a: 'AAC in enhanced RTMP',
};

/** Looks at the first bytes of a tag (FLV specification E.4.2 to E.4.4). Never throws. */
export function inspectFlvTag(tag: FlvTag): FlvContent {
  if (tag.type === flvTagType.script) return inspectScript(tag.body);
  if (tag.body.length < 2) return { kind: 'nothing' };
  return tag.type === flvTagType.video ? inspectVideo(tag.body) : inspectAudio(tag.body);
}

function inspectVideo(body: Buffer): FlvContent {
  const first = body.readUInt8();
  if ((first & video.extendedBit) !== 0) return unsupportedVideo(fourCcName(body));
  const frameType = first >> 4;
  const codec = first & 0x0f;
  if (codec !== video.avc) return unsupportedVideo(videoCodecs[codec] ?? `codec ${codec}`);
  const packetType = body.readUInt8(1);
  if (frameType === video.command || body.length < 6) return { kind: 'nothing' };
  if (packetType === packet.media) {
    const keyframe = frameType === video.keyframe;
    return { kind: 'video', keyframe, offset: body.readIntBE(2, 3), data: body.subarray(5) };
  }
  return packetType === packet.header ? inspectVideoHeader(body.subarray(5)) : { kind: 'nothing' };
}

function inspectVideoHeader(record: Buffer): FlvContent {
  const picture = readAvcPicture(record);
  if (picture === undefined) return { kind: 'unsupported', message: 'The H.264 header cannot be read.' };
  const message = pictureRefusal(picture);
  return message === undefined
    ? { kind: 'video-header', picture, format: readAvcFormat(record) }
    : { kind: 'unsupported', message };
}

function inspectAudio(body: Buffer): FlvContent {
  const format = body.readUInt8() >> 4;
  if (format === extendedAudio) return unsupportedAudio(fourCcName(body));
  if (format !== aac) return unsupportedAudio(audioCodecs[format] ?? `format ${format}`);
  return { kind: body.readUInt8(1) === packet.header ? 'audio-header' : 'audio' };
}

/** RTMP puts `@setDataFrame` before `onMetaData`; FLV files do not. */
function inspectScript(body: Buffer): FlvContent {
  const values = decodeScript(body);
  const name = values.indexOf('onMetaData');
  if (name === -1) return { kind: 'nothing' };
  const properties = values[name + 1];
  if (!(properties instanceof Map)) return { kind: 'metadata', hasAudio: undefined };
  const tellsCodecs = properties.has('videocodecid') || properties.has('audiocodecid');
  return { kind: 'metadata', hasAudio: tellsCodecs ? properties.has('audiocodecid') : undefined };
}

/** Metadata only helps to decide sooner; what we cannot read is as good as none. */
function decodeScript(body: Buffer): readonly unknown[] {
  try {
    return decodeAmf0(body);
  } catch {
    return [];
  }
}

function fourCcName(body: Buffer): string {
  const fourCc = body.toString('latin1', 1, 5);
  return fourCcNames[fourCc] ?? 'an unknown codec';
}

function unsupportedVideo(name: string): FlvContent {
  return { kind: 'unsupported', message: `The video is ${name}. Set the video encoder to H.264 (x264).` };
}

function unsupportedAudio(name: string): FlvContent {
  return { kind: 'unsupported', message: `The sound is ${name}. Set the audio encoder to AAC.` };
}
