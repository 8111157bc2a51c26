import { createHash } from 'node:crypto';

/** A file of ours that stands in a page, so that nobody waits for it. */
export interface InlineFile {
  readonly text: string;
  /** The source expression by which the content security policy allows this very text (CSP Level 3, 2.3.1). */
  readonly source: string;
}

/** What can stand in the watch page; absent where it cannot, or should not. */
export interface InlineFiles {
  readonly style?: InlineFile | undefined;
  readonly script?: InlineFile | undefined;
  /** What the document in the player's frame needs of the style sheet. */
  readonly firstPlayerStyle?: InlineFile | undefined;
}

/** What in the text of an element `style` or `script` would end it, or make it go on behind its end (HTML 13.2.5.2 and 13.2.5.20). */
const endsElement = /<\/(?:style|script)|<!--/iu;

/** Undefined for a text that cannot stand in an element as it is. */
export function inlineFile(text: string): InlineFile | undefined {
  if (text === '' || endsElement.test(text)) return undefined;
  return { text, source: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
}
