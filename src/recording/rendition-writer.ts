import { type FileHandle, open } from 'node:fs/promises';
import { type InitSegment, parseInitSegment } from '../mp4/init-segment.ts';
import { RecordingIndexer } from '../mp4/recording-index.ts';
import { type RecordedRendition, renditionFiles } from './recording-info.ts';
import { RenditionFacts } from './rendition-facts.ts';

/** What is in memory is lost with the power; so much of it at most. */
const syncMs = 10_000;

/** Which rendition, as viewers are told of it. */
export interface WrittenRendition {
  readonly name: string;
  readonly mimeType: string;
  /** ftyp + moov. */
  readonly init: Buffer;
}

/**
 * Writes a rendition: whole fragments only, at the end of the file, and the index after them. When the disk refuses, both files are cut back to the last whole
 * fragment, and the writer is over.
 */
export class RenditionWriter {
  readonly #rendition: WrittenRendition;
  readonly #media: FileHandle;
  readonly #index: FileHandle;
  readonly #indexer: RecordingIndexer;
  readonly #facts: RenditionFacts;
  #records: Buffer[] = [];
  #described: RecordedRendition;
  #writtenBytes = 0;
  #writtenIndexBytes = 0;
  #syncedAtMs = performance.now();

  private constructor(rendition: WrittenRendition, init: InitSegment, media: FileHandle, index: FileHandle) {
    this.#rendition = rendition;
    this.#media = media;
    this.#index = index;
    this.#facts = new RenditionFacts(init);
    this.#indexer = new RecordingIndexer({ onFragment: (fragment) => this.#records.push(this.#facts.take(fragment)) });
    this.#described = this.#facts.describe(rendition.name, rendition.mimeType, 0);
  }

  /** Makes the files (0600) in this directory. Rejects with what the file system says. */
  static async create(directory: string, rendition: WrittenRendition): Promise<RenditionWriter> {
    const files = renditionFiles(directory, rendition.name);
    const media = await open(files.media, 'wx', 0o600);
    try {
      const index = await open(files.index, 'wx', 0o600);
      const writer = new RenditionWriter(rendition, parseInitSegment(rendition.init), media, index);
      await writer.write(rendition.init);
      return writer;
    } catch (error) {
      await media.close();
      throw error;
    }
  }

  /** What is on disk. */
  get described(): RecordedRendition {
    return this.#described;
  }

  /** Appends whole fragments. Rejects when the disk refuses; what was there before is still whole. */
  async write(bytes: Buffer): Promise<void> {
    this.#indexer.push(bytes);
    const records = Buffer.concat(this.#records.splice(0));
    try {
      await this.#media.writeFile(bytes);
      await this.#index.writeFile(records);
      await this.#sync();
    } catch (error) {
      await this.#cutBack();
      throw error;
    }
    this.#writtenBytes += bytes.length;
    this.#writtenIndexBytes += records.length;
    this.#described = this.#facts.describe(this.#rendition.name, this.#rendition.mimeType, this.#writtenBytes);
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await this.#media.close();
    await this.#index.close();
  }

  async #sync(): Promise<void> {
    if (performance.now() - this.#syncedAtMs < syncMs) return;
    this.#syncedAtMs = performance.now();
    await this.#media.datasync();
    await this.#index.datasync();
  }

  async #cutBack(): Promise<void> {
    await this.#media.truncate(this.#writtenBytes);
    await this.#index.truncate(this.#writtenIndexBytes);
  }
}
