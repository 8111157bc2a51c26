import type { Trace } from './person.ts';

/** As many as there may be viewers (`limits.viewers`). */
const mostKept = 65_536;

interface Open {
  /** One for each response: somebody may have them on several circuits. */
  whos: readonly Trace[];
  /** How long the place is kept at least, whatever ends before. */
  untilMs: number;
}

interface Kept {
  readonly who: Trace;
  readonly untilMs: number;
}

/**
 * Who takes a place of what the server can carry, by name: whoever has a response open, read or not, and for a while those who had one or come again and again. It is asked
 * with every request for the stream, also when thousands come back at once: nothing here walks through all of them but the sweep for
 * those whose time is over, and what counts one circuit. Times are monotonic milliseconds.
 */
export class Places {
  readonly #maxKept: number;
  readonly #open = new Map<string, Open>();
  readonly #kept = new Map<string, Kept>();
  /** Nobody's time is over before. */
  #nextEndMs = Number.POSITIVE_INFINITY;

  /** `maxKept`: of those who have nothing open, so many keep their place at most; beyond that the oldest lose it. */
  constructor(maxKept = mostKept) {
    this.#maxKept = maxKept;
  }

  /** A response was opened. */
  take(who: Trace): void {
    const name = nameOf(who);
    const open = this.#open.get(name);
    this.#open.set(name, {
      whos: [...(open?.whos ?? []), who],
      untilMs: open?.untilMs ?? this.#kept.get(name)?.untilMs ?? Number.NEGATIVE_INFINITY,
    });
    this.#kept.delete(name);
  }

  /** One of the responses that were opened has ended; the place is kept until then at least. */
  leave(who: Trace, untilMs: number): void {
    const name = nameOf(who);
    const open = this.#open.get(name);
    if (open === undefined) return;
    const left = open.whos.findIndex(({ circuitId }) => circuitId === who.circuitId);
    open.whos = open.whos.toSpliced(Math.max(0, left), 1);
    open.untilMs = Math.max(open.untilMs, untilMs);
    if (open.whos.length > 0) return;
    this.#open.delete(name);
    this.keep(who, open.untilMs);
  }

  /** Gives a place until then, with nothing open. */
  keep(who: Trace, untilMs: number): void {
    const name = nameOf(who);
    const open = this.#open.get(name);
    if (open !== undefined) {
      open.untilMs = Math.max(open.untilMs, untilMs);
      return;
    }
    const lasting = Math.max(untilMs, this.#kept.get(name)?.untilMs ?? untilMs);
    this.#kept.delete(name);
    this.#kept.set(name, { who, untilMs: lasting });
    this.#nextEndMs = Math.min(this.#nextEndMs, lasting);
    const [oldest] = this.#kept.size > this.#maxKept ? this.#kept.keys() : [];
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  has(who: Trace, nowMs: number): boolean {
    this.#sweep(nowMs);
    const name = nameOf(who);
    return this.#open.has(name) || this.#kept.has(name);
  }

  /** How many are taken. */
  taken(nowMs: number): number {
    this.#sweep(nowMs);
    return this.#open.size + this.#kept.size;
  }

  /** How many are taken by those who have come by this circuit, by another one too or not. */
  takenOn(circuitId: number, nowMs: number): number {
    this.#sweep(nowMs);
    let taken = 0;
    for (const { whos } of this.#open.values()) if (whos.some((who) => who.circuitId === circuitId)) taken += 1;
    for (const { who } of this.#kept.values()) if (who.circuitId === circuitId) taken += 1;
    return taken;
  }

  #sweep(nowMs: number): void {
    if (nowMs <= this.#nextEndMs) return;
    this.#nextEndMs = Number.POSITIVE_INFINITY;
    for (const [name, { untilMs }] of this.#kept) {
      if (untilMs < nowMs) this.#kept.delete(name);
      else this.#nextEndMs = Math.min(this.#nextEndMs, untilMs);
    }
  }
}

/** Under which name somebody takes a place: programs often say nothing of a viewer. */
export function nameOf({ viewerId, circuitId }: Trace): string {
  return viewerId ?? `circuit ${circuitId ?? 'none'}`;
}
