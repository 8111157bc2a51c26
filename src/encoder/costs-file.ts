import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EncodingCosts } from './budget.ts';

/** What a measurement is worth nothing without: another FFmpeg, or another number of cores, must be measured anew. */
export interface MeasuredMachine {
  readonly ffmpegVersion: string;
  readonly cores: number;
}

const format = 1;
const maxBytes = 16_384;
const fileShape = z.object({
  format: z.literal(format),
  ffmpeg: z.string(),
  cores: z.int().positive(),
  rungs: z
    .array(
      z.object({
        height: z.int().positive(),
        preset: z.enum(['veryfast', 'medium']),
        cores: z.number().positive(),
      }),
    )
    .min(1)
    .max(64),
});

/** What was measured on this machine before; undefined if nothing was, if it was another machine, or if the file cannot be read. Never throws. */
export async function readCosts(path: string, machine: MeasuredMachine): Promise<EncodingCosts | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined; // Whatever the reason, measuring again is the remedy.
  }
  const file = text.length > maxBytes ? undefined : parse(text);
  if (file === undefined || file.ffmpeg !== machine.ffmpegVersion || file.cores !== machine.cores) return undefined;
  return { cores: file.cores, rungs: file.rungs };
}

/** Keeps a measurement, for this user's eyes only: it says how strong the machine is. Rejects if the disk refuses. */
export async function writeCosts(path: string, ffmpegVersion: string, { cores, rungs }: EncodingCosts): Promise<void> {
  const file: z.infer<typeof fileShape> = { format, ffmpeg: ffmpegVersion, cores, rungs: [...rungs] };
  const fresh = `${path}.new`;
  await writeFile(fresh, `${JSON.stringify(file)}\n`, { mode: 0o600 });
  await rename(fresh, path);
}

function parse(text: string): z.infer<typeof fileShape> | undefined {
  try {
    return fileShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Not JSON: written by something else, or cut short.
  }
}
