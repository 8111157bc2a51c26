import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { RecordingLibrary } from '../recording/library.ts';
import { Recorder, type StopReason } from '../recording/recorder.ts';
import type { ServeEvent } from '../serve-event.ts';
import { Owned } from './owned.ts';

/** What is kept of the stream. */
export interface Archive {
  readonly library: RecordingLibrary;
  readonly recorder: Recorder;
  /** Resolves when all that was recorded is on disk. */
  close(): Promise<void>;
}

export interface ArchiveOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  report(event: ServeEvent): void;
  title(): string;
  /** Renditions with a picture that are encoded now, the best first. */
  offered(): readonly string[];
}

/** Some hundred megabytes of half minutes. */
const maxClips = 200;

const stopTexts: Readonly<Record<StopReason, string>> = {
  full: 'The disk is nearly full (see recording.keep_free).',
  limit: 'Recordings take as much as they may (see recording.max_size).',
  slow: 'The disk does not keep up.',
  failed: 'The disk refuses to write.',
};

/** Opens the recordings, and makes whole what a crash has cut off. Absent where nothing may be kept. Throws DATA_DIRECTORY. */
export async function openArchive(options: ArchiveOptions): Promise<Archive | undefined> {
  const { config, report } = options;
  if (config.ephemeral) return undefined;
  const { recording } = config;
  const owned = new Owned();
  const root = path.join(options.dataDirectory, 'recordings');
  const library = await openLibrary(root, options);
  owned.add(() => library.close());
  const recorder = new Recorder({
    library,
    isOn: recording.enabled,
    records: recordedOf(recording.renditions, options.offered),
    publishes: recording.publish,
    keepFreeBytes: recording.keepFreeBytes,
    title: options.title,
    now: () => Date.now(),
    onBegun: () => report({ kind: 'note', message: 'The broadcast is being recorded.' }),
    onStopped: (reason) =>
      report({
        kind: 'warning',
        code: 'RECORDING_STOPPED',
        message: `Recording has stopped. ${stopTexts[reason]}`,
        todo: 'Make room: delete recordings at the desk. It goes on by itself; the stream is not touched.',
      }),
  });
  owned.add(() => recorder.close());
  return { library, recorder, close: () => owned.close() };
}

async function openLibrary(root: string, { config, report }: ArchiveOptions): Promise<RecordingLibrary> {
  const { maxSizeBytes, maxAgeMs } = config.recording;
  try {
    return await RecordingLibrary.open({
      ...{ root, maxBytes: maxSizeBytes, maxAgeMs, clipAgeMs: config.clips.maxAgeMs, maxClips, now: () => Date.now() },
      onTrouble: (message) => report({ kind: 'warning', code: 'RECORDING_STOPPED', message }),
    });
  } catch (cause) {
    throw new AppError('DATA_DIRECTORY', `${root} cannot be used. Correct its owner and rights.`, { cause });
  }
}

/** Those that are wished for, of those on offer; where no picture among them is, the smallest that is. */
function recordedOf(wished: readonly string[], offered: () => readonly string[]): (rendition: string) => boolean {
  const pictures = wished.filter((name) => name !== 'audio');
  return (rendition) => {
    if (wished.includes(rendition)) return true;
    const names = offered();
    return pictures.length > 0 && !pictures.some((name) => names.includes(name)) && rendition === names.at(-1);
  };
}
