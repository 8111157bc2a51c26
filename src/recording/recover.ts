import { type FileHandle, open, rm } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { mimeTypeOf } from '../mp4/piece.ts';
import type { InitSegment } from '../mp4/init-segment.ts';
import { RecordingIndexer } from '../mp4/recording-index.ts';
import { type RecordedRendition, renditionFiles } from './recording-info.ts';
import { RenditionFacts } from './rendition-facts.ts';

const chunkBytes = 1024 * 1024;

/**
 * Makes a rendition whole that nobody finished writing (the program was killed, the power went): cuts off what is no whole fragment, and makes the index
 * anew from what is there. Undefined if nothing can be played; its files are then gone. Rejects with what the file system says; it can be tried again.
 */
export async function recoverRendition(directory: string, name: string): Promise<RecordedRendition | undefined> {
  const files = renditionFiles(directory, name);
  await using media = await open(files.media, 'r+');
  // What is there goes first: on a full disk there is room for no more than one.
  await rm(files.index, { force: true });
  const recovered = await rebuildIndex(media, files.index);
  if (recovered === undefined) {
    await Promise.all([files.media, files.index].map((file) => rm(file, { force: true })));
    return undefined;
  }
  const { init, facts, endPosition } = recovered;
  await media.truncate(endPosition);
  return facts.describe(name, mimeOf(init), endPosition);
}

async function rebuildIndex(media: FileHandle, file: string) {
  await using index = await open(file, 'wx', 0o600);
  let found: { init: InitSegment; facts: RenditionFacts } | undefined;
  let records: Buffer[] = [];
  const indexer = new RecordingIndexer({
    onInit: (init) => {
      found = { init, facts: new RenditionFacts(init) };
    },
    onFragment: (fragment) => {
      if (found !== undefined) records.push(found.facts.take(fragment));
    },
  });
  for await (const bytes of chunksOf(media)) {
    const isGood = takes(indexer, bytes);
    await index.writeFile(Buffer.concat(records));
    records = [];
    if (!isGood) break;
  }
  return found === undefined || found.facts.seconds === 0 ? undefined : { ...found, endPosition: indexer.endPosition };
}

/** False when the media cannot be read any further. */
function takes(indexer: RecordingIndexer, bytes: Buffer): boolean {
  try {
    indexer.push(bytes);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function mimeOf({ tracks }: InitSegment): string {
  return mimeTypeOf({ codecs: tracks.map(({ codec }) => codec) });
}
