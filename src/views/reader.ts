import type { Texts } from './texts/en.ts';

/** Whom a document is made for, as far as the document depends on it. */
export interface Reader {
  /** The words of their language. */
  readonly texts: Texts;
  /** Stands before every address of ours that begins with a slash: empty, or what a browser without cookies must say with each address. */
  readonly base: string;
}
