import type { Publication, PublisherGate } from '../ingest/publication.ts';

/** What is shown when the curtain is open. */
export interface Stage extends PublisherGate {
  /** Shows what there is without a publisher. */
  start(): void;
  /** Ends whatever is shown. */
  stop(): void;
}

/**
 * Stands between publishers and what viewers see. While it is closed a publisher is taken as ever and waits, so that OBS needs nobody to start it when the time
 * comes; what is sent meanwhile is thrown away.
 */
export class Curtain implements PublisherGate {
  readonly #stage: Stage;
  #isOpen = false;
  #publication: Publication | undefined;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Shows who waits, or what there is without anybody. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.#publication !== undefined) this.#stage.begin(this.#publication);
    this.#stage.start();
  }

  /** The broadcast is over; who publishes waits again. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stage.stop();
  }

  begin(publication: Publication): 'accepted' | 'busy' {
    if (this.#publication !== undefined) return 'busy';
    if (this.#isOpen && this.#stage.begin(publication) === 'busy') return 'busy';
    this.#publication = publication;
    return 'accepted';
  }

  end(publication: Publication): void {
    if (this.#publication !== publication) return;
    this.#publication = undefined;
    if (this.#isOpen) this.#stage.end(publication);
  }
}
