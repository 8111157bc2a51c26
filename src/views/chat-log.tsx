import type { ChatLogData } from '../chat/chat-view.ts';
import { ChatRows } from './chat-row.tsx';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import { en } from './texts/en.ts';

/** The log as a finished page: for text browsers, for reading back, for printing. */
export function renderChatLog(data: ChatLogData & { readonly styleHref: string }): string {
  return renderDocument(
    <Shell
      title={`${en.chatLogTitle} - ${data.title === '' ? en.untitled : data.title}`}
      styleHref={data.styleHref}
      kind="log-page"
    >
      <main class="log-main">
        <h1>{en.chatLogTitle}</h1>
        <p class="faint">{en.newestAtBottom}</p>
        {data.messages.length === 0 ? (
          <p>{en.noMessages}</p>
        ) : (
          <div class="chat-log">
            <ChatRows messages={data.messages} />
          </div>
        )}
        <p class="log-links">
          <a class="chip" href={data.formHref}>
            {en.writeMessage}
          </a>{' '}
          <a class="chip" href={data.refreshHref}>
            {en.reload}
          </a>{' '}
          <a class="chip" href="/">
            {en.backToStream}
          </a>
        </p>
      </main>
    </Shell>,
  );
}
