import { constants, type FSWatcher, watch } from 'node:fs';
import { open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

export interface TitleFileOptions {
  /** `title.txt`; its directory exists. */
  readonly path: string;
  /** Shown while there is no such file, or nothing in it. */
  readonly fallback: string;
  /** Makes one clean line of whatever the file holds. */
  clean(raw: string): string;
  onChange(): void;
  /** How often to look when the system does not tell. */
  readonly pollMs?: number;
}

/** No title needs more; the rest of a larger file is not read. */
const maxBytes = 16 * 1024;

/** How long a file must be empty before it is believed. */
const emptyForMs = 50;

/** The title of the stream, kept in a text file that anybody may edit while streaming: it changes live for all. */
export class TitleFile {
  readonly #options: TitleFileOptions;
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #title: string;
  #closed = false;
  /** Titles being written, and how many have been: what was read meanwhile may be the one before. */
  #writing = 0;
  #written = 0;

  private constructor(options: TitleFileOptions) {
    this.#options = options;
    this.#title = options.fallback;
    this.#timer = setInterval(() => void this.#read(), options.pollMs ?? 2000);
    this.#timer.unref();
    try {
      this.#watcher = watch(path.dirname(options.path), { persistent: false }, (_event, name) => {
        if (name === path.basename(options.path)) void this.#read();
      });
      // Some file systems cannot be watched; the timer looks there as well.
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  static async open(options: TitleFileOptions): Promise<TitleFile> {
    const file = new TitleFile(options);
    await file.#read();
    return file;
  }

  get title(): string {
    return this.#title;
  }

  /** Looks at the file now. */
  async reload(): Promise<void> {
    await this.#read();
  }

  /** Writes the title to the file, whole or not at all. Rejects if the disk refuses; the title shown changes all the same. */
  async set(title: string): Promise<void> {
    this.#use(title);
    this.#writing += 1;
    try {
      const draft = `${this.#options.path}.new`;
      await writeFile(draft, `${this.#title}\n`, { mode: 0o600 });
      await rename(draft, this.#options.path);
    } finally {
      this.#writing -= 1;
      this.#written += 1;
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  async #read(): Promise<void> {
    const before = this.#written;
    let raw = await this.#contents();
    // An editor may have emptied the file and not yet filled it again.
    if (raw !== undefined && this.#options.clean(raw) === '') {
      await setTimeout(emptyForMs);
      raw = await this.#contents();
    }
    const isOutdated = this.#writing > 0 || this.#written !== before;
    if (raw !== undefined && !this.#closed && !isOutdated) this.#use(raw);
  }

  #use(raw: string): void {
    const cleaned = this.#options.clean(raw);
    const title = cleaned === '' ? this.#options.fallback : cleaned;
    if (title === this.#title) return;
    this.#title = title;
    this.#options.onChange();
  }

  /** Undefined when the file cannot be read at this moment (an editor may be replacing it): the title stays as it is. */
  async #contents(): Promise<string | undefined> {
    let file: Awaited<ReturnType<typeof open>>;
    try {
      // Not blocking: opening a pipe would wait for its writer, and neither a start nor a stop of the server would come to an end.
      file = await open(this.#options.path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? '' : undefined;
    }
    try {
      if (!(await file.stat()).isFile()) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } catch {
      // A disk error: not a title.
      return undefined;
    } finally {
      await file.close();
    }
  }
}
