import { sourceRendition } from '../broadcast/renditions.ts';
import type { EncoderInput, LadderRung, X264Preset } from './encoder-types.ts';

/** How to encode; what is left out has a default that suits a small machine and a slow link. */
export interface EncodingOptions {
  /** At least one rung; `checkLadder` says whether it can be used. */
  readonly ladder: readonly LadderRung[];
  /** The most frames per second that are sent; a slower source keeps its own rate. Default 30. */
  readonly maxFrameRate?: number;
  /** Default 48000. */
  readonly audioBitsPerSecond?: number;
  /** Default 1. */
  readonly audioChannels?: 1 | 2;
  /** For every rung, whatever it says itself. Default: `medium` up to 360 lines, where quality is scarce and the CPU is not, `veryfast` above. */
  readonly preset?: X264Preset;
  /**
   * `quality`: bits go where the picture needs them, up to the rate. `constant`: as many in every half second whatever the picture is, filled up with
   * NAL units of type 12 and sound of one size. Threat: T23. Default `quality`.
   */
  readonly rate?: 'quality' | 'constant';
  /** Every keyframe carries the parameter sets, so that a decoder can go from one source to another at any of them. Default: no. */
  readonly repeatsHeaders?: boolean;
  /** Cuts sound below this frequency: mains hum, from which a recording can be dated and placed. Default: off. */
  readonly audioHighpassHz?: number;
}

/** An FFmpeg call: `outputs[i]` is written to file descriptor `3 + i`, progress to the one after the last. */
export interface FfmpegCommand {
  readonly args: readonly string[];
  readonly outputs: readonly string[];
}

/** File descriptor of the first output in a {@link FfmpegCommand}. */
export const firstOutputFd = 3;

/**
 * Threat: T07. Left to itself, FFmpeg scales in as many slices as there are cores, rounds a little differently in each, and so every picture tells how many
 * cores the machine has.
 */
export const filterThreads = ['-filter_complex_threads', '2'] as const;

/**
 * Five Opus frames, three pictures of thirty a second, and a tenth of the way between keyframes: sound and picture are cut at the same times.
 * Against 200 ms it costs 2 % more bytes at the default rates and saves 100 ms everywhere.
 */
const fragmentMicroseconds = 100_000;
const audioSampleRate = 48_000;
/** 8192 x 4320: what a decoder may be asked to make room for. */
const maxPixels = 8192 * 4320;

/**
 * The one FFmpeg call that turns a source into fragmented MP4: a video-only output for each rung and one audio-only output called `audio`.
 * Keyframes come each second and all rungs have them, and their fragment boundaries, at the same times; all outputs begin at zero.
 */
export function buildFfmpegCommand(input: EncoderInput, encoding: EncodingOptions): FfmpegCommand {
  const { ladder } = encoding;
  const keepsPicture = input.kind === 'pipe' && input.keepsPicture === true;
  const outputs = [...ladder.map((rung) => rung.name), 'audio', ...(keepsPicture ? [sourceRendition] : [])];
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error'],
    ...['-progress', `pipe:${firstOutputFd + outputs.length}`, '-stats_period', '1'],
    ...inputArgs(input),
    ...filterThreads,
    ...['-filter_complex', filterGraph(input, encoding)],
    ...ladder.flatMap((rung, index) => videoOutputArgs(rung, index, encoding)),
    ...audioOutputArgs(firstOutputFd + ladder.length, encoding),
    ...(keepsPicture ? sourceOutputArgs(firstOutputFd + ladder.length + 1) : []),
  ];
  return { args, outputs };
}

function inputArgs(input: EncoderInput): string[] {
  const audio = audioSpecifier(input);
  const media = input.kind === 'capture' ? [...input.args] : pipeArgs(input.format);
  if (audio !== undefined) return media;
  // Silence keeps near the clock, so that it cannot run away when the picture stops; a little faster, so that it never holds the picture up.
  return [
    ...media,
    '-readrate',
    '1.1',
    '-f',
    'lavfi',
    '-i',
    `anullsrc=sample_rate=${audioSampleRate}:channel_layout=mono`,
  ];
}

/**
 * Threat: T03, T40. The format is pinned, since a guessed one may be a playlist that names other files; only the pipe may be opened, only the
 * decoders a publisher needs may run. The probe is kept short, so that the stream begins at once; `nobuffer` would not help but throw away what
 * was probed, the first keyframe with it.
 */
function pipeArgs(format: 'flv' | 'mp4'): string[] {
  return [
    ...['-protocol_whitelist', 'pipe', '-codec_whitelist', 'h264,aac,opus,libopus,mp3,mp3float'],
    ...['-max_pixels', String(maxPixels)],
    ...['-probesize', '262144', '-analyzeduration', '100000', '-fpsprobesize', '0'],
    // One decoder thread: frame threads would each hold a frame back.
    ...['-threads', '1', '-f', format, '-i', 'pipe:0'],
  ];
}

function audioSpecifier(input: EncoderInput): string | undefined {
  if (input.kind === 'capture') return input.audio;
  return input.hasAudio ? '0:a:0' : undefined;
}

function filterGraph(input: EncoderInput, encoding: EncodingOptions): string {
  const { ladder } = encoding;
  const splits = ladder.map((_, index) => `[s${index}]`).join('');
  const video = `[0:v:0]${frameRateFilter(encoding.maxFrameRate ?? 30)},split=${ladder.length}${splits}`;
  const scaled = ladder.map((rung, index) => `[s${index}]${scaleFilter(rung)}[v${index}]`);
  return [video, ...scaled, audioFilters(input, encoding)].join(';');
}

/**
 * A constant rate: the highest allowed, but 24 and 25 are kept, since repeating every fifth frame would stutter. What FFmpeg knows of the
 * source's rate is an estimate from a few timestamps, so it is only compared, never used. Output begins at zero whatever the time of the
 * first picture is: each output is a file of its own to FFmpeg and would be moved to zero alone, and sound and picture would part.
 */
function frameRateFilter(maxFrameRate: number): string {
  const kept = [24, 25].filter((rate) => rate < maxFrameRate);
  const rate = kept.reduce(
    (otherwise, own) => `if(lt(abs(source_fps-${own}),0.5),${own},${otherwise})`,
    `${maxFrameRate}`,
  );
  return `fps=fps='${rate}':start_time=0`;
}

/** Fits the picture into the rung, square pixels, even sides of at least 2, never larger than the source. BT.709, and declared so. */
export function scaleFilter(rung: LadderRung): string {
  const factor = `min(1,min(${rung.maxWidth}/(iw*sar),${rung.height}/ih))`;
  const even = (side: string): string => `max(2,min(2*round(${factor}*${side}/2),2*floor(${side}/2)))`;
  const size = `w='${even('iw*sar')}':h='${even('ih')}'`;
  return `scale=${size}:flags=bicubic:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p`;
}

function audioFilters(input: EncoderInput, encoding: EncodingOptions): string {
  const layout = encoding.audioChannels === 2 ? 'stereo' : 'mono';
  const shape = `aformat=sample_rates=${audioSampleRate}:channel_layouts=${layout}`;
  const audio = audioSpecifier(input);
  if (audio === undefined) return `[1:a:0]${shape}[a]`;
  const highpass = encoding.audioHighpassHz === undefined ? '' : `highpass=f=${encoding.audioHighpassHz},`;
  // Holes become silence and what overlaps is cut, so that sound stays with the picture when clocks drift or a publisher loses data.
  return `[${audio}]aresample=${audioSampleRate}:async=1:first_pts=0,${highpass}${shape}[a]`;
}

function videoOutputArgs(rung: LadderRung, index: number, encoding: EncodingOptions): string[] {
  return [
    ...['-map', `[v${index}]`, ...x264Args(rung, encoding)],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'],
    // Threat: T05. x264 writes its version and all options (also the number of cores) into NAL units of type 6.
    ...['-bsf:v', 'filter_units=remove_types=6', '-metadata:s:v:0', 'encoder= ', '-flags:v', '+bitexact'],
    ...fragmentArgs(firstOutputFd + index, '+frag_keyframe'),
  ];
}

/** One thread per rung: sliced threads cost quality, frame threads time. */
export function x264Args(rung: LadderRung, encoding: Omit<EncodingOptions, 'ladder'>): string[] {
  const rate = String(rung.bitsPerSecond);
  const preset = encoding.preset ?? rung.preset ?? (rung.height <= 360 ? 'medium' : 'veryfast');
  // Only `force_key_frames` decides on keyframes: scene cuts and a full group of pictures would differ between rungs or drift.
  const gop = String(4 * Math.ceil(encoding.maxFrameRate ?? 30));
  return [
    ...['-c:v', 'libx264', '-preset', preset, '-tune', 'zerolatency', '-threads', '1'],
    ...['-profile:v', 'main', '-g', gop, '-sc_threshold', '0', '-force_key_frames', 'expr:gte(t,n_forced*1)'],
    ...['-b:v', rate, '-maxrate', rate, ...rateControlArgs(rung, encoding)],
  ];
}

/** A second of buffer lets a keyframe be as large as it should; half a second is what a viewer waits longer for with a constant rate. */
function rateControlArgs(
  { bitsPerSecond }: LadderRung,
  { rate, repeatsHeaders }: Pick<EncodingOptions, 'rate' | 'repeatsHeaders'>,
): string[] {
  const headers = repeatsHeaders === true ? ['repeat-headers=1'] : [];
  if (rate !== 'constant') return ['-bufsize', String(bitsPerSecond), ...x264Params(headers)];
  const params = x264Params(['filler=1', ...headers]);
  return ['-minrate', String(bitsPerSecond), '-bufsize', String(bitsPerSecond / 2), ...params];
}

function x264Params(params: readonly string[]): string[] {
  return params.length === 0 ? [] : ['-x264-params', params.join(':')];
}

function audioOutputArgs(fd: number, encoding: EncodingOptions): string[] {
  return [
    ...['-map', '[a]', '-c:a', 'libopus', '-b:a', String(encoding.audioBitsPerSecond ?? 48_000)],
    ...['-application', 'audio', '-frame_duration', '20', '-vbr', encoding.rate === 'constant' ? 'off' : 'on'],
    ...['-metadata:s:a:0', 'encoder= ', '-flags:a', '+bitexact'],
    ...fragmentArgs(fd, ''),
  ];
}

/**
 * The picture as it came. Threat: T05. Of what the publisher's encoder writes nothing stays but slices and parameter sets (H.264 table 7-1): no remarks
 * (which hold its options, or the time of day), no delimiters, no filler, no types that anybody may define.
 */
function sourceOutputArgs(fd: number): string[] {
  const kept = 'filter_units=pass_types=1|5|7|8';
  return [
    ...['-map', '0:v:0', '-c:v', 'copy', '-bsf:v', kept, '-metadata:s:v:0', 'encoder= '],
    ...placedFragmentArgs(fd),
  ];
}

/** For a picture whose times have a meaning: FFmpeg would move its beginning to zero. */
export function placedFragmentArgs(fd: number): string[] {
  const keepTimes = ['-use_editlist', '0', '-avoid_negative_ts', 'make_non_negative'];
  return [...keepTimes, ...fragmentArgs(fd, '+frag_keyframe+frag_discont')];
}

/** Threat: T05. Nothing that names a program, a person or a time. */
function fragmentArgs(fd: number, moreFlags: string): string[] {
  return [
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-empty_hdlr_name', '1'],
    ...['-movflags', `+empty_moov+default_base_moof${moreFlags}`, '-frag_duration', String(fragmentMicroseconds)],
    ...['-flush_packets', '1', '-f', 'mp4', `pipe:${fd}`],
  ];
}
