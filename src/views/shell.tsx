import type { ComponentChildren, JSX } from 'preact';
import { Document } from './document.tsx';
import type { InlineFile } from './inline-file.ts';
import type { Reader } from './reader.ts';

/** The word mark; its sign is drawn by the style sheet, since Tor Browser's Safest level draws no SVG. */
export function Brand({ texts, base }: Reader): JSX.Element {
  return (
    <a class="brand" href={`${base}/`}>
      <i class="mark" aria-hidden="true" />
      {texts.productName}
    </a>
  );
}

/** What a whole page is made of, frames aside. */
export interface ShellProps extends Reader {
  readonly title: string;
  readonly styleHref: string;
  readonly style?: InlineFile | undefined;
  readonly kind: string;
  /** For the head, before the style sheet. */
  readonly first?: ComponentChildren;
  readonly head?: ComponentChildren;
  /** Links and buttons at the right of the header bar. */
  readonly tools?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A whole page: the document with the header bar. The children bring their own landmarks. */
export function Shell({ texts, base, kind, tools, children, ...document }: ShellProps): JSX.Element {
  return (
    <Document {...document} texts={texts} kind={`page ${kind}`}>
      <header class="bar">
        <Brand texts={texts} base={base} /> {tools}
      </header>
      {children}
    </Document>
  );
}
