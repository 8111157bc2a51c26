import type { PassthroughProblem, PassthroughVerdict } from '../ingest/passthrough-gauge.ts';
import type { Publication } from '../ingest/publication.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import type { RenditionOutput } from './rendition-output.ts';

/** What the operator is told of a publisher's picture. */
export type PassthroughNews =
  | { readonly kind: 'offered'; readonly bitsPerSecond: number }
  | { readonly kind: 'not-offered'; readonly problem: PassthroughProblem };

/**
 * The publisher's own picture as a rendition: held back until it has been measured to fit, and withdrawn when it fits no longer. Without `output`
 * nothing is passed on; what costs everybody time is told all the same.
 */
export class Passthrough {
  readonly #output: RenditionOutput | undefined;
  readonly #onNews: (news: PassthroughNews) => void;
  #publication: Publication | undefined;
  #told: PassthroughVerdict['kind'] | undefined;
  #init: { readonly init: RenditionInit; readonly run: number } | undefined;
  #isOpen = false;
  /** A run with it has failed at once: the publisher's picture is not worth that. */
  #isDistrusted = false;

  constructor(output: RenditionOutput | undefined, onNews: (news: PassthroughNews) => void) {
    this.#output = output;
    this.#onNews = onNews;
  }

  /** What is measured from now on; nothing while no publisher is there. Says whether its picture is wanted from the encoder. */
  follow(publication: Publication | undefined): boolean {
    if (publication !== this.#publication) {
      this.#told = undefined;
      this.#isDistrusted = false;
    }
    this.#publication = publication;
    this.look();
    if (this.#verdict?.kind !== 'fits') this.#withdraw();
    return this.#output !== undefined && this.#verdict !== undefined && this.#verdict.kind !== 'unfit';
  }

  /** An encoder that was to keep the picture has failed at once: it is tried without. */
  distrust(): void {
    this.#isDistrusted = true;
  }

  /** Bits per second of what is offered; 0 while nothing is. */
  get bitsPerSecond(): number {
    return this.#verdict?.kind === 'fits' ? this.#verdict.bitsPerSecond : 0;
  }

  /** Why the publisher's picture is not offered, or why it is late for everybody; absent while there is nothing to say. */
  get problem(): PassthroughProblem | undefined {
    const verdict = this.#verdict;
    if (verdict?.kind !== 'unfit') return undefined;
    return this.#output !== undefined || verdict.problem === 'b-frames' ? verdict.problem : undefined;
  }

  /** The verdict may have changed: tells so, once. */
  look(): void {
    const verdict = this.#verdict;
    if (verdict === undefined || verdict.kind === 'measuring' || verdict.kind === this.#told) return;
    this.#told = verdict.kind;
    if (verdict.kind === 'unfit') this.#withdraw();
    const { problem } = this;
    if (problem !== undefined) this.#onNews({ kind: 'not-offered', problem });
    else if (verdict.kind === 'fits' && this.#output !== undefined) {
      this.#onNews({ kind: 'offered', bitsPerSecond: verdict.bitsPerSecond });
    }
  }

  begin(init: RenditionInit, run: number): void {
    this.#init = { init, run };
    this.#isOpen = false;
  }

  /** True for the first piece that a viewer can start from. */
  publish(piece: Piece): boolean {
    if (this.#verdict?.kind !== 'fits') {
      this.#withdraw();
      return false;
    }
    if (!this.#isOpen && this.#init !== undefined) {
      this.#output?.begin(this.#init.init, this.#init.run);
      this.#isOpen = true;
    }
    return this.#output?.publish(piece) ?? false;
  }

  /** Viewers of it come back to another rendition. */
  #withdraw(): void {
    if (this.#output?.init !== undefined) this.#output.finish();
    this.#isOpen = false;
  }

  get #verdict(): PassthroughVerdict | undefined {
    return this.#isDistrusted ? { kind: 'unfit', problem: 'irregular' } : this.#publication?.passthrough;
  }
}
