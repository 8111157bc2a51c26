/** How many attempts at a password are listened to. */
export interface ThrottlePolicy {
  readonly attempts: number;
  readonly windowMs: number;
  /** The first wait after too many; each further one is twice as long, up to `maxLockMs`. */
  readonly lockMs: number;
  readonly maxLockMs: number;
}

const defaultThrottlePolicy: ThrottlePolicy = {
  attempts: 5,
  windowMs: 60_000,
  lockMs: 60_000,
  maxLockMs: 15 * 60_000,
};

/**
 * Slows guessing down. An attempt counts from its beginning, so that many at once are no way around; success takes it back.
 * Times are monotonic milliseconds.
 */
// Threat: T18
export class LoginThrottle {
  readonly #policy: ThrottlePolicy;
  #attempts: number[] = [];
  #locks = 0;
  #lockedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(policy: ThrottlePolicy = defaultThrottlePolicy) {
    this.#policy = policy;
  }

  /** Begins an attempt: 0 if it may go on, else the milliseconds to wait. */
  begin(nowMs: number): number {
    const { attempts, windowMs, lockMs, maxLockMs } = this.#policy;
    if (nowMs < this.#lockedUntilMs) return this.#lockedUntilMs - nowMs;
    // Who has been quiet for as long as the longest lock begins anew.
    if (nowMs - this.#lockedUntilMs > maxLockMs) this.#locks = 0;
    this.#attempts = this.#attempts.filter((time) => time > nowMs - windowMs);
    if (this.#attempts.length < attempts) {
      this.#attempts.push(nowMs);
      return 0;
    }
    const wait = Math.min(maxLockMs, lockMs * 2 ** this.#locks);
    this.#locks += 1;
    this.#lockedUntilMs = nowMs + wait;
    return wait;
  }

  /** The attempt was right: what came before is forgiven. */
  succeed(): void {
    this.#attempts = [];
    this.#locks = 0;
    this.#lockedUntilMs = Number.NEGATIVE_INFINITY;
  }
}
