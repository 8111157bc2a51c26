import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { type EncodingCosts, type EncodingPlan, planEncoding } from '../encoder/budget.ts';
import { readCosts, writeCosts } from '../encoder/costs-file.ts';
import type { LadderRung } from '../encoder/encoder-types.ts';
import type { Fence } from '../encoder/fence.ts';
import { defaultLadder, knownRungs, rungOf } from '../encoder/ladder.ts';
import { isWhole, measureCosts } from '../encoder/measure-costs.ts';
import type { ServeEvent } from '../serve-event.ts';

/** Which renditions are made, by configuration and by what this machine can do. */
export interface EncodingBudget {
  /** For sources that begin now, the largest first. */
  readonly ladder: readonly LadderRung[];
  /** Measures the machine once the start has calmed down, if nothing is known of it and it matters. */
  start(): void;
  /** Resolves when nothing is being measured any more. Safe to call twice. */
  close(): Promise<void>;
}

export interface BudgetOptions {
  readonly encoder: OnioncastConfig['encoder'];
  /** What FFmpeg is kept behind. Default: nothing. */
  readonly fence?: Fence;
  readonly dataDirectory: string;
  readonly ffmpegVersion: string;
  report(event: ServeEvent): void;
  /** How long after the start it is measured. Default 12000. */
  readonly calmAfterMs?: number;
}

/** Where the measurement is kept, within the data directory. */
export function costsPath(dataDirectory: string): string {
  return path.join(dataDirectory, 'encoding-costs.json');
}

/** Reads what is known of this machine and says which renditions there will be. */
export async function openEncodingBudget(options: BudgetOptions): Promise<EncodingBudget> {
  const { encoder, dataDirectory, ffmpegVersion } = options;
  const machine = { ffmpegVersion, cores: availableParallelism() };
  const budget = new Budget(options, await readCosts(costsPath(dataDirectory), machine));
  if (encoder.ladder === 'auto' || budget.isTooMuch) options.report({ kind: 'note', message: budget.sentence });
  return budget;
}

class Budget implements EncodingBudget {
  readonly #options: BudgetOptions;
  readonly #aborting = new AbortController();
  #plan: EncodingPlan | undefined;
  #costs: EncodingCosts | undefined;
  #timer: NodeJS.Timeout | undefined;
  #measuring: Promise<void> | undefined;

  constructor(options: BudgetOptions, costs: EncodingCosts | undefined) {
    this.#options = options;
    this.#know(costs);
  }

  get ladder(): readonly LadderRung[] {
    return this.#plan?.ladder ?? wantedRungs(this.#options.encoder) ?? defaultLadder;
  }

  get isTooMuch(): boolean {
    return this.#plan !== undefined && this.#plan.tooMuch.length > 0;
  }

  get sentence(): string {
    const names = namesOf(this.ladder);
    if (this.#plan === undefined || this.#costs === undefined)
      return `Renditions: ${names}. There may be more once this machine has been measured, in a moment.`;
    return `Renditions: ${names}. ${explainPlan(this.#plan, this.#costs.cores)}`;
  }

  start(): void {
    if (this.#options.encoder.ladder !== 'auto' || this.#costs !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#measuring = this.#measure();
    }, this.#options.calmAfterMs ?? 12_000);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#aborting.abort();
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    const { encoder, fence, dataDirectory, ffmpegVersion, report } = this.#options;
    const { signal } = this.#aborting;
    try {
      const costs = await measureCosts({
        ...{ ffmpegPath: encoder.ffmpeg, fence, limitMs: 60_000, isInBackground: true, signal },
      });
      if (costs === undefined) return;
      this.#know(costs);
      report({ kind: 'note', message: `From the next source on: ${this.sentence}` });
      // Measured in part, on a busy machine: good enough for now, to be measured again at the next start.
      if (isWhole(costs)) await writeCosts(costsPath(dataDirectory), ffmpegVersion, costs);
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : 'unknown';
      report({ kind: 'warning', code: 'DATA_DIRECTORY', message: `What was measured could not be kept: ${reason}` });
    }
  }

  #know(costs: EncodingCosts | undefined): void {
    this.#costs = costs;
    this.#plan = costs === undefined ? undefined : planFor(this.#options.encoder, costs);
  }
}

/** What a machine with these costs encodes of what is configured. */
export function planFor(encoder: OnioncastConfig['encoder'], costs: EncodingCosts): EncodingPlan {
  const wanted = wantedRungs(encoder);
  return planEncoding(costs, {
    rungs: wanted ?? knownRungs,
    mayLeaveOut: wanted === undefined,
    frameRate: encoder.frameRate,
    ...(encoder.preset !== 'auto' && { preset: encoder.preset }),
  });
}

/** How much of the machine a plan takes, in a sentence. */
export function explainPlan({ cores, allowedCores, tooMuch }: EncodingPlan, of: number): string {
  const measured = `As measured, they keep ${cores.toFixed(1)} of ${of} cores busy`;
  if (tooMuch.length === 0)
    return `${measured}; ${allowedCores.toFixed(1)} may be, the rest is for the server and tor.`;
  return `${measured}. Too much for this machine, so that the picture may stutter: ${tooMuch.join(', ')}.`;
}

/** `720p, 480p and sound alone`. */
export function namesOf(ladder: readonly LadderRung[]): string {
  return `${ladder.map(({ name }) => name).join(', ')} and sound alone`;
}

function wantedRungs({ ladder }: OnioncastConfig['encoder']): readonly LadderRung[] | undefined {
  return ladder === 'auto' ? undefined : ladder.map(rungOf);
}
