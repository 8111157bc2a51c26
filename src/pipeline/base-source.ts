import type { EncoderSource } from '../encoder/encoder-types.ts';

/** What is broadcast while no publisher is there. */
export interface BaseSource {
  /** For the operator's eyes: `test`, `file`, `screen`. */
  readonly name: string;
  readonly source: EncoderSource;
  /** A test card only fills the time before the first publisher; anything else comes back when a publisher leaves. */
  readonly isTestCard: boolean;
}
