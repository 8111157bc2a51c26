import { type Choosable, lowerRendition } from './renditions.ts';

/*
 * Decides, from what can be seen of a viewer's connection, whether it carries the rendition it is sent. Nothing is asked of the viewer: a browser
 * without script cannot answer.
 */

/** What is seen of a media response at one moment; about one a second, more often does no harm. */
export interface DrainSample {
  readonly atMs: number;
  /** What is on its way to the viewer or waits for that, in milliseconds of media. */
  readonly lagMs: number;
  /** At least a third of what was to be sent since the last sample has left. */
  readonly isMoving: boolean;
}

/**
 * `slow`: the connection carries less than it is sent; `share` of it, as far as can be told. `fine`: it does not fall behind, has so much lag, and for so long
 * there was next to none; `peakMs` is the most it had since there was next to none for the first time.
 */
export type Verdict =
  | { readonly kind: 'slow'; readonly share: number }
  | { readonly kind: 'fine'; readonly calmMs: number; readonly lagMs: number; readonly peakMs: number };

/** Lag below this may come from the beat of samples and acknowledgements alone. */
const calmLagMs = 450;
/** The least lag that is taken for a connection too slow, and the most that is put down to a restless one. */
const slowLag = { leastMs: 500, mostMs: 2000, noiseFactor: 4 };
/** The lag must have grown by this much within this time, and still grow: a tenth more is sent than arrives. Where it pauses, what has been seen before still counts. */
const growth = { lagMs: 200, withinMs: 2000, leastStepMs: 50, pauseShare: 0.5 };
/** A jump, after which a connection catches up, is told from growth by so many samples that speak for growth. */
const growingSamples = 3;
/** Where for a moment less than this share arrived, it may be that nothing did, and that it was only a moment: then it takes so many samples to tell. */
const standstill = { share: 0.2, samples: 5 };
/** A connection that gets rid of nothing of so much lag for so long is too slow as well, or dead; which of the two cannot be told. */
const stuck = { lagMs: 1500, forMs: 7000, shrunkTo: 0.75, leastShare: 0.5 };
/** Of a new change of lag between samples, so much goes into the noise. */
const noiseGain = 1 / 8;

interface Point {
  readonly atMs: number;
  readonly lagMs: number;
}

/**
 * Judges one response by its samples. A connection that is too slow lets the lag grow steadily while bytes go on to arrive; one that stands still and
 * then catches up does not, nor one whose round trips go up and down.
 */
export class LinkJudge {
  #points: readonly Point[] = [];
  #noiseMs = 0;
  #calmSinceMs: number | undefined;
  /** Absent before the first calm: what comes late then is a slow beginning. */
  #peakMs: number | undefined;
  #stuckSince: Point | undefined;
  /** The latest change of the lag. */
  #stepMs = 0;
  /** Samples that spoke for a slow connection, with none between them that spoke against it. */
  #suspicions = 0;

  add({ atMs, lagMs, isMoving }: DrainSample): Verdict {
    this.#noteStep(lagMs - (this.#points.at(-1)?.lagMs ?? lagMs));
    this.#points = [...this.#points.filter((point) => point.atMs >= atMs - 2 * growth.withinMs), { atMs, lagMs }];
    this.#noteCalm({ atMs, lagMs });
    const grownMs = isMoving ? this.#grownMs({ atMs, lagMs }) : 0;
    if (grownMs < growth.lagMs * growth.pauseShare) this.#suspicions = 0;
    else if (grownMs >= growth.lagMs && this.#stepMs >= growth.leastStepMs) this.#suspicions += 1;
    const share = this.#shareAt({ atMs, lagMs });
    if (this.#suspicions >= this.#samplesNeeded) return { kind: 'slow', share };
    if (this.#stuckSince !== undefined && atMs - this.#stuckSince.atMs >= stuck.forMs) {
      return { kind: 'slow', share: Math.max(stuck.leastShare, share) };
    }
    const calmMs = this.#calmSinceMs === undefined ? 0 : atMs - this.#calmSinceMs;
    return { kind: 'fine', lagMs, calmMs, peakMs: this.#peakMs ?? 0 };
  }

  /** How restless the connection is: changes of the lag count when they turn back on the one before. */
  #noteStep(stepMs: number): void {
    const before = this.#stepMs;
    const turned = Math.sign(stepMs) === Math.sign(before) ? 0 : Math.min(Math.abs(stepMs), Math.abs(before));
    this.#noiseMs += (turned - this.#noiseMs) * noiseGain;
    this.#stepMs = stepMs;
  }

  #noteCalm({ atMs, lagMs }: Point): void {
    if (lagMs >= calmLagMs) this.#calmSinceMs = undefined;
    else this.#calmSinceMs ??= atMs;
    if (this.#peakMs !== undefined || this.#calmSinceMs !== undefined)
      this.#peakMs = Math.max(this.#peakMs ?? 0, lagMs);
    const since = this.#stuckSince;
    if (lagMs < stuck.lagMs) this.#stuckSince = undefined;
    else if (since === undefined || lagMs < since.lagMs * stuck.shrunkTo) this.#stuckSince = { atMs, lagMs };
  }

  /** By how much it has, where there is enough of it; 0 where it shrinks. */
  #grownMs({ atMs, lagMs }: Point): number {
    const limitMs = slowLag.leastMs + slowLag.noiseFactor * this.#noiseMs;
    if (lagMs < Math.min(limitMs, slowLag.mostMs)) return 0;
    // Past its peak, a connection is catching up.
    const peakMs = Math.max(...this.#points.map((point) => point.lagMs));
    if (lagMs <= peakMs - growth.leastStepMs) return 0;
    const before = this.#points.findLast((point) => point.atMs <= atMs - growth.withinMs) ?? this.#points[0];
    return lagMs - (before?.lagMs ?? lagMs);
  }

  get #samplesNeeded(): number {
    return this.#hasStoodStill ? standstill.samples : growingSamples;
  }

  get #hasStoodStill(): boolean {
    return this.#points.some(({ atMs, lagMs }, index) => {
      const before = this.#points[index - 1];
      return before !== undefined && lagMs - before.lagMs > (1 - standstill.share) * (atMs - before.atMs);
    });
  }

  /** For each second in which the lag grows by a quarter of one, a quarter of what was sent did not arrive. */
  #shareAt({ atMs, lagMs }: Point): number {
    const before = this.#points.find((point) => point.atMs >= atMs - growth.withinMs - 500);
    if (before === undefined || before.atMs >= atMs) return 1;
    return Math.min(1, Math.max(0, 1 - (lagMs - before.lagMs) / (atMs - before.atMs)));
  }
}

/** Of what a connection seems to carry, so much may be asked of it. */
const usableShare = 0.9;

/** What to go down to when only this share of a rendition arrives: the best that should fit, else the last one there is. Absent below the last. */
export function fittingBelow<T extends Choosable>(
  renditions: readonly T[],
  name: string,
  share: number,
): T | undefined {
  const current = renditions.find((rendition) => rendition.name === name);
  if (current === undefined) return undefined;
  const room = current.bandwidth * share * usableShare;
  let candidate = lowerRendition(renditions, name);
  while (candidate !== undefined && candidate.bandwidth > room) {
    const lower = lowerRendition(renditions, candidate.name);
    if (lower === undefined) break;
    candidate = lower;
  }
  return candidate;
}

/** Limits of the wait before a higher rendition is tried. */
const firstWaitMs = 12_000;
const longestWaitMs = 10 * 60_000;
/** Who had to go down again so soon had gone up too early. */
const probationMs = 45_000;
/** A higher rendition is tried out by sending as much as it would take, without meaning, for so many samples. */
const probes = 4;
/** What a try may add to the usual lag: more is on its way by the time it is seen, and browsers hold half a second in store. */
const probeLagMs = 250;
/** Of each new lag, so much goes into the usual one. */
const usualGain = 1 / 8;
/** After a try that was too much, its rest is on the way. */
const aftermathMs = 4000;

/** What to do next. `probe`: send, once, what the next higher rendition would take more in a second. */
export type AdaptationStep = 'stay' | 'down' | 'up' | 'probe';

/**
 * When one viewer goes down, and when up: down as soon as the connection is found slow; up when it has been calm for long enough and then carries the load of
 * the higher rendition, which is tried out with bytes without meaning, so that a try that fails costs the viewer no picture. Each failure doubles the wait
 * before the next try, each success halves it.
 */
export class Adaptation {
  #waitMs = firstWaitMs;
  #wentUpAtMs: number | undefined;
  #probesSent = 0;
  #usualLagMs: number | undefined;
  #aftermathUntilMs = Number.NEGATIVE_INFINITY;

  /** How long the connection must have been calm before the next try. */
  get waitMs(): number {
    return this.#waitMs;
  }

  /** Decides by the latest verdict. `canRise`: there is a higher rendition. */
  next(verdict: Verdict, nowMs: number, canRise: boolean): AdaptationStep {
    if (this.#wentUpAtMs !== undefined && nowMs - this.#wentUpAtMs >= probationMs) this.#succeed();
    if (verdict.kind === 'slow') return this.#slower(nowMs);
    if (this.#probesSent === 0 && verdict.calmMs > 0) this.#noteLag(verdict.lagMs);
    if (!canRise) this.#probesSent = 0;
    else if (this.#probesSent > 0) return this.#probe(verdict.lagMs, nowMs);
    else if (verdict.calmMs >= this.#waitMs && nowMs >= this.#aftermathUntilMs) {
      this.#probesSent = 1;
      return 'probe';
    }
    return 'stay';
  }

  #slower(nowMs: number): AdaptationStep {
    if (this.#probesSent > 0) this.#giveUp(nowMs);
    if (nowMs < this.#aftermathUntilMs) return 'stay';
    if (this.#wentUpAtMs !== undefined) this.#fail();
    return 'down';
  }

  #noteLag(lagMs: number): void {
    this.#usualLagMs ??= lagMs;
    this.#usualLagMs += (lagMs - this.#usualLagMs) * usualGain;
  }

  #probe(lagMs: number, nowMs: number): AdaptationStep {
    if (lagMs > (this.#usualLagMs ?? 0) + probeLagMs) {
      this.#giveUp(nowMs);
      return 'stay';
    }
    if (this.#probesSent < probes) {
      this.#probesSent += 1;
      return 'probe';
    }
    this.#probesSent = 0;
    this.#wentUpAtMs = nowMs;
    return 'up';
  }

  #giveUp(nowMs: number): void {
    this.#probesSent = 0;
    this.#aftermathUntilMs = nowMs + aftermathMs;
    this.#fail();
  }

  #fail(): void {
    this.#wentUpAtMs = undefined;
    this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
  }

  #succeed(): void {
    this.#wentUpAtMs = undefined;
    this.#waitMs = Math.max(firstWaitMs, this.#waitMs / 2);
  }
}
