import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { type RecordingCue, renderRecordingPlaylist } from '../hls/recording-playlist.ts';
import { type InitSegment, parseInitSegment } from '../mp4/init-segment.ts';
import { movieFile } from '../mp4/movie-file.ts';
import { decodeIndexRecord, type IndexedFragment } from '../mp4/recording-index.ts';
import { type RecordedRendition, renditionFiles } from './recording-info.ts';

/** A file that somebody may read a range of. */
export interface ReadableMedia {
  readonly byteLength: number;
  /** How long it plays. */
  readonly seconds: number;
  /** The bytes from `from` up to, not including, `to`. Ends early when the recording is deleted meanwhile. */
  read(from: number, to: number): AsyncGenerator<Buffer, void, undefined>;
}

interface Head {
  readonly bytes: Buffer;
  /** The range of the recording that comes after it. */
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
}

const chunkBytes = 64 * 1024;
/** What the heads of parts may take that were asked for of late. */
const maxHeadBytes = 24 * 1024 * 1024;

/** The media of recordings as files that are made while they are read: nothing of it is on disk but what was recorded. */
export class RecordedMedia {
  readonly #root: string;
  /** The latest used last. */
  readonly #heads = new Map<string, Promise<Head>>();
  readonly #headBytes = new Map<string, number>();
  readonly #deleted = new Map<string, AbortController>();

  constructor(root: string) {
    this.#root = root;
  }

  /** A part as an ordinary MP4 file; undefined if there is no such part. */
  async part(id: string, rendition: RecordedRendition, number: number): Promise<ReadableMedia | undefined> {
    if (rendition.parts[number] === undefined) return undefined;
    const head = await this.#headOf(id, rendition, number);
    const file = this.#filesOf(id, rendition.name).media;
    const byteLength = head.bytes.length + head.to - head.from;
    const { signal } = this.#aborterOf(id);
    return {
      byteLength,
      seconds: head.seconds,
      read: async function* read(from, to) {
        if (from < head.bytes.length) yield head.bytes.subarray(from, to);
        const shift = head.from - head.bytes.length;
        yield* readFile(file, Math.max(head.from, from + shift), to + shift, signal);
      },
    };
  }

  /** The recording as it was written, for HLS. */
  raw(id: string, { name, bytes, seconds }: RecordedRendition): ReadableMedia {
    const file = this.#filesOf(id, name).media;
    const { signal } = this.#aborterOf(id);
    return { byteLength: bytes, seconds, read: (from, to) => readFile(file, from, to, signal) };
  }

  /** Its media playlist; `uri` is the address of `raw`, relative to the playlist. */
  async playlist(id: string, rendition: RecordedRendition, uri: string): Promise<string> {
    const files = this.#filesOf(id, rendition.name);
    const init = await readInit(files.media, rendition.initBytes);
    const cues: RecordingCue[] = [];
    const isSound = init.tracks.every(({ kind }) => kind === 'audio');
    let first: number | undefined;
    for await (const { kind, keyframe, decodeTime, position } of readIndex(files.index)) {
      if (!keyframe && !isSound) continue;
      const seconds = decodeTime / (init.tracks.find((track) => track.kind === kind)?.timescale ?? 1);
      first ??= seconds;
      cues.push({ seconds: seconds - first, position });
    }
    const { initBytes, seconds: endSeconds, bytes: endPosition } = rendition;
    return renderRecordingPlaylist({ uri, initBytes, cues, endSeconds, endPosition });
  }

  /** The recording is gone: whoever reads it gets no more. */
  forget(id: string): void {
    this.#deleted.get(id)?.abort();
    this.#deleted.delete(id);
    for (const key of this.#heads.keys()) if (key.startsWith(`${id} `)) this.#drop(key);
  }

  async #headOf(id: string, rendition: RecordedRendition, number: number): Promise<Head> {
    const key = `${id} ${rendition.name} ${number}`;
    const head = this.#heads.get(key) ?? this.#makeHead(id, rendition, number);
    this.#heads.delete(key);
    this.#heads.set(key, head);
    try {
      const made = await head;
      if (this.#heads.get(key) === head) this.#headBytes.set(key, made.bytes.length);
      this.#bound(key);
      return made;
    } catch (error) {
      this.#drop(key);
      throw error;
    }
  }

  async #makeHead(id: string, rendition: RecordedRendition, number: number): Promise<Head> {
    const files = this.#filesOf(id, rendition.name);
    const part = rendition.parts[number];
    const fragments: IndexedFragment[] = [];
    for await (const fragment of readIndex(files.index, part?.indexFrom, part?.indexTo)) fragments.push(fragment);
    const { head, ...rest } = movieFile({ init: await readInit(files.media, rendition.initBytes), fragments });
    return { bytes: head, ...rest };
  }

  #bound(latest: string): void {
    let bytes = [...this.#headBytes.values()].reduce((sum, each) => sum + each, 0);
    for (const [key, size] of [...this.#headBytes]) {
      if (bytes <= maxHeadBytes || key === latest) return;
      this.#drop(key);
      bytes -= size;
    }
  }

  #drop(key: string): void {
    this.#heads.delete(key);
    this.#headBytes.delete(key);
  }

  #filesOf(id: string, name: string) {
    return renditionFiles(path.join(this.#root, id), name);
  }

  #aborterOf(id: string): AbortController {
    const aborter = this.#deleted.get(id) ?? new AbortController();
    this.#deleted.set(id, aborter);
    return aborter;
  }
}

async function readInit(file: string, length: number): Promise<InitSegment> {
  await using handle = await open(file, 'r');
  return parseInitSegment(await readExactly(handle, 0, length));
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafeSlow(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function* readFile(
  file: string,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  if (from >= to) return;
  await using handle = await open(file, 'r');
  for (let at = from; at < to && !signal.aborted; ) {
    const bytes = await readExactly(handle, at, Math.min(chunkBytes, to - at));
    if (bytes.length === 0) return;
    at += bytes.length;
    yield bytes;
  }
}

/** The records between two places of an index; all of them unless told. */
async function* readIndex(
  file: string,
  from = 0,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<IndexedFragment, void, undefined> {
  await using handle = await open(file, 'r');
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const bytes = await readExactly(handle, at, Math.min(chunkBytes, to - at));
    if (bytes.length === 0) return;
    at += bytes.length;
    rest = Buffer.concat([rest, bytes]);
    for (let next = decodeIndexRecord(rest); next !== undefined; next = decodeIndexRecord(rest)) {
      yield next.fragment;
      rest = rest.subarray(next.length);
    }
  }
}
