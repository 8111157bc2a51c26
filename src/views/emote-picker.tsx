import type { JSX } from 'preact';
import { chatFormFields } from '../chat/chat-view.ts';
import type { Emotes } from '../chat/emote.ts';
import { Document, renderDocument } from './document.tsx';
import { EmoteImage } from './message-markup.tsx';
import type { Reader } from './reader.ts';

/**
 * The operator's emotes as buttons of the form: each sends it, and it comes back with the code behind the kept text. Only in a form that was asked for
 * them: browsers without script would fetch all pictures of a folded list with every form.
 */
export function EmoteButtons({ emotes, base }: { readonly emotes: Emotes; readonly base: string }): JSX.Element {
  return (
    <div class="emote-list">
      {[...emotes.values()].map((emote) => (
        <button
          key={emote.code}
          class="plain-button emote-choice"
          type="submit"
          name={chatFormFields.action}
          value={`emote:${emote.code}`}
        >
          <EmoteImage emote={emote} base={base} />
        </button>
      ))}
    </div>
  );
}

/** `/chat/emotes`: the list by itself, for the script of the page, which puts codes in at the caret. */
export function renderEmoteList(data: Reader & { readonly emotes: Emotes; readonly styleHref: string }): string {
  const { texts, base, styleHref, emotes } = data;
  return renderDocument(
    <Document texts={texts} title={texts.emotes} styleHref={styleHref} kind="frame">
      <EmoteButtons emotes={emotes} base={`${base}/`} />
    </Document>,
  );
}
