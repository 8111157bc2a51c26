import type { PictureSize } from '../encoder/encoder-types.ts';
import { AppError } from '../errors.ts';
import { children, requireBox } from '../mp4/boxes.ts';
import { type InitSegment, parseInitSegment, singleTrackInit } from '../mp4/init-segment.ts';
import { type AvcFormat, pictureRefusal, readAvcFormat } from './avc-config.ts';

/** Before the first sample entry (ISO/IEC 14496-12 8.5.2), and before the first box in a visual one (12.1.3). */
const sampleDescriptionBytes = 8;
const visualEntryBytes = 78;

/** What an init segment from a publisher promises, or why it is not taken. */
export type Mp4Facts =
  | {
      readonly kind: 'accepted';
      readonly init: InitSegment;
      readonly hasAudio: boolean;
      readonly videoTrackId: number;
      readonly picture: PictureSize;
    }
  /** `message` is for the publisher and the operator. */
  | { readonly kind: 'refused'; readonly message: string };

/** Takes H.264 with AAC, Opus or no sound; everything else is refused with a sentence. Never throws. */
export function readMp4Facts(init: Buffer): Mp4Facts {
  try {
    const segment = parseInitSegment(init);
    const { tracks } = segment;
    const video = tracks.find((track) => track.kind === 'video');
    const audio = tracks.find((track) => track.kind === 'audio');
    if (video === undefined) return refused('There is no picture. Onioncast needs a video track (H.264).');
    if (!/^avc[13]/.test(video.codec))
      return refused(`The video is ${video.codec}. Set the video encoder to H.264 (x264).`);
    const picture = { width: video.width ?? 0, height: video.height ?? 0 };
    const tooLarge = pictureRefusal(picture);
    if (tooLarge !== undefined) return refused(tooLarge);
    if (audio !== undefined && !/^(?:mp4a\.40|opus)/.test(audio.codec)) {
      return refused(`The sound is ${audio.codec}. Set the audio encoder to AAC.`);
    }
    return { kind: 'accepted', init: segment, hasAudio: audio !== undefined, videoTrackId: video.id, picture };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refused(error.message);
  }
}

/** How the picture of this track is coded, by its `avcC` (ISO/IEC 14496-15, 5.4.2.1); undefined if that cannot be read. */
export function avcFormatIn(init: Buffer, trackId: number): AvcFormat | undefined {
  const { bytes } = singleTrackInit(parseInitSegment(init), trackId);
  const at = requireBox(bytes, 'moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd').body;
  const entry = children(at.subarray(sampleDescriptionBytes)).next().value;
  if (entry === undefined) return undefined;
  const record = [...children(entry.body.subarray(visualEntryBytes))].find(({ type }) => type === 'avcC');
  return record === undefined ? undefined : readAvcFormat(record.body);
}

function refused(message: string): Mp4Facts {
  return { kind: 'refused', message };
}
