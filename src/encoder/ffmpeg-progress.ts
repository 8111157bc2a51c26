/** One report of FFmpeg's `-progress`; what FFmpeg does not know yet is absent. */
export interface FfmpegProgress {
  readonly frames?: number;
  readonly framesPerSecond?: number;
  /** Media time against real time: below 1 the machine is too slow. */
  readonly speed?: number;
  readonly outTimeSeconds?: number;
  readonly repeatedFrames?: number;
  readonly droppedFrames?: number;
}

const maxPendingChars = 4096;

/** Reads what FFmpeg writes to `-progress`: `key=value` lines, a report ending with `progress=`. Keeps at most 4 KiB. */
export class ProgressReader {
  #pending = '';
  #values = new Map<string, number>();

  /** Takes more bytes and returns the newest report they complete, if any. */
  push(bytes: Buffer): FfmpegProgress | undefined {
    const lines = (this.#pending + bytes.toString('latin1')).split('\n');
    const rest = lines.pop() ?? '';
    this.#pending = rest.length > maxPendingChars ? '' : rest;
    let report: FfmpegProgress | undefined;
    for (const line of lines) report = this.#takeLine(line) ?? report;
    return report;
  }

  #takeLine(line: string): FfmpegProgress | undefined {
    const at = line.indexOf('=');
    const key = line.slice(0, Math.max(at, 0));
    if (key === 'progress') return this.#finishReport();
    const field = fieldsByKey.get(key);
    const value = Number.parseFloat(line.slice(at + 1));
    if (field !== undefined && Number.isFinite(value)) this.#values.set(field, value / (scaleByKey.get(key) ?? 1));
    return undefined;
  }

  #finishReport(): FfmpegProgress {
    const report: FfmpegProgress = Object.fromEntries(this.#values);
    this.#values = new Map();
    return report;
  }
}

const fieldsByKey = new Map<string, keyof FfmpegProgress>([
  ['frame', 'frames'],
  ['fps', 'framesPerSecond'],
  ['speed', 'speed'],
  ['out_time_us', 'outTimeSeconds'],
  ['dup_frames', 'repeatedFrames'],
  ['drop_frames', 'droppedFrames'],
]);
const scaleByKey = new Map([['out_time_us', 1_000_000]]);
