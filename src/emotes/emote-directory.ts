import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Emote, Emotes } from '../chat/emote.ts';
import type { Fence } from '../encoder/fence.ts';
import { type BarePng, barePng } from './bare-png.ts';
import { emoteLimits, encodeEmote, recipe } from './emote-encoder.ts';

export interface EmoteDirectoryOptions {
  /** The operator's pictures; empty for none. */
  readonly directory: string;
  /** Where what was made of them is kept, so that the next start is quick; absent to keep nothing on disk. */
  readonly cache?: string;
  readonly ffmpeg: string;
  /** What FFmpeg is kept behind. Default: nothing. */
  readonly fence?: Fence;
  /** A sentence about a file that was left out, or about a directory that cannot be read. */
  onWarning(sentence: string): void;
}

/** More than this is no picker any more, and every page with a form carries it. */
const maxEmotes = 200;
/** Names looked at in the operator's directory. */
const maxFiles = 2000;
/** FFmpeg runs at the same time. */
const atOnce = 2;

const nameShape = /^([a-z0-9_-]{2,24})\.(?:png|apng|webp|gif|jpe?g)$/;

/**
 * The operator's emotes: each picture of the directory drawn anew, by code (the file's name without the ending). Nothing of the files themselves is
 * ever served, and no path is ever made of what somebody asks for.
 */
export class EmoteDirectory {
  readonly #options: EmoteDirectoryOptions;
  #emotes: Emotes = new Map();
  /** By file name. The pictures of before the last reload stay: rows that are already shown still name them. */
  #files: ReadonlyMap<string, Buffer> = new Map();
  #reloading: Promise<void> | undefined;

  constructor(options: EmoteDirectoryOptions) {
    this.#options = options;
  }

  /** What texts may name now, in the order of their codes. */
  get emotes(): Emotes {
    return this.#emotes;
  }

  /** The picture of that file name. */
  file(name: string): Buffer | undefined {
    return this.#files.get(name);
  }

  /** Reads the directory, again; a reload that is under way is waited for instead. Throws AppError `TOOL_MISSING` without FFmpeg. */
  async reload(): Promise<void> {
    this.#reloading ??= this.#load().finally(() => {
      this.#reloading = undefined;
    });
    await this.#reloading;
  }

  async #load(): Promise<void> {
    const names = await this.#names();
    const found: { emote: Emote; bytes: Buffer }[] = [];
    const next = names.values();
    const work = async (): Promise<void> => {
      for (const name of next) {
        const png = await this.#picture(name);
        if (png !== undefined) found.push({ emote: emoteOf(name, png), bytes: png.bytes });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    found.sort((one, other) => (one.emote.code < other.emote.code ? -1 : 1));
    const before = [...this.#emotes.values()].map(({ file }) => [file, this.#files.get(file)] as const);
    const kept = before.flatMap(([file, bytes]) => (bytes === undefined ? [] : [[file, bytes] as const]));
    this.#files = new Map([...kept, ...found.map(({ emote, bytes }) => [emote.file, bytes] as const)]);
    this.#emotes = new Map(found.map(({ emote }) => [emote.code, emote]));
    await this.#forgetOthers(names.length);
  }

  /** The files that may be emotes, one for each code. */
  async #names(): Promise<readonly string[]> {
    const { directory, onWarning } = this.#options;
    if (directory === '') return [];
    const names = new Map<string, string>();
    try {
      const entries = await readdir(directory, { withFileTypes: true });
      const sorted = entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() })).slice(0, maxFiles);
      for (const { name, isFile } of sorted.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
        const code = nameShape.exec(name)?.[1];
        if (name.startsWith('.')) continue;
        if (!isFile) this.#leaveOut(name, 'it is no ordinary file');
        else if (code === undefined)
          this.#leaveOut(name, 'its name must be 2 to 24 of a-z, 0-9, _ and -, then .png, .webp, .gif or .jpg');
        else if (names.has(code)) this.#leaveOut(name, `${names.get(code)} has the same code`);
        else if (names.size === maxEmotes) this.#leaveOut(name, `there are more than ${maxEmotes}`);
        else names.set(code, name);
      }
    } catch (error) {
      onWarning(`The emotes in ${directory} cannot be read (${codeOf(error)}).`);
    }
    return [...names.values()];
  }

  async #picture(name: string): Promise<BarePng | undefined> {
    const file = await this.#read(name);
    if (file === undefined) return undefined;
    const key = createHash('sha256').update(`${recipe} `).update(file).digest('hex');
    const known = await this.#cached(key);
    if (known !== undefined) return known;
    const encoded = await encodeEmote(this.#options.ffmpeg, file, this.#options.fence);
    if (encoded.kind === 'refused') {
      this.#leaveOut(name, encoded.reason);
      return undefined;
    }
    await this.#keep(key, name, encoded.png);
    return encoded.png;
  }

  /** Follows no link, waits for no pipe, and reads no more than an emote may have. */
  async #read(name: string): Promise<Buffer | undefined> {
    try {
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      await using handle = await open(path.join(this.#options.directory, name), flags);
      const facts = await handle.stat();
      if (facts.isFile() && facts.size <= emoteLimits.bytes) return await handle.readFile();
      this.#leaveOut(name, `it is larger than ${emoteLimits.bytes / 1024} KiB`);
    } catch (error) {
      this.#leaveOut(name, `it cannot be read (${codeOf(error)})`);
    }
    return undefined;
  }

  async #cached(key: string): Promise<BarePng | undefined> {
    if (this.#options.cache === undefined) return undefined;
    try {
      return barePng(await readFile(path.join(this.#options.cache, `${key}.png`)));
    } catch {
      // Not there, or not readable: it is made again.
      return undefined;
    }
  }

  /** The draft has the name of its source: the same picture may be there twice, and is then made twice at a time. */
  async #keep(key: string, source: string, { bytes }: BarePng): Promise<void> {
    const { cache, onWarning } = this.#options;
    if (cache === undefined) return;
    try {
      await mkdir(cache, { recursive: true, mode: 0o700 });
      const file = path.join(cache, `${key}.png`);
      const draft = path.join(cache, `${source}.new`);
      await writeFile(draft, bytes, { mode: 0o600 });
      await rename(draft, file);
    } catch (error) {
      onWarning(`The emotes could not be kept in ${cache} (${codeOf(error)}); they are made again at the next start.`);
    }
  }

  /** A cache that has grown far beyond what is in use is emptied; the next start fills it. */
  async #forgetOthers(inUse: number): Promise<void> {
    const { cache } = this.#options;
    if (cache === undefined) return;
    try {
      const files = await readdir(cache);
      if (files.length <= 2 * inUse + 16) return;
      await Promise.all(files.map(async (file) => await unlink(path.join(cache, file))));
    } catch {
      // There is no cache yet, or it is not ours to empty.
    }
  }

  #leaveOut(name: string, reason: string): void {
    const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}...` : name);
    this.#options.onWarning(`The emote ${shown} was left out: ${reason}.`);
  }
}

function emoteOf(name: string, { bytes, width, height }: BarePng): Emote {
  const code = name.slice(0, name.lastIndexOf('.'));
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { code, file: `${code}-${hash}.png`, width, height };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
