import type { EncoderListener, RunEnd } from '../../src/encoder/encoder-types.ts';

/** What an encoder told its listener, without the bytes. */
export type RunEvent =
  | { readonly kind: 'started'; readonly run: number }
  | { readonly kind: 'behind'; readonly run: number }
  | { readonly kind: 'ended'; readonly run: number; readonly end: RunEnd };

/** A listener that keeps all it hears and lets a test wait for it. */
export class RecordedRuns implements EncoderListener {
  readonly events: RunEvent[] = [];
  /** Bytes that came outside of their run: always a defect. */
  strayBytes = 0;
  readonly #media = new Map<string, Buffer[]>();
  #isOpen = false;
  #wakers: (() => void)[] = [];

  onRunStarted(run: number): void {
    this.#isOpen = true;
    this.events.push({ kind: 'started', run });
    this.#wake();
  }

  onBytes(run: number, output: string, bytes: Buffer): void {
    if (!this.#isOpen || this.events.at(-1)?.run !== run) this.strayBytes += bytes.length;
    const key = `${run}/${output}`;
    this.#media.set(key, [...(this.#media.get(key) ?? []), bytes]);
    this.#wake();
  }

  onRunEnded(run: number, end: RunEnd): void {
    this.#isOpen = false;
    this.events.push({ kind: 'ended', run, end });
    this.#wake();
  }

  onBehind(run: number): void {
    this.events.push({ kind: 'behind', run });
    this.#wake();
  }

  media(run: number, output: string): Buffer {
    return Buffer.concat(this.#media.get(`${run}/${output}`) ?? []);
  }

  endOf(run: number): RunEnd | undefined {
    const event = this.events.find((candidate) => candidate.kind === 'ended' && candidate.run === run);
    return event?.kind === 'ended' ? event.end : undefined;
  }

  /** Resolves when the condition holds; it is looked at after each event. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}
