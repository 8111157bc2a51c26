import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { InlineFile } from './inline-file.ts';

/**
 * Markup that works with the script only, as a data block (HTML 4.12.1) in its place: browsers without script, text browsers among them,
 * neither show it nor build it. Every `<` of a text or attribute in it is escaped by the renderer, so that none can end the block.
 */
// Threat: T10
export function ScriptMarkup({ children }: { readonly children: JSX.Element }): JSX.Element {
  return <script type="text/html" data-markup dangerouslySetInnerHTML={{ __html: renderToString(children) }} />;
}

/**
 * Data for the page's own script, as JSON in a data block: in an attribute each of its quotation marks would take six bytes. A `<` of a text is written as an
 * escape of JSON, so that nothing in it can end the block or begin a comment.
 */
// Threat: T10
export function ScriptData({ id, data }: { readonly id: string; readonly data: object }): JSX.Element {
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
  return <script type="application/json" id={id} dangerouslySetInnerHTML={{ __html: json }} />;
}

/** Style rules as they are: the renderer would write their quotation marks as entities, which mean nothing in them. Texts in rules have gone through `cssString`. */
// Threat: T10
export function StyleRules({ rules }: { readonly rules: string }): JSX.Element {
  return <style dangerouslySetInnerHTML={{ __html: rules.replaceAll('<', '') }} />;
}

/** A style sheet of ours that stands in the page. */
// Threat: T10
export function InlineStyle({ file }: { readonly file: InlineFile }): JSX.Element {
  return <style dangerouslySetInnerHTML={{ __html: file.text }} />;
}

/** A module of ours that stands in the page. */
// Threat: T10
export function InlineScript({ file }: { readonly file: InlineFile }): JSX.Element {
  return <script type="module" dangerouslySetInnerHTML={{ __html: file.text }} />;
}
