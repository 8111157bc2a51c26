import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { type ForeignPlaylist, parseMediaPlaylist } from './media-playlist.ts';

/** What somebody else's encoder has put into its directory, at one moment. */
export type DirectoryState =
  /** `reason` is a sentence for the operator. `isGone`: what was there before has been taken away, rather than being written just now. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly isGone: boolean }
  | { readonly kind: 'listing'; readonly listing: Listing };

/** A directory that holds a stream, live or not. */
export interface Listing {
  readonly playlist: ForeignPlaylist;
  /** Changes whenever the playlist is written. */
  readonly stamp: string;
  readonly playlistAtMs: number;
  readonly init: Buffer;
  readonly initAtMs: number;
  /** Seconds since 1970 by the writer's own account (`start.txt`). */
  readonly startSeconds: number | undefined;
  /** `pid.txt`: the process that writes. */
  readonly writerPid: number | undefined;
}

interface FileContent {
  readonly bytes: Buffer;
  readonly atMs: number;
}

/** Bytes. A segment of 10 s at 50 Mbit/s fits. */
const maxBytes = { text: 64, playlist: 2 ** 20, init: 2 ** 20, segment: 64 * 2 ** 20 } as const;

/** The files of the directory contract: `stream.m3u8`, what its EXT-X-MAP names, `start.txt`, `pid.txt`. Never throws. */
export async function readStreamDirectory(directory: string): Promise<DirectoryState> {
  if (!(await isDirectory(directory))) return gone(`Waiting for the directory ${directory} to appear.`);
  const file = await readPlainFile(path.join(directory, 'stream.m3u8'), maxBytes.playlist);
  const playlist = file === undefined ? undefined : parseMediaPlaylist(file.bytes.toString('utf8'));
  if (file === undefined) return gone(`Waiting for stream.m3u8 in ${directory}.`);
  if (playlist === undefined) return waiting('stream.m3u8 does not list fragmented MP4 segments (yet).');
  const initPath = resolveInside(directory, playlist.initUri);
  if (initPath === undefined) return waiting('stream.m3u8 names an init segment outside its directory.');
  const init = await readPlainFile(initPath, maxBytes.init);
  // FFmpeg empties the init segment when it starts and fills it with the first segment.
  if (init === undefined || init.bytes.length === 0) return gone('Waiting for the init segment to be written.');
  const startSeconds = await readNumber(path.join(directory, 'start.txt'));
  const writerPid = await readNumber(path.join(directory, 'pid.txt'));
  const listing: Listing = {
    playlist,
    stamp: `${file.atMs} ${file.bytes.toString('latin1')}`,
    playlistAtMs: file.atMs,
    init: init.bytes,
    initAtMs: init.atMs,
    startSeconds,
    writerPid,
  };
  return { kind: 'listing', listing };
}

/**
 * Bytes and time of a segment that the playlist names. `missing`: deleted, or not a plain file, or larger than any segment is.
 * `unsafe`: the name leads out of the directory.
 */
export async function readSegment(directory: string, uri: string): Promise<FileContent | 'missing' | 'unsafe'> {
  const file = resolveInside(directory, uri);
  if (file === undefined) return 'unsafe';
  return (await readPlainFile(file, maxBytes.segment)) ?? 'missing';
}

/** Changes when a segment's file has been written anew; undefined if it is not there. */
export async function segmentStamp(directory: string, uri: string): Promise<string | undefined> {
  const file = resolveInside(directory, uri);
  if (file === undefined) return undefined;
  try {
    const { mtimeMs, size } = await stat(file);
    return `${mtimeMs} ${size}`;
  } catch {
    // Deleted by its writer, as old segments are.
    return undefined;
  }
}

/** The path of a file that lies in the directory itself; undefined for any name that leads elsewhere. */
export function resolveInside(directory: string, uri: string): string | undefined {
  if (uri === '' || uri.length > 1024 || uri.includes('\0') || uri.endsWith('/')) return undefined;
  const base = path.resolve(directory);
  const file = path.resolve(base, uri);
  return path.dirname(file) === base ? file : undefined;
}

/** False only if no process has this number. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function waiting(reason: string): DirectoryState {
  return { kind: 'waiting', reason, isGone: false };
}

function gone(reason: string): DirectoryState {
  return { kind: 'waiting', reason, isGone: true };
}

async function isDirectory(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    // Not there, or not for us to see: both mean waiting.
    return false;
  }
}

/** A positive whole number of up to 15 digits on the first line. */
async function readNumber(file: string): Promise<number | undefined> {
  const content = await readPlainFile(file, maxBytes.text);
  const digits = /^\s*(\d{1,15})\s*$/.exec(content?.bytes.toString('latin1') ?? '')?.[1];
  return digits === undefined || Number(digits) === 0 ? undefined : Number(digits);
}

/** Undefined if it cannot be read, is larger than `maxSize`, or is no plain file: a link may lead anywhere, a pipe would block us. */
async function readPlainFile(file: string, maxSize: number): Promise<FileContent | undefined> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await handle.stat();
      if (!facts.isFile() || facts.size > maxSize) return undefined;
      // A file that grows meanwhile is read as far as it went: allocated by the size that was checked.
      const bytes = Buffer.allocUnsafeSlow(facts.size);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return { bytes: bytes.subarray(0, bytesRead), atMs: facts.mtimeMs };
    } finally {
      await handle.close();
    }
  } catch {
    // Files of a live stream come and go; the next look will tell.
    return undefined;
  }
}
