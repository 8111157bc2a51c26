import type { LadderRung } from './encoder-types.ts';
import {
  type FfmpegCommand,
  filterThreads,
  firstOutputFd,
  placedFragmentArgs,
  scaleFilter,
} from './ffmpeg-arguments.ts';

/**
 * The FFmpeg call that encodes our own H.264 (fragmented MP4, picture alone, on standard input) once more, in VP9. Times are kept, and a keyframe comes wherever
 * the H.264 has one: both are on one timeline and can be joined at the same places, with the same sound.
 */
export function buildVp9Command(rungs: readonly LadderRung[]): FfmpegCommand {
  const splits = rungs.map((_, index) => `[s${index}]`).join('');
  const scaled = rungs.map((rung, index) => `[s${index}]${scaleFilter(rung)}[v${index}]`);
  const args = [
    ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'error'],
    ...['-progress', `pipe:${firstOutputFd + rungs.length}`, '-stats_period', '1'],
    ...['-protocol_whitelist', 'pipe', '-codec_whitelist', 'h264'],
    ...['-probesize', '65536', '-analyzeduration', '0', '-fpsprobesize', '0'],
    ...['-threads', '1', '-copyts', '-f', 'mp4', '-i', 'pipe:0'],
    ...filterThreads,
    ...['-filter_complex', [`[0:v:0]split=${rungs.length}${splits}`, ...scaled].join(';')],
    ...rungs.flatMap((rung, index) => outputArgs(rung, index)),
  ];
  return { args, outputs: rungs.map((rung) => rung.name) };
}

/** Quality is what is left after the time: one thread, no looking ahead, nothing that would hold a picture back. */
function outputArgs(rung: LadderRung, index: number): string[] {
  const rate = String(rung.bitsPerSecond);
  return [
    ...['-map', `[v${index}]`, '-fps_mode', 'passthrough', '-c:v', 'libvpx-vp9'],
    ...['-deadline', 'realtime', '-cpu-used', '8', '-row-mt', '0', '-threads', '1'],
    ...['-lag-in-frames', '0', '-auto-alt-ref', '0', '-g', '9999', '-force_key_frames', 'source'],
    ...['-b:v', rate, '-maxrate', rate, '-bufsize', rate],
    ...['-metadata:s:v:0', 'encoder= ', '-flags:v', '+bitexact'],
    ...placedFragmentArgs(firstOutputFd + index),
  ];
}
