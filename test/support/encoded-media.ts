import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);
const quiet = ['-v', 'error', '-nostdin'];

/** FFmpeg inputs: a moving picture, and a tone. */
export function testPicture(size: string, seconds: number): string[] {
  return ['-f', 'lavfi', '-t', String(seconds), '-i', `testsrc2=s=${size}:r=30`];
}

export function testTone(seconds: number): string[] {
  return ['-f', 'lavfi', '-t', String(seconds), '-i', 'sine=440:sample_rate=48000'];
}

/** H.264 as the encoder makes it: no B-frames, a keyframe each second. */
export const liveVideo = [
  ...['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast', '-tune', 'zerolatency', '-threads', '1'],
  ...['-force_key_frames', 'expr:gte(t,n_forced*1)', '-sc_threshold', '0', '-g', '120'],
];

/** Leaves out what x264 writes about itself into the stream, as the encoder does. */
const withoutRemarks = ['-bsf:v', 'filter_units=remove_types=6'];

/** Fragments of 250 ms. Says who wrote it, in every place where FFmpeg can. */
export const shortFragments = [
  '-f',
  'mp4',
  '-movflags',
  '+empty_moov+default_base_moof+frag_keyframe',
  '-frag_duration',
  '100000',
];

/** Runs FFmpeg with as many output pipes as asked for (`pipe:3` and up) and returns what came out of each. */
export async function encode(args: readonly string[], outputs: number): Promise<Buffer[]> {
  const pipes = Array.from({ length: outputs }, () => 'pipe' as const);
  const child = spawn('ffmpeg', [...quiet, ...args], { stdio: ['ignore', 'ignore', 'pipe', ...pipes] });
  const exited = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const [complaints = Buffer.alloc(0), ...media] = await Promise.all(
    child.stdio.slice(2).map(async (pipe) => await buffer(pipe as Readable)),
  );
  if ((await exited) !== 0) throw new Error(`ffmpeg: ${complaints.toString()}`);
  return media;
}

/** One encoder run: two pictures of different size and one sound, as their pipes deliver them. */
export async function encodeLadder(seconds: number): Promise<{ large: Buffer; small: Buffer; audio: Buffer }> {
  const [large, small, audio] = await encode(
    [
      ...testPicture('320x240', seconds),
      ...testTone(seconds),
      ...['-filter_complex', '[0:v]split[a][b];[b]scale=160:120[c]'],
      ...['-map', '[a]', ...liveVideo, ...withoutRemarks, ...shortFragments, 'pipe:3'],
      ...['-map', '[c]', ...liveVideo, ...withoutRemarks, ...shortFragments, 'pipe:4'],
      ...['-map', '1:a', '-c:a', 'libopus', '-b:a', '32k', ...shortFragments, 'pipe:5'],
    ],
    3,
  );
  if (large === undefined || small === undefined || audio === undefined) throw new Error('an output is missing');
  return { large, small, audio };
}

/** What FFmpeg's own HLS muxer writes: the init segment, and segments of `segmentSeconds` with picture and sound in one fragment each. */
export async function encodeHls(
  seconds: number,
  segmentSeconds: number,
  video: readonly string[],
): Promise<{ init: Buffer; segments: Buffer[] }> {
  return await inTemporaryDirectory(async (directory) => {
    const sources = [...testPicture('320x240', seconds), ...testTone(seconds)];
    const hls = ['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_list_size', '0', '-hls_segment_type', 'fmp4'];
    const names = ['-hls_segment_filename', join(directory, 'stream%d.m4s'), join(directory, 'stream.m3u8')];
    await run('ffmpeg', [...quiet, ...sources, ...video, '-c:a', 'aac', '-b:a', '64k', ...hls, ...names]);
    const count = (await readdir(directory)).filter((name) => name.endsWith('.m4s')).length;
    const paths = Array.from({ length: count }, (_, index) => join(directory, `stream${index}.m4s`));
    return {
      init: await readFile(join(directory, 'init.mp4')),
      segments: await Promise.all(paths.map(async (path) => await readFile(path))),
    };
  });
}

/** A packet as ffprobe reads it, with a digest of its bytes. Times in ticks of its stream. */
export interface ProbedPacket {
  readonly stream: number;
  readonly pts: number;
  readonly dts: number;
  readonly seconds: number;
  readonly isKeyframe: boolean;
  readonly digest: string;
}

/** What ffprobe finds in these bytes. */
export async function probeBytes(
  bytes: Buffer,
): Promise<{ streams: { codec: string; width: number | undefined; timeBase: string }[]; packets: ProbedPacket[] }> {
  return await inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'media.mp4');
    await writeFile(path, bytes);
    return await probePath(path);
  });
}

/** What ffprobe finds in this file or playlist. */
export async function probePath(path: string): ReturnType<typeof probeBytes> {
  const entries = 'stream=codec_name,width,time_base:packet=stream_index,pts,dts,dts_time,flags,data_hash';
  const { stdout, stderr } = await run(
    'ffprobe',
    ['-v', 'error', '-show_data_hash', 'md5', '-show_entries', entries, '-of', 'json', path],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  if (stderr !== '') throw new Error(`ffprobe: ${stderr}`);
  const report: {
    streams: { codec_name: string; width?: number; time_base: string }[];
    packets: { stream_index: number; pts: number; dts: number; dts_time: string; flags: string; data_hash: string }[];
  } = JSON.parse(stdout);
  return {
    streams: report.streams.map((stream) => ({
      codec: stream.codec_name,
      width: stream.width,
      timeBase: stream.time_base,
    })),
    packets: report.packets.map((packet) => ({
      stream: packet.stream_index,
      pts: packet.pts,
      dts: packet.dts,
      seconds: Number(packet.dts_time),
      isKeyframe: packet.flags.startsWith('K'),
      digest: packet.data_hash,
    })),
  };
}

/** Decodes everything: how many pictures came out, and what the decoder complained about. */
export async function decodeBytes(bytes: Buffer): Promise<{ pictures: number; complaints: string }> {
  return await inTemporaryDirectory(async (directory) => {
    const path = join(directory, 'media.mp4');
    await writeFile(path, bytes);
    const { stdout, stderr } = await run('ffmpeg', [
      ...quiet,
      ...['-i', path, '-map', '0:v', '-f', 'framemd5', '-', '-map', '0:a', '-f', 'null', '-'],
    ]);
    const pictures = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    return { pictures, complaints: stderr };
  });
}

/** Runs `use` with a new directory, which is gone afterwards. */
export async function inTemporaryDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'onioncast-media-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
