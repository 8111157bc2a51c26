import { higherRendition, lowerRendition } from '../src/broadcast/renditions.ts';
import type { RenditionInfo } from '../src/broadcast/stream-state.ts';
import { type LinkView, longSeconds } from './link-meter.ts';

/** What to do about the quality. `up` is to be tried beside what is played; `down` is to be done at once. */
export type Verdict = { readonly kind: 'stay' } | { readonly kind: 'up' | 'down'; readonly to: RenditionInfo };

/** A link that falls behind by more than this is too slow, if it falls on. */
const lateSeconds = 0.5;
/** Measuring is never exact: less than this is not keeping up. */
const keepsUp = 0.92;
/** Something must come in this part of the time, or it is a silence and no slowness. */
const flows = 0.6;
/** Slowness that comes and goes: seen over a longer time, when it has cost more. */
const unsteady = { drain: 0.85, late: 1.5 };
/** So little is missing that it takes long to be seen; in the end it costs as much. */
const hardlyKeepsUp = { drain: 0.98, late: 2 };
/** A suspicion becomes a fact. */
const sureSeconds = 0.7;
/** Of what has arrived on a full link, what may be counted on. */
const usable = 0.85;
/** Below this part of what the lowest picture needs, sound is all there can be. */
const hopeless = 0.6;
/** Over the longer time: what jitters, but keeps up, is calm enough. */
const calm = { late: 1, drain: 0.92 };
/** How long it must be calm before something better is tried, in seconds: doubled by each failure, halved again by success. */
const patience = { first: 5, failed: 30, most: 300, forgiven: 60 };
/** Another response beside it may cost this much, not more. */
const trialCost = { late: 0.35, drain: 0.95 };
/** How long the link takes to be rid of what was sent last of the one before, and of a trial, all of which comes too much. */
const settleSeconds = { joined: 2.5, failed: 5 };
/** After going up, this is no rest of the one before. */
const plunge = { drain: 0.7, late: 1 };
/** Going down again this soon means that going up was a mistake. */
const trialSeconds = 20;

const stay: Verdict = { kind: 'stay' };

/**
 * Chooses the quality for a link, from what arrives: down within a second or so of being sure, to what the link was seen to carry; up one step after a calm
 * time, which grows with each failure. Pure but for what it remembers of the past; all times in seconds on one steady clock.
 */
export class QualityChoice {
  #slowSince: number | undefined;
  #calmSince: number | undefined;
  /** Until then the link may still carry what was tried; after going up, `mayPlunge`, too much lateness is a mistake all the same. */
  #settling = { until: 0, mayPlunge: false };
  /** By name: how long to be calm before this one is tried. */
  readonly #patience = new Map<string, number>();
  #wentUp: { readonly name: string; readonly at: number } | undefined;

  /** `renditions`: those that can be played, in the order of the snapshot. `current`: the one that is played. */
  decide(now: number, link: LinkView | undefined, renditions: readonly RenditionInfo[], current: string): Verdict {
    this.#forgive(now);
    if (link === undefined || link.knownFor < 1) return stay;
    if (isMadeLate(renditions, current)) {
      this.#begin();
      return stay;
    }
    const isSettling = now < this.#settling.until;
    const isSlow = isSettling ? this.#settling.mayPlunge && plunges(link) : seemsSlow(this.#sinceSettled(now, link));
    this.#slowSince = isSlow ? (this.#slowSince ?? now) : undefined;
    const isCalm = !isSlow && !isSettling && link.late < calm.late && link.longDrain > calm.drain;
    this.#calmSince = isCalm ? (this.#calmSince ?? now) : undefined;
    if (this.#slowSince !== undefined && now - this.#slowSince >= sureSeconds) {
      const to = below(renditions, current, link.bitsPerSecond * usable);
      return to === undefined ? stay : { kind: 'down', to };
    }
    const to = higherRendition(renditions, current, pictureCodecOf(renditions));
    if (to === undefined || this.#calmSince === undefined) return stay;
    return now - this.#calmSince >= this.#patienceFor(to.name) ? { kind: 'up', to } : stay;
  }

  /** A change of any kind was made: what was seen before says nothing about what is played now. */
  changed(now: number, direction: 'up' | 'down', from: string, to: string): void {
    this.#begin();
    if (direction === 'up') {
      this.#settling = { until: now + settleSeconds.joined, mayPlunge: true };
      this.#wentUp = { name: to, at: now };
      return;
    }
    const wasMistake = this.#wentUp?.name === from && now - this.#wentUp.at < trialSeconds;
    if (wasMistake) this.#losePatience(from);
    else this.#patience.set(from, Math.max(patience.failed, this.#patienceFor(from)));
    this.#wentUp = undefined;
  }

  /** The better one was tried and the link did not carry both. */
  upFailed(now: number, name: string): void {
    this.#begin();
    this.#settling = { until: now + settleSeconds.failed, mayPlunge: false };
    this.#losePatience(name);
  }

  /** The response was ended by somebody else: what to go on with, if that was because the link is too slow. */
  cutOff(link: LinkView | undefined, renditions: readonly RenditionInfo[], current: string): RenditionInfo | undefined {
    if (link === undefined || !seemsSlow(link) || isMadeLate(renditions, current)) return undefined;
    return below(renditions, current, link.bitsPerSecond * usable);
  }

  /** Playing begins anew, maybe over another circuit. */
  restart(): void {
    this.#begin();
  }

  /** What the longer time still holds of the trouble that a change makes says nothing. */
  #sinceSettled(now: number, link: LinkView): LinkView {
    return now - this.#settling.until < longSeconds ? { ...link, longDrain: 1 } : link;
  }

  #begin(): void {
    this.#slowSince = undefined;
    this.#calmSince = undefined;
  }

  #patienceFor(name: string): number {
    return this.#patience.get(name) ?? patience.first;
  }

  #losePatience(name: string): void {
    this.#patience.set(name, Math.min(patience.most, Math.max(patience.failed, 2 * this.#patienceFor(name))));
  }

  #forgive(now: number): void {
    if (this.#wentUp === undefined || now - this.#wentUp.at < patience.forgiven) return;
    const { name } = this.#wentUp;
    this.#patience.set(name, Math.max(patience.first, this.#patienceFor(name) / 2));
    this.#wentUp = undefined;
  }
}

/** While something better is tried: what is played begins to come later than it did before. */
export function suffers({ longDrain, late }: LinkView, lateBefore: number): boolean {
  return longDrain < trialCost.drain && late > lateBefore + trialCost.late;
}

/** The server makes this one slower than it plays, and says so: nothing can be told of the link then. */
export function isMadeLate(renditions: readonly RenditionInfo[], name: string): boolean {
  return renditions.find((each) => each.name === name)?.isLate === true;
}

/** The link is too slow for what is sent over it, unless the server is late itself. */
export function seemsSlow({ drain, longDrain, flow, late, isRecovering }: LinkView): boolean {
  if (flow >= flows && drain < keepsUp && late > lateSeconds) return true;
  if (isRecovering) return false;
  if (flow >= flows && longDrain < hardlyKeepsUp.drain && late > hardlyKeepsUp.late) return true;
  return flow > 0 && drain < 1 && longDrain < unsteady.drain && late > unsteady.late;
}

function plunges({ drain, flow, late }: LinkView): boolean {
  return flow >= flows && drain < plunge.drain && late > plunge.late;
}

/** The best of those below that the link carries; the lowest picture if that is nearly so, and sound if nothing else is. */
function below(renditions: readonly RenditionInfo[], current: string, carried: number): RenditionInfo | undefined {
  let candidate = lowerRendition(renditions, current);
  while (candidate !== undefined && candidate.bandwidth > carried) {
    const next = lowerRendition(renditions, candidate.name);
    const isLowestPicture = next?.codec === 'none';
    if (next === undefined || (isLowestPicture && carried > candidate.bandwidth * hopeless)) return candidate;
    candidate = next;
  }
  return candidate;
}

function pictureCodecOf(renditions: readonly RenditionInfo[]): 'h264' | 'vp9' {
  return renditions.some(({ codec }) => codec === 'h264') ? 'h264' : 'vp9';
}
