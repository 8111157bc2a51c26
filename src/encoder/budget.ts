import type { LadderRung, X264Preset } from './encoder-types.ts';

/** The presets that are measured: those between buy little, slower ones cost more than they buy. */
export type MeasuredPreset = Extract<X264Preset, 'veryfast' | 'medium'>;

/** What encoding one rung costs this machine. */
export interface RungCost {
  readonly height: number;
  readonly preset: MeasuredPreset;
  /** Cores kept busy by 30 pictures a second. */
  readonly cores: number;
}

/** What is known of this machine. */
export interface EncodingCosts {
  /** How many cores there are. */
  readonly cores: number;
  /** At least one at `veryfast`; what could not be measured is estimated from the rest. */
  readonly rungs: readonly RungCost[];
}

/** What is to be encoded: each rung with its preset, the largest first. */
export interface EncodingPlan {
  readonly ladder: readonly LadderRung[];
  /** What it is expected to keep busy, reading the source included. */
  readonly cores: number;
  /** What encoding may keep busy. */
  readonly allowedCores: number;
  /** The rungs of the ladder that are too much: for the one core that encodes each, or for all together. */
  readonly tooMuch: readonly string[];
}

export interface PlanOptions {
  /** What there is to choose from. */
  readonly rungs: readonly LadderRung[];
  readonly frameRate: number;
  /** Whether rungs may be left out, the largest first; the smallest always stays. */
  readonly mayLeaveOut: boolean;
  /** The preset of every rung, if somebody has chosen one; else it is part of the plan. */
  readonly preset?: X264Preset;
}

/** The server, tor and whatever else runs here get the other half. */
const allowedShare = 0.55;
/** A rung is encoded by one thread: more than this much of a core falls behind when the picture gets difficult. */
const allowedCoreShare = 0.7;
/** Measured between 2 and 2.8 from 240 to 720 lines. */
const mediumAgainstVeryfast = 2.8;
/** They cost at most what `veryfast` does; all others are counted as `medium`. */
const fastPresets: readonly X264Preset[] = ['ultrafast', 'superfast', 'veryfast'];

/**
 * Which rungs a machine encodes in real time, and how well: first as many rungs as fit at `veryfast`, then `medium` for as many as fit, from the smallest
 * up, where bits are scarcest and quality is cheapest.
 */
export function planEncoding(costs: EncodingCosts, options: PlanOptions): EncodingPlan {
  const { rungs, frameRate, mayLeaveOut, preset } = options;
  const allowedCores = allowedShare * costs.cores;
  const first = preset === undefined || fastPresets.includes(preset) ? 'veryfast' : 'medium';
  const coresOf = (rung: LadderRung, measured: MeasuredPreset) => (costOf(costs, rung, measured) * frameRate) / 30;
  const ascending = rungs.toSorted((one, other) => pixelsOf(one) - pixelsOf(other));
  let cores = readingCores(costs, frameRate);
  const chosen: LadderRung[] = [];
  const tooMuch: string[] = [];
  for (const rung of ascending) {
    const more = coresOf(rung, first);
    const fits = cores + more <= allowedCores && more <= allowedCoreShare;
    if (!fits && mayLeaveOut && chosen.length > 0) break;
    if (!fits) tooMuch.push(rung.name);
    chosen.push({ ...rung, preset: preset ?? (fits ? 'veryfast' : 'superfast') });
    cores += more;
  }
  const ladder = chosen.map((rung): LadderRung => {
    const better = coresOf(rung, 'medium');
    const more = better - coresOf(rung, 'veryfast');
    const isWorthIt =
      preset === undefined && rung.preset === 'veryfast' && cores + more <= allowedCores && better <= allowedCoreShare;
    if (!isWorthIt) return rung;
    cores += more;
    return { ...rung, preset: 'medium' };
  });
  return { ladder: ladder.toReversed(), cores, allowedCores, tooMuch };
}

/** Decoding what a publisher sends costs about as much as encoding 480 lines. */
function readingCores(costs: EncodingCosts, frameRate: number): number {
  const typical = { name: '', height: 480, maxWidth: 854, bitsPerSecond: 0 };
  return (costOf(costs, typical, 'veryfast') * frameRate) / 30;
}

/** As measured, else from the measured rung of the nearest height by its pixels, else from the other preset. */
function costOf(costs: EncodingCosts, rung: LadderRung, preset: MeasuredPreset): number {
  const measured = costs.rungs.filter((cost) => cost.preset === preset);
  const distance = ({ height }: RungCost) => Math.abs(height - rung.height);
  const [nearest] = measured.toSorted((one, other) => distance(one) - distance(other));
  const isNear = nearest !== undefined && (nearest.height >= rung.height || nearest.height * 1.25 >= rung.height);
  if (preset === 'medium' && !isNear) return mediumAgainstVeryfast * costOf(costs, rung, 'veryfast');
  if (nearest === undefined) return Number.POSITIVE_INFINITY;
  return nearest.cores * (rung.height / nearest.height) ** 2;
}

function pixelsOf(rung: LadderRung): number {
  return rung.height * rung.maxWidth;
}
