import type { PictureSize } from '../encoder/encoder-types.ts';
import type { Fence } from '../encoder/fence.ts';
import { type FilterResult, runFilter } from '../encoder/run-filter.ts';
import { FragmentReader } from '../mp4/fragment-reader.ts';
import type { Slate, TimedFragment } from '../split/play-out.ts';
import { escapeFilterValue } from './capture-test-card.ts';
import { timedFragment } from './line-reel.ts';

export interface SlateOptions {
  readonly ffmpegPath: string;
  readonly fence?: Fence | undefined;
  readonly picture: PictureSize;
  /** Ticks per second of the picture that the slate stands in for. */
  readonly videoTimescale: number;
  /** What stands in the middle; nothing without a font. */
  readonly sentence: string;
  /** A TrueType font, for an FFmpeg that has `drawtext`. */
  readonly fontFile?: string | undefined;
}

const limits = { maxOutputBytes: 4 * 2 ** 20, timeoutMs: 20_000 };
const frameRate = 10;
/** Of picture and sound; ten fragments each. */
const loopFragments = 10;
const colours = { ground: '0x17131f', ink: '0xf3eefc' } as const;

/**
 * A second of neutral colour with a sentence, and of silence, to be played over and over in place of a picture of this size: what decodes the one decodes the
 * other. Undefined if FFmpeg cannot make it.
 */
export async function makeSlate(options: SlateOptions): Promise<Slate | undefined> {
  const [video, audio] = await Promise.all([run(options, pictureArgs(options)), run(options, silenceArgs)]);
  const picture = fragmentsOf(video, 'video');
  const silence = fragmentsOf(audio, 'audio');
  return picture === undefined || silence === undefined ? undefined : { video: picture, audio: silence };
}

function run({ ffmpegPath, fence, fontFile }: SlateOptions, args: readonly string[]): Promise<FilterResult> {
  const files = fontFile === undefined ? [] : [fontFile];
  return runFilter(ffmpegPath, args, Buffer.alloc(0), { ...limits, fence, reach: files });
}

function pictureArgs({ picture, videoTimescale, sentence, fontFile }: SlateOptions): string[] {
  const { width, height } = picture;
  const ground = `color=c=${colours.ground}:s=${width}x${height}:r=${frameRate}`;
  const words = fontFile === undefined || sentence === '' ? [] : [drawSentence(sentence, fontFile, picture)];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi', '-i', [ground, ...words].join(',')],
    ...['-t', '1', '-c:v', 'libx264', '-preset', 'medium', '-tune', 'zerolatency', '-threads', '1'],
    // As a publisher sends it: with all that a decoder must know at the keyframe itself.
    ...['-profile:v', 'main', '-pix_fmt', 'yuv420p', '-g', String(frameRate), '-x264-params', 'repeat-headers=1'],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'],
    ...['-bsf:v', 'filter_units=remove_types=6', '-video_track_timescale', String(videoTimescale)],
    ...fragmentArgs,
  ];
}

/** Wide letters take half their height each; the sentence is to fill two thirds of the picture at most. */
function drawSentence(sentence: string, fontFile: string, { width, height }: PictureSize): string {
  const size = Math.max(8, Math.floor(Math.min(height / 12, (width * 1.3) / Math.max(1, sentence.length))));
  const place = `fontsize=${size}:fontcolor=${colours.ink}:x=(w-text_w)/2:y=(h-text_h)/2:expansion=none`;
  return `drawtext=fontfile=${escapeFilterValue(fontFile)}:text=${escapeFilterValue(sentence)}:${place}`;
}

const fragmentArgs = [
  ...['-map_metadata', '-1', '-fflags', '+bitexact', '-flags', '+bitexact'],
  ...['-movflags', '+empty_moov+default_base_moof', '-frag_duration', String(1_000_000 / loopFragments)],
  ...['-f', 'mp4', 'pipe:1'],
];

const silenceArgs = [
  ...[
    '-hide_banner',
    '-loglevel',
    'error',
    '-nostdin',
    '-f',
    'lavfi',
    '-i',
    'anullsrc=sample_rate=48000:channel_layout=mono',
  ],
  ...['-t', '1.2', '-c:a', 'libopus', '-b:a', '16k', '-frame_duration', '20', ...fragmentArgs],
];

function fragmentsOf(
  result: FilterResult,
  kind: TimedFragment['kind'],
): [TimedFragment, ...TimedFragment[]] | undefined {
  if (result.kind === 'failed') return undefined;
  const found: TimedFragment[] = [];
  let trackId = 0;
  const reader = new FragmentReader({
    onInit: ({ tracks }) => {
      trackId = tracks[0]?.id ?? 0;
    },
    onFragment: (fragment) => {
      const piece = timedFragment(
        fragment,
        kind === 'video' ? { video: trackId, audio: 0 } : { video: 0, audio: trackId },
      );
      if (piece !== undefined) found.push(piece);
    },
  });
  reader.push(result.output);
  const [first, ...others] = found.slice(0, loopFragments);
  return first === undefined ? undefined : [first, ...others];
}
