import { open, stat } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { runTool, type ToolRun } from './run-tool.ts';

/** What is in a media file. */
export interface MediaFacts {
  /** A moving picture; a cover image is none. */
  readonly hasVideo: boolean;
  readonly hasAudio: boolean;
  readonly width?: number;
  readonly height?: number;
}

/**
 * Containers that hold media themselves. Threat: T03, T40. Playlists and scripts (HLS, DASH, concat, image sequences) are left out: such a file
 * may be named `.mp4` and would put other files of this machine on air.
 */
const containers =
  'mov,matroska,webm,avi,flv,mpegts,mpeg,ogg,asf,mxf,nut,gif,wav,mp3,flac,aac,h264,hevc,ivf,yuv4mpegpipe,dv,rm';

/** Input arguments of FFmpeg and ffprobe for one local file, whatever its name: `file:` keeps colons, percent signs and hyphens harmless. */
export function fileInputArgs(path: string): readonly string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', containers, '-i', `file:${path}`];
}

/** Looks into a local media file. Throws AppError `SOURCE_UNUSABLE` with a sentence that says why it cannot be read. */
export async function probeFile(
  ffprobePath: string,
  path: string,
  { fence, reach = [path], signal }: ToolRun = {},
): Promise<MediaFacts> {
  await checkReadableFile(path);
  const show = [
    '-loglevel',
    'error',
    '-of',
    'json',
    '-show_entries',
    'stream=codec_type,width,height:stream_disposition=attached_pic',
  ];
  const result = await runTool(ffprobePath, [...show, ...fileInputArgs(path)], { fence, reach, signal });
  if (result.exitCode !== 0) {
    throw new AppError(
      'SOURCE_UNUSABLE',
      `${path} is not a media file that FFmpeg can read. ${result.complaint}`.trim(),
    );
  }
  return parseProbe(result.stdout);
}

async function checkReadableFile(path: string): Promise<void> {
  const problem = await problemOf(path);
  if (problem !== undefined) throw new AppError('SOURCE_UNUSABLE', problem);
}

async function problemOf(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return `${path} is a directory, not a media file.`;
    if (!facts.isFile()) return `${path} is not an ordinary file.`;
    if (facts.size === 0) return `${path} is empty.`;
    const file = await open(path, 'r');
    await file.close();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return `There is no file ${path}.`;
    if (code === 'EACCES' || code === 'EPERM') return `${path} may not be read by this user.`;
    return `${path} cannot be opened (${String(code)}).`;
  }
}

/** Facts from ffprobe's JSON. Throws AppError `SOURCE_UNUSABLE` if that is not what it is. */
export function parseProbe(json: string): MediaFacts {
  const streams = streamsOf(json);
  const video = streams.find((stream) => stream['codec_type'] === 'video' && !isCover(stream));
  const [width, height] = [video?.['width'], video?.['height']];
  return {
    hasVideo: video !== undefined,
    hasAudio: streams.some((stream) => stream['codec_type'] === 'audio'),
    ...(typeof width === 'number' && { width }),
    ...(typeof height === 'number' && { height }),
  };
}

function streamsOf(json: string): readonly Record<string, unknown>[] {
  try {
    const root: unknown = JSON.parse(json);
    if (isRecord(root) && Array.isArray(root['streams'])) return root['streams'].filter(isRecord);
  } catch (cause) {
    throw new AppError('SOURCE_UNUSABLE', 'ffprobe gave no readable answer.', { cause });
  }
  return [];
}

function isCover(stream: Record<string, unknown>): boolean {
  return isRecord(stream['disposition']) && stream['disposition']['attached_pic'] === 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
