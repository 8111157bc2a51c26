import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { largestFirst, newRecordingId, type RecordingInfo, writeInfo } from './recording-info.ts';
import { RenditionWriter, type WrittenRendition } from './rendition-writer.ts';

export interface SessionOptions {
  /** Where recordings are kept. */
  readonly root: string;
  readonly kind: RecordingInfo['kind'];
  readonly title: string;
  readonly createdAtMs: number;
  readonly isPublished: boolean;
}

interface Recorded {
  readonly rendition: WrittenRendition;
  writer: RenditionWriter | undefined;
  waiting: Buffer[];
}

/** What may wait for the disk: some seconds of any ladder. */
const maxWaitingBytes = 16 * 1024 * 1024;

/** One recording on its way to the disk. What comes in is kept in memory until `flush`; nobody ever waits for the disk but whoever calls that. */
export class RecordingSession {
  readonly id: string = newRecordingId();
  readonly #options: SessionOptions;
  readonly #directory: string;
  readonly #recorded = new Map<string, Recorded>();
  #waitingBytes = 0;
  #isMade = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#directory = path.join(options.root, this.id);
  }

  /** Whether this rendition is recorded, with this init segment or another. */
  initOf(name: string): Buffer | undefined {
    return this.#recorded.get(name)?.rendition.init;
  }

  get bytes(): number {
    return this.#written.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get seconds(): number {
    return Math.max(0, ...this.#written.map(({ seconds }) => seconds));
  }

  add(rendition: WrittenRendition): void {
    this.#recorded.set(rendition.name, { rendition, writer: undefined, waiting: [] });
  }

  /** Takes whole fragments; false if too much is waiting for the disk, and they are lost. */
  push(name: string, bytes: Buffer): boolean {
    const recorded = this.#recorded.get(name);
    if (recorded === undefined || this.#waitingBytes + bytes.length > maxWaitingBytes) return false;
    recorded.waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    return true;
  }

  /** Writes what is waiting, after whatever is being written. Rejects when the disk refuses; what was written before is whole. */
  flush(): Promise<void> {
    const flushed = this.#busy.then(() => this.#write());
    this.#busy = flushed.catch(() => undefined);
    return flushed;
  }

  /** Closes the files and says what is in them; undefined, with everything removed, if that is nothing. Does not reject for a full disk. */
  async finish(): Promise<RecordingInfo | undefined> {
    await this.#busy;
    for (const { writer } of this.#recorded.values()) await writer?.close();
    const info = this.#info(true);
    if (info.renditions.length === 0) {
      await rm(this.#directory, { recursive: true, force: true });
      return undefined;
    }
    // If it cannot be said on disk that it is whole, that is found out at the next start.
    await writeInfo(this.#directory, info).catch(() => undefined);
    return info;
  }

  get #written() {
    return [...this.#recorded.values()].flatMap(({ writer }) => (writer === undefined ? [] : [writer.described]));
  }

  async #write(): Promise<void> {
    if (!this.#isMade) {
      await mkdir(this.#directory, { mode: 0o700 });
      this.#isMade = true;
      await writeInfo(this.#directory, this.#info(false));
    }
    for (const recorded of this.#recorded.values()) {
      const { rendition, waiting } = recorded;
      if (waiting.length === 0) continue;
      recorded.writer ??= await RenditionWriter.create(this.#directory, rendition);
      const bytes = Buffer.concat(recorded.waiting.splice(0));
      this.#waitingBytes -= bytes.length;
      await recorded.writer.write(bytes);
    }
  }

  #info(isWhole: boolean): RecordingInfo {
    const { kind, title, createdAtMs, isPublished } = this.#options;
    const renditions = this.#written.filter(({ seconds }) => seconds > 0).toSorted(largestFirst);
    return { id: this.id, kind, title, createdAtMs, isWhole, isPublished, renditions };
  }
}
