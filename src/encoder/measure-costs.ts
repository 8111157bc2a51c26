import { execFile } from 'node:child_process';
import { availableParallelism, constants, setPriority } from 'node:os';
import type { EncodingCosts, MeasuredPreset, RungCost } from './budget.ts';
import type { LadderRung } from './encoder-types.ts';
import type { Fence } from './fence.ts';
import { scaleFilter, x264Args } from './ffmpeg-arguments.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { knownRungs } from './ladder.ts';

export interface MeasureOptions {
  readonly ffmpegPath: string;
  readonly fence?: Fence | undefined;
  /** When to stop; what has not been measured by then is left out. Default 6000. */
  readonly limitMs?: number;
  /** Whether everything else on this machine goes first. */
  readonly isInBackground?: boolean;
  readonly signal?: AbortSignal;
}

const seconds = 1.5;
/** As costly to encode as what a camera sends; cheap to draw. */
const source = `testsrc2=s=1280x720:r=30:d=${seconds},noise=alls=12:allf=t`;
const presets: readonly MeasuredPreset[] = ['veryfast', 'medium'];

/**
 * Lets FFmpeg encode a moment of every known rung, one after the other, and reads how much CPU time it took: not how long, which depends on what else
 * runs. Undefined if FFmpeg cannot do it, or has not got anywhere within the limit. Rejects with an AbortError when it is aborted.
 */
export async function measureCosts(options: MeasureOptions): Promise<EncodingCosts | undefined> {
  const { limitMs = 6000, signal } = options;
  const limit = AbortSignal.timeout(limitMs);
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const idle = await cpuSeconds([...sourceArgs(), '-pix_fmt', 'yuv420p', '-c:v', 'wrapped_avframe'], options, either);
  const rungs: RungCost[] = [];
  for (const preset of presets) {
    for (const rung of knownRungs) {
      const used = idle === undefined ? undefined : await cpuSeconds(encodingArgs(rung, preset), options, either);
      signal?.throwIfAborted();
      if (idle === undefined || used === undefined) break;
      rungs.push({ height: rung.height, preset, cores: round(Math.max(0.001, (used - idle) / seconds)) });
    }
  }
  return rungs.length === 0 ? undefined : { cores: availableParallelism(), rungs };
}

/** Whether all was measured that is to be. */
export function isWhole({ rungs }: EncodingCosts): boolean {
  return rungs.length === presets.length * knownRungs.length;
}

function sourceArgs(): string[] {
  return ['-nostdin', '-hide_banner', '-nostats', '-benchmark', '-f', 'lavfi', '-i', source];
}

function encodingArgs(rung: LadderRung, preset: MeasuredPreset): string[] {
  return [...sourceArgs(), '-vf', scaleFilter(rung), ...x264Args(rung, { preset })];
}

/** CPU time of one FFmpeg call; undefined if it fails or is over time. */
function cpuSeconds(
  args: readonly string[],
  { ffmpegPath, fence, isInBackground = false }: MeasureOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { env: ffmpegEnvironment(), killSignal: 'SIGKILL', signal, windowsHide: true } as const;
    const all = [...args, '-f', 'null', '-'];
    const call = fence?.around(ffmpegPath, all) ?? { program: ffmpegPath, args: all };
    const child = execFile(call.program, call.args, options, (error, _stdout, stderr) => {
      resolve(error === null ? parseBenchmark(stderr) : undefined);
    });
    if (isInBackground && child.pid !== undefined) lowerPriority(child.pid);
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or may not be touched: then it runs as everything else does.
  }
}

/** FFmpeg's last line with `-benchmark`: `bench: utime=0.361s stime=0.003s rtime=0.981s`. */
export function parseBenchmark(stderr: string): number | undefined {
  const [, user, system] = /^bench: utime=(\d+\.\d+)s stime=(\d+\.\d+)s/m.exec(stderr) ?? [];
  return user === undefined ? undefined : Number(user) + Number(system);
}

function round(cores: number): number {
  return Math.round(cores * 1000) / 1000;
}
