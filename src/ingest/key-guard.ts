import { setTimeout as delay } from 'node:timers/promises';
import { isSameKey } from './stream-key.ts';

/** How those who show a wrong key are held up. */
export interface KeyGuardLimits {
  /** Before the answer to a wrong key. */
  readonly penaltyMs: number;
  /** Those beyond get no answer at all. */
  readonly maxPenalised: number;
}

const keyGuardLimits: KeyGuardLimits = { penaltyMs: 1000, maxPenalised: 8 };

/** Checks the stream key. A wrong one is answered late; the right one never waits, whoever else is knocking. Threat: T41. */
export class KeyGuard {
  readonly #key: () => string;
  readonly #limits: KeyGuardLimits;
  #penalised = 0;

  constructor(key: () => string, limits: Partial<KeyGuardLimits> = {}) {
    this.#key = key;
    this.#limits = { ...keyGuardLimits, ...limits };
  }

  isRight(candidate: string): boolean {
    const key = this.#key();
    return key !== '' && isSameKey(candidate, key);
  }

  /** Resolves with true when a wrong key may be answered; with false if it should not be: too many are waiting, or `signal` has aborted. */
  async penalty(signal: AbortSignal): Promise<boolean> {
    if (this.#penalised >= this.#limits.maxPenalised) return false;
    this.#penalised += 1;
    try {
      await delay(this.#limits.penaltyMs, undefined, { signal });
      return true;
    } catch {
      return false;
    } finally {
      this.#penalised -= 1;
    }
  }
}
