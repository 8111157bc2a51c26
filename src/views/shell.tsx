import type { ComponentChildren, JSX } from 'preact';
import { Document } from './document.tsx';
import { en } from './texts/en.ts';

/** The word mark; its sign is drawn by the style sheet, since Tor Browser's Safest level draws no SVG. */
export function Brand(): JSX.Element {
  return (
    <a class="brand" href="/">
      <i class="mark" aria-hidden="true" />
      {en.productName}
    </a>
  );
}

/** What a whole page is made of, frames aside. */
export interface ShellProps {
  readonly title: string;
  readonly styleHref: string;
  readonly kind: string;
  readonly head?: ComponentChildren;
  /** Links and buttons at the right of the header bar. */
  readonly tools?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** A whole page: the document with the header bar. The children bring their own landmarks. */
export function Shell({ title, styleHref, kind, head, tools, children }: ShellProps): JSX.Element {
  return (
    <Document title={title} styleHref={styleHref} kind={`page ${kind}`} head={head}>
      <header class="bar">
        <Brand /> {tools}
      </header>
      {children}
    </Document>
  );
}
