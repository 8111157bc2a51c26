import type { Verdict } from './adaptation.ts';

/** Who has been made to wait so long sees what is as old, beyond what their browser held in store; less is not worth a new picture. */
const staleMs = 2000;
/** What waited is through. */
const settledMs = 1000;
/** A connection that keeps standing still is better off with what it has in store. */
const restMs = 30_000;

/**
 * When a viewer without script is sent the picture anew, from its live edge. A browser plays on where it had to stop: after each standstill of the connection it
 * stays as far behind as that lasted, and only a script, or we, can bring it back.
 */
export class Resync {
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** Decides by the latest verdict about the response that is playing. True: send another in its place; not asked again for a while. */
  isDue(verdict: Verdict, nowMs: number): boolean {
    if (verdict.kind === 'slow' || verdict.peakMs < staleMs || verdict.calmMs < settledMs) return false;
    if (nowMs < this.#notBeforeMs) return false;
    this.#notBeforeMs = nowMs + restMs;
    return true;
  }
}
