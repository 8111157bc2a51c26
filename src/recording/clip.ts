import type { RecordingLibrary } from './library.ts';
import { RecordingSession } from './recording-session.ts';
import type { WrittenRendition } from './rendition-writer.ts';

/** What a clip is made of. */
export interface ClipSource {
  readonly rendition: WrittenRendition;
  /** Whole fragments. */
  readonly fragments: readonly Buffer[];
  readonly title: string;
  /** Unix milliseconds. */
  readonly nowMs: number;
}

/** Keeps a clip, which whoever has its link can see. Returns its id; undefined if nothing of it can be played. Rejects when the disk refuses. */
export async function saveClip(library: RecordingLibrary, source: ClipSource): Promise<string | undefined> {
  const { rendition, fragments, title, nowMs } = source;
  const session = new RecordingSession({
    ...{ root: library.root, kind: 'clip', title, createdAtMs: nowMs, isPublished: true },
  });
  session.add(rendition);
  session.push(rendition.name, Buffer.concat(fragments));
  const failure = await session.flush().then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const info = await session.finish();
  if (failure !== undefined) {
    if (info !== undefined) {
      library.add(info);
      await library.delete(info.id);
    }
    throw failure.error;
  }
  if (info !== undefined) library.add(info);
  return info?.id;
}
