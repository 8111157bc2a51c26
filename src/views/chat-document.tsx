import type { JSX } from 'preact';
import type { ChatDocumentData } from '../chat/chat-view.ts';
import { Document, renderOpenDocument } from './document.tsx';
import type { Texts } from './texts/en.ts';

/**
 * The endless log up to the first row. Rows are appended as they come; the newest stays in view (a reversed column starts at its end),
 * and a reader who has scrolled up stays where they are. When the document ends, the browser loads it again.
 */
export function renderChatDocumentOpen(
  data: ChatDocumentData & { readonly styleHref: string; readonly texts: Texts },
): string {
  const { texts } = data;
  const html = renderOpenDocument(
    <Document
      texts={texts}
      title={texts.chatMessages}
      styleHref={data.styleHref}
      kind="frame chat-frame"
      head={<meta http-equiv="refresh" content="0" />}
    >
      <LostNotice texts={texts} />
      <main class="chat-box">
        <div class="chat-log" role="log" aria-label={texts.chatMessages}>
          <p class="chat-empty">
            {texts.noMessages}{' '}
            <a href={data.logHref} target="_top">
              {texts.log}
            </a>
          </p>
        </div>
      </main>
    </Document>,
  );
  return html.slice(0, html.lastIndexOf('</div></main>'));
}

/** Without script nothing else tells a reader that the connection has silently stalled. The style sheet shows it when no pulse (`renderPulse`) comes any more. */
function LostNotice({ texts }: { readonly texts: Texts }): JSX.Element {
  return (
    <p class="lost" role="status">
      {texts.chatStalled} <a href="chat">{texts.reloadChat}</a>
    </p>
  );
}
