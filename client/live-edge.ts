/**
 * How a player stays close to the live edge, as pure functions over numbers. All times are in seconds.
 * *Ahead* is what is buffered after the playing position; right after an append it is as large as it gets between two pieces, and is measured there.
 */

/** Where the target begins: enough for the first pieces, on a calm link. */
export const firstTargetSeconds = 0.4;

const highestTarget = 6;
const lowestFloor = 0.2;
/** A wait shows that the target is too low, and by how much is anybody's guess: half of it, within bounds. */
const raise = { part: 0.5, least: 0.1, most: 0.3 };
const decayPerSecond = 0.02;
/** What is above the floor by more than this comes from trouble that is over: of the rest so much goes every second. */
const excess = { seconds: 1, decay: 0.05 };
/** While nothing has gone wrong yet, there is no reason to believe in the first guess for long. */
const untroubledDecayPerSecond = 0.1;
const jumpBeyond = 5;
const jumpBeyondWhenUnseen = 0.4;
const startPhase = 3;
/** As slow as hardly anybody notices for a second or two. */
const savingRate = 0.9;

/** A part of the timeline that is buffered. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What the player sees at one moment. */
export interface Position {
  readonly currentTime: number;
  readonly rate: number;
  /** In order, not overlapping. */
  readonly buffered: readonly Range[];
  /** How far ahead we want to be. */
  readonly target: number;
  /** Since playing began, or began anew after a reconnect. */
  readonly sinceStart: number;
  /** The picture stands still and waits. */
  readonly isStalled: boolean;
  /** What must be in hand for something that is about to be done, for a moment more than the target. */
  readonly reserve?: number;
}

/** What every browser needs to have left. */
export const firstMargin = 0.03;
/** The event comes late, when another piece may have come in: what is left then says no more than this. */
const highestMargin = 0.2;

/** What a browser needs to have left, once it has stopped with that much: browsers differ, and only stopping tells. */
export function learnMargin(margin: number, left: number): number {
  return Math.min(highestMargin, Math.max(margin, left + firstMargin));
}

/** What to do about it. */
export type Move = { readonly kind: 'seek'; readonly to: number } | { readonly kind: 'rate'; readonly rate: number };

/** The target after playing had to wait for data. */
export function raiseTarget(target: number): number {
  return Math.min(highestTarget, target + Math.min(raise.most, Math.max(raise.least, raise.part * target)));
}

/** The target after a time without trouble: it sinks to what the link is known to need, slowly once playing has had to wait. */
export function decayTarget(target: number, floor: number, elapsed: number, hasWaited: boolean): number {
  const steady = hasWaited ? decayPerSecond : untroubledDecayPerSecond;
  const perSecond = steady + excess.decay * Math.max(0, target - floor - excess.seconds);
  return target <= floor ? floor : Math.max(floor, target - perSecond * elapsed);
}

/** Where to begin once the first burst is there. */
export function startPosition(buffered: readonly Range[], target: number): number {
  const last = buffered.at(-1);
  return last === undefined ? 0 : Math.max(last.start, last.end - target);
}

/** One decision: over a hole, back to the edge, or a little faster or slower. */
export function decide(position: Position): Move {
  const { buffered, currentTime, target, sinceStart, isStalled } = position;
  const last = buffered.at(-1);
  if (last === undefined) return { kind: 'rate', rate: 1 };
  // A picture that stands anyhow may as well go on at the edge; Chromium takes long to go on by itself.
  const limit = isStalled || sinceStart < startPhase ? jumpBeyondWhenUnseen : jumpBeyond;
  if (last.end - currentTime > target + limit) return { kind: 'seek', to: startPosition(buffered, target) };
  const hole = nextStartAfterHole(buffered, currentTime);
  if (hole !== undefined) return { kind: 'seek', to: hole };
  const ahead = last.end - currentTime;
  const { reserve = 0 } = position;
  if (target < reserve && ahead < reserve + 0.3) return { kind: 'rate', rate: ahead < reserve ? savingRate : 1 };
  return { kind: 'rate', rate: rateFor(ahead, target, position.rate) };
}

/** A rate once chosen is kept until its work is done, since each change can be heard. */
function rateFor(ahead: number, target: number, rate: number): number {
  if (ahead > target + 0.3) return 1.1;
  if (ahead > target + (rate > 1 ? 0 : 0.06)) return 1.05;
  if (ahead < target * (rate < 1 ? 0.7 : 0.4)) return 0.95;
  return 1;
}

/** The start of the next range if playing stands (within two frames) at the end of one, or in none. */
export function nextStartAfterHole(buffered: readonly Range[], currentTime: number): number | undefined {
  const edge = 0.06;
  if (buffered.some((range) => range.start <= currentTime && currentTime < range.end - edge)) return undefined;
  return buffered.find((range) => range.start > currentTime)?.start;
}

/** Up to where the buffer may be thrown away; undefined while it is not worth it. */
export function trimEnd(buffered: readonly Range[], currentTime: number): number | undefined {
  const first = buffered[0];
  return first !== undefined && currentTime - first.start > 90 ? currentTime - 60 : undefined;
}

/** What has waited during a stop of at least this comes all at once afterwards: it is left out, and says nothing of the link. */
const longStopSeconds = 1;
/** So little behind the newest media that there could be, nothing waits any more. */
const caughtUpSeconds = 0.5;
/** What takes longer to come is no rest of a stop. */
const longestBacklogSeconds = 30;

/** Tells media that waited while the link stood still from media that is as fresh as the link allows. Takes times on any steady clock. */
export class Backlog {
  #stoppedAt: number | undefined;
  #since: number | undefined;

  /** The picture stands still and waits. */
  stopped(now: number): void {
    this.#stoppedAt ??= now;
  }

  /** The picture moves. */
  moves(): void {
    this.#stoppedAt = undefined;
  }

  /** What comes next has not waited. */
  reset(): void {
    this.#stoppedAt = undefined;
    this.#since = undefined;
  }

  /** Of media that comes, so far behind the newest that there could be: whether it has waited; `through` once, when all that has waited is there. */
  judge(now: number, behind: number): 'waited' | 'through' | 'fresh' {
    if (now - (this.#stoppedAt ?? now) >= longStopSeconds) this.#since ??= now;
    if (this.#since === undefined) return 'fresh';
    const isLate = behind > caughtUpSeconds;
    if (isLate && now - this.#since < longestBacklogSeconds) return 'waited';
    this.#since = undefined;
    return isLate ? 'fresh' : 'through';
  }
}

/** What comes within this time came at once: a server gathers for a crowd, and a link that was full lets go. */
const atOnceSeconds = 0.025;
/** Arrivals older than this are forgotten, but for the newest few. */
const recent = { seconds: 10, arrivals: 24 };

/** An arrival: when it was, and how far the wall clock was from the end of the media before it and after it. */
interface Arrival {
  readonly at: number;
  readonly lateBefore: number;
  readonly lateAfter: number;
}

/**
 * Measures how unevenly pieces arrive. Between the earliest that media comes and the latest that it is needed lies the buffer
 * without which playing would stop: the length of a piece plus the jitter of the link.
 */
export class ArrivalMeter {
  readonly #size: number;
  #arrivals: Arrival[] = [];

  /** Remembers the last `size` arrivals. */
  constructor(size = 160) {
    this.#size = size;
  }

  /** `now` on any steady clock; ends of the buffered media before and after the arrival. */
  add(now: number, endBefore: number, endAfter: number): void {
    if (endAfter <= endBefore) return;
    const last = this.#arrivals.at(-1);
    const lateAfter = now - endAfter;
    // Else those in the middle of a burst, which are never late, would hide how long everybody waits for the first.
    if (last !== undefined && now - last.at < atOnceSeconds)
      this.#arrivals[this.#arrivals.length - 1] = { ...last, lateAfter };
    else this.#arrivals.push({ at: now, lateBefore: now - endBefore, lateAfter });
    while (this.#isTooMany(now)) this.#arrivals.shift();
  }

  /** Another stream or connection: what was known no longer holds. */
  reset(): void {
    this.#arrivals = [];
  }

  /** The least sensible target, for a browser that stops with `margin` left. A rare long silence is left out (one in twenty): holding back for it would cost the edge all the time. */
  floorWith(margin: number): number {
    if (this.#arrivals.length < 8) return firstTargetSeconds;
    const late = this.#arrivals.map((arrival) => arrival.lateBefore).sort((a, b) => a - b);
    const usualLate = late[Math.floor((late.length - 1) * 0.95)] ?? 0;
    return Math.min(highestTarget, Math.max(lowestFloor, usualLate - this.#earliest + margin));
  }

  /** How far a position is behind the newest media there could be by now; 0 while nothing is known. */
  behind(now: number, currentTime: number): number {
    return this.#arrivals.length === 0 ? 0 : Math.max(0, now - this.#earliest - currentTime);
  }

  #isTooMany(now: number): boolean {
    const { length } = this.#arrivals;
    const isOld = now - (this.#arrivals[0]?.at ?? now) > recent.seconds;
    return length > this.#size || (length > recent.arrivals && isOld);
  }

  get #earliest(): number {
    return Math.min(...this.#arrivals.map((arrival) => arrival.lateAfter));
  }
}
