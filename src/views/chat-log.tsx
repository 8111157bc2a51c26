import type { Emotes } from '../chat/emote.ts';
import type { ChatLogData } from '../chat/chat-view.ts';
import { ChatRows } from './chat-row.tsx';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import type { Reader } from './reader.ts';

/** The log as a finished page: for text browsers, for reading back, for printing. */
export function renderChatLog(
  data: ChatLogData & Reader & { readonly styleHref: string; readonly emotes: Emotes },
): string {
  const { texts, base } = data;
  return renderDocument(
    <Shell
      texts={texts}
      base={base}
      title={`${texts.chatLogTitle} - ${data.title === '' ? texts.untitled : data.title}`}
      styleHref={data.styleHref}
      kind="log-page"
    >
      <main class="log-main">
        <h1>{texts.chatLogTitle}</h1>
        <p class="faint">{texts.newestAtBottom}</p>
        {data.search !== undefined && (
          <form class="log-search in-line" method="get" action={data.refreshHref}>
            <input class="field" type="search" name="q" value={data.search} aria-label={texts.search} maxLength={100} />{' '}
            <button class="button quiet" type="submit">
              {texts.search}
            </button>
          </form>
        )}
        {data.olderHref !== undefined && (
          <p class="log-links">
            <a class="chip" href={data.olderHref}>
              {texts.older}
            </a>
          </p>
        )}
        {data.messages.length === 0 ? (
          <p>{data.search === undefined || data.search === '' ? texts.noMessages : texts.nothingFound}</p>
        ) : (
          <div class="chat-log">
            <ChatRows
              messages={data.messages}
              look={{ texts, emotes: data.emotes, base: '../', origin: 'log', hasTools: data.search !== undefined }}
              removalOf={data.removalOf}
            />
          </div>
        )}
        <p class="log-links">
          <a class="chip" href={data.formHref}>
            {texts.writeMessage}
          </a>{' '}
          <a class="chip" href={data.refreshHref}>
            {texts.reload}
          </a>{' '}
          <a class="chip" href={`${base}/`}>
            {texts.backToStream}
          </a>
        </p>
      </main>
    </Shell>,
  );
}
