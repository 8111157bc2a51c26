/** Decides how long to wait before the next try: longer after each failure, never all viewers at once. */
export class BackOff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #failures = 0;

  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
  }

  /** Milliseconds to wait now; `random` in [0, 1) spreads it over the upper half. */
  next(random: number): number {
    const full = Math.min(this.#maxMs, this.#firstMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 20);
    return full * (0.5 + random / 2);
  }

  /** It works again. */
  reset(): void {
    this.#failures = 0;
  }
}
