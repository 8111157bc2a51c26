import type { EncoderSource } from '../encoder/encoder-types.ts';

/** What the pipeline needs of an encoder. */
export interface EncoderPort {
  /** Encodes this source from now on, in place of any other. */
  start(source: EncoderSource): void;
  stop(): Promise<void>;
  close(): Promise<void>;
}
