import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';

/**
 * Markup that works with the script only, as a data block (HTML 4.12.1) in its place: browsers without script, text browsers among them,
 * neither show it nor build it. Every `<` of a text or attribute in it is escaped by the renderer, so that none can end the block.
 */
// Threat: T10
export function ScriptMarkup({ children }: { readonly children: JSX.Element }): JSX.Element {
  return <script type="text/html" data-markup dangerouslySetInnerHTML={{ __html: renderToString(children) }} />;
}
