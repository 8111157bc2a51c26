import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { largestFirst, readInfo, type RecordedRendition, type RecordingInfo, writeInfo } from './recording-info.ts';
import { recoverRendition } from './recover.ts';
import { RecordedMedia } from './recorded-media.ts';

export interface LibraryOptions {
  /** The directory of all recordings; ours alone. */
  readonly root: string;
  /** What all of them may take. */
  readonly maxBytes: number;
  /** How long a recording is kept; 0 is for ever. */
  readonly maxAgeMs: number;
  /** How long a clip is kept; 0 is for ever. */
  readonly clipAgeMs: number;
  /** How many clips there may be. */
  readonly maxClips: number;
  /** Unix milliseconds. */
  now(): number;
  /** A recording could not be made whole; that is tried again at the next start. For the operator. */
  onTrouble(message: string): void;
}

const ageCheckMs = 60_000;

/** All recordings and clips: who they are in memory, their media on disk. What is deleted is gone at once, also for those who were watching it. */
export class RecordingLibrary {
  readonly root: string;
  readonly media: RecordedMedia;
  readonly #options: LibraryOptions;
  /** The newest first. */
  #recordings: RecordingInfo[] = [];
  readonly #timer: NodeJS.Timeout;

  private constructor(options: LibraryOptions) {
    this.#options = options;
    this.root = options.root;
    this.media = new RecordedMedia(options.root);
    this.#timer = setInterval(() => void this.#forgetOld(), ageCheckMs);
    this.#timer.unref();
  }

  /** Reads what is there, and makes whole what was cut off. Rejects if the directory cannot be used. */
  static async open(options: LibraryOptions): Promise<RecordingLibrary> {
    await mkdir(options.root, { recursive: true, mode: 0o700 });
    const library = new RecordingLibrary(options);
    for (const entry of await readdir(options.root, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const info = await wholeRecording(path.join(options.root, entry.name)).catch((error: unknown) => {
        options.onTrouble(`Recording ${entry.name} could not be read: ${String(error)}`);
      });
      if (info?.id === entry.name) library.#recordings.push(info);
    }
    library.#sort();
    await library.#forgetOld();
    return library;
  }

  /** The newest first. */
  get recordings(): readonly RecordingInfo[] {
    return this.#recordings.filter(({ kind }) => kind === 'recording');
  }

  get clips(): readonly RecordingInfo[] {
    return this.#recordings.filter(({ kind }) => kind === 'clip');
  }

  get(id: string): RecordingInfo | undefined {
    return this.#recordings.find((info) => info.id === id);
  }

  /** One that has just become whole. */
  add(info: RecordingInfo): void {
    this.#recordings.push(info);
    this.#sort();
  }

  /** Changes what is said of it, or whether everybody may see it. Rejects if that could not be kept; then it is as before. False: there is no such recording. */
  async change(id: string, change: Partial<Pick<RecordingInfo, 'title' | 'isPublished'>>): Promise<boolean> {
    const before = this.get(id);
    if (before === undefined) return false;
    const info = { ...before, ...change };
    await writeInfo(path.join(this.root, id), info);
    this.#recordings = this.#recordings.map((each) => (each.id === id ? info : each));
    return true;
  }

  /** Removes it with all its files; whoever is being sent it gets no more. False: there is no such recording. */
  async delete(id: string): Promise<boolean> {
    if (this.get(id) === undefined) return false;
    this.#recordings = this.#recordings.filter((info) => info.id !== id);
    this.media.forget(id);
    await rm(path.join(this.root, id), { recursive: true, force: true });
    return true;
  }

  /**
   * Makes room for so many bytes that are being recorded: of what is whole, the oldest goes first, and what is not published before what is.
   * False if that is not enough.
   */
  async makeRoom(bytes: number): Promise<boolean> {
    while (this.#bytes + bytes > this.#options.maxBytes) {
      const oldest = this.recordings.toReversed().toSorted((a, b) => Number(a.isPublished) - Number(b.isPublished))[0];
      if (oldest === undefined) return false;
      await this.delete(oldest.id);
    }
    return true;
  }

  /** Whether another clip may be made; the oldest never give way, since somebody has passed on their links. */
  get hasRoomForClip(): boolean {
    return this.clips.length < this.#options.maxClips && this.#bytes < this.#options.maxBytes;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { id } of this.#recordings) this.media.forget(id);
  }

  get #bytes(): number {
    return this.#recordings.reduce((sum, info) => sum + sizeOf(info), 0);
  }

  async #forgetOld(): Promise<void> {
    const { maxAgeMs, clipAgeMs, now } = this.#options;
    for (const { id, kind, createdAtMs } of [...this.#recordings]) {
      const ageMs = kind === 'clip' ? clipAgeMs : maxAgeMs;
      if (ageMs > 0 && now() - createdAtMs >= ageMs) await this.delete(id);
    }
  }

  #sort(): void {
    this.#recordings.sort((a, b) => b.createdAtMs - a.createdAtMs);
  }
}

/** Bytes of media. */
export function sizeOf({ renditions }: RecordingInfo): number {
  return renditions.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The recording in this directory, made whole if it was not; undefined, and the directory removed, if nothing of it can be played. */
async function wholeRecording(directory: string): Promise<RecordingInfo | undefined> {
  const info = await readInfo(directory);
  if (info === undefined || info.isWhole) return info;
  const renditions: RecordedRendition[] = [];
  for (const file of await readdir(directory)) {
    const name = /^([a-z0-9-]{1,32})\.mp4$/.exec(file)?.[1];
    const rendition = name === undefined ? undefined : await recoverRendition(directory, name);
    if (rendition !== undefined) renditions.push(rendition);
  }
  if (renditions.length === 0) {
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }
  const whole = { ...info, isWhole: true, renditions: renditions.sort(largestFirst) };
  await writeInfo(directory, whole).catch(() => undefined);
  return whole;
}
