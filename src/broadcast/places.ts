import type { Trace } from './person.ts';

/** Of those who have nothing open, so many keep their place at most; beyond that the oldest lose it. */
const maxKept = 4096;

interface Open {
  who: Trace;
  responses: number;
  /** How long the place is kept at least, whatever ends before. */
  untilMs: number;
}

interface Kept {
  readonly who: Trace;
  readonly untilMs: number;
}

/**
 * Who takes a place of what the server can carry, by name: whoever has a response open, and for a while those who had one or come again and again. It is asked
 * with every request for the stream, also when thousands come back at once: nothing here walks through all of them but the sweep for
 * those whose time is over, and what counts one circuit. Times are monotonic milliseconds.
 */
export class Places {
  readonly #open = new Map<string, Open>();
  readonly #kept = new Map<string, Kept>();
  /** Nobody's time is over before. */
  #nextEndMs = Number.POSITIVE_INFINITY;

  /** A response was opened. */
  take(who: Trace): void {
    const name = nameOf(who);
    const open = this.#open.get(name);
    this.#open.set(name, {
      who,
      responses: (open?.responses ?? 0) + 1,
      untilMs: open?.untilMs ?? this.#kept.get(name)?.untilMs ?? Number.NEGATIVE_INFINITY,
    });
    this.#kept.delete(name);
  }

  /** One of the responses that were opened has ended; the place is kept until then at least. */
  leave(who: Trace, untilMs: number): void {
    const name = nameOf(who);
    const open = this.#open.get(name);
    if (open === undefined) return;
    open.responses -= 1;
    open.untilMs = Math.max(open.untilMs, untilMs);
    if (open.responses > 0) return;
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
    const [oldest] = this.#kept.size > maxKept ? this.#kept.keys() : [];
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

  /** How many are taken by those who came by this circuit. */
  takenOn(circuitId: number, nowMs: number): number {
    this.#sweep(nowMs);
    let taken = 0;
    for (const { who } of this.#open.values()) if (who.circuitId === circuitId) taken += 1;
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
