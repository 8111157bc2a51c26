import type { ComponentChildren, JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { InlineFile } from './inline-file.ts';
import { InlineStyle } from './raw-html.tsx';
import type { Texts } from './texts/en.ts';
import { languages } from './texts/languages.ts';

/** What every document has, pages and frames alike. */
export interface DocumentProps {
  /** Its language is the document's. */
  readonly texts: Texts;
  /** Text of the title bar. */
  readonly title: string;
  /** Address of the style sheet, content hash included. */
  readonly styleHref: string;
  /** The style sheet itself, where it stands in the page. */
  readonly style?: InlineFile | undefined;
  /** For the head, before the style sheet: scripts behind that wait for it. */
  readonly first?: ComponentChildren;
  /** Class of the body: says which document this is. */
  readonly kind: string;
  /** Stands in an attribute of a page (`srcdoc`), which has said already what holds for the window. */
  readonly isWithin?: boolean;
  /** More for the head: refresh, script, own rules. */
  readonly head?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/** Where pages find their style sheet and script; names hold a content hash, so that they never go stale. */
export interface PageAssets {
  readonly style: string;
  readonly script: string;
  /** What staff need besides. */
  readonly staffStyle: string;
  readonly staffScript: string;
  /** The page's script with hls.js for a player, and hls.js. */
  readonly hlsScript: string;
  readonly hlsLibrary: string;
}

/** The skeleton of every document: language, title, style sheet, icon, viewport. */
export function Document(props: DocumentProps): JSX.Element {
  const { texts, title, styleHref, style, first, kind, isWithin, head, children } = props;
  return (
    <html lang={texts.lang} dir={languages[texts.lang].dir}>
      <head>
        {isWithin !== true && <WindowMetadata title={title} />}
        {first}
        {style === undefined ? <link rel="stylesheet" href={styleHref} /> : <InlineStyle file={style} />}
        {head}
      </head>
      <body class={kind}>{children}</body>
    </html>
  );
}

function WindowMetadata({ title }: { readonly title: string }): JSX.Element {
  return (
    <>
      <meta charset="utf-8" />
      <title>{title}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
      <meta name="color-scheme" content="dark light" />
      <link rel="icon" type="image/png" href="/favicon.png" />
    </>
  );
}

const end = '</body></html>';

/** A finished document as HTML. */
export function renderDocument(document: JSX.Element): string {
  return `<!doctype html>${renderToString(document)}`;
}

/** A document that stays open: everything up to the place where more can be appended to the body. */
export function renderOpenDocument(document: JSX.Element): string {
  const html = renderDocument(document);
  return html.slice(0, html.lastIndexOf(end));
}

/** A document for a frame that does nothing but go on to an address of ours. */
export function renderForwarder(address: string): string {
  return renderToString(
    <>
      <meta name="color-scheme" content="dark light" />
      <meta http-equiv="refresh" content={`0; url=${address}`} />
    </>,
  );
}
