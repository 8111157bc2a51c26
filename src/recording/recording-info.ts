import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const partShape = z.object({
  /** Where its records begin and end in the index. */
  indexFrom: z.number(),
  indexTo: z.number(),
  /** Since the beginning of the recording. */
  startSeconds: z.number(),
  seconds: z.number(),
});

const renditionShape = z.object({
  name: z.string().regex(/^[a-z0-9-]{1,32}$/),
  mimeType: z.string(),
  width: z.number().optional(),
  height: z.number().optional(),
  initBytes: z.number(),
  bytes: z.number(),
  seconds: z.number(),
  parts: z.array(partShape),
});

const shape = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  kind: z.enum(['recording', 'clip']),
  title: z.string(),
  createdAtMs: z.number(),
  /** Only what is whole is played: after a crash it is made whole first. */
  isWhole: z.boolean(),
  isPublished: z.boolean(),
  renditions: z.array(renditionShape),
});

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T;

/** A stretch of a rendition that is played as a file of its own. */
export type RecordingPart = Immutable<z.output<typeof partShape>>;
/** A rendition as it was recorded: a file of fragmented MP4 and an index. */
export type RecordedRendition = Immutable<z.output<typeof renditionShape>>;
/** What is known of a recording or a clip, in a file beside its media. */
export type RecordingInfo = Immutable<z.output<typeof shape>>;

const infoFile = 'info.json';

/** A name that says nothing. */
export function newRecordingId(): string {
  return randomBytes(16).toString('base64url');
}

/** The files of a rendition. */
export function renditionFiles(directory: string, name: string): { readonly media: string; readonly index: string } {
  return { media: path.join(directory, `${name}.mp4`), index: path.join(directory, `${name}.index`) };
}

/** The order of renditions: the largest picture first, sound alone last. */
export function largestFirst(a: RecordedRendition, b: RecordedRendition): number {
  return (b.height ?? 0) - (a.height ?? 0);
}

/** Undefined if there is none, or one that is not ours. */
export async function readInfo(directory: string): Promise<RecordingInfo | undefined> {
  try {
    return shape.parse(JSON.parse(await readFile(path.join(directory, infoFile), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces it as a whole: on a full disk the one of before stays. */
export async function writeInfo(directory: string, info: RecordingInfo): Promise<void> {
  const file = path.join(directory, infoFile);
  const draft = `${file}.new`;
  {
    await using handle = await open(draft, 'w', 0o600);
    await handle.writeFile(JSON.stringify(info));
    await handle.datasync();
  }
  await rename(draft, file);
}
