import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { RowOrigin } from '../chat/chat-view.ts';
import type { Emotes } from '../chat/emote.ts';
import type { Message, Quote } from '../chat/message.ts';
import type { Face } from '../chat/people-list.ts';
import type { Removal } from '../chat/readers.ts';
import { messageMarkup } from './message-markup.tsx';
import { labelIn, nameIn } from './nameless.ts';
import { textFor } from './poll-result.ts';
import { en, type Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { TripcodePill } from './tripcode.tsx';

/** What rows are drawn with besides the message itself. */
export interface RowLook {
  readonly texts: Texts;
  readonly emotes: Emotes;
  /**
   * Stands before the relative addresses in a row: empty in documents at depth one, such as `/` and `/chat`, so that the same bytes hold under
   * every base of a reader; `../` in `/chat/log`. Never a slash: that would lead out of the base.
   */
  readonly base: string;
  /** Where the row stands; the open chat unless told. */
  readonly origin?: RowOrigin;
  /** Set for a row that has been removed and is shown to staff. */
  readonly removal?: Removal;
  /** Set for staff: a link to what can be done about the message. */
  readonly hasTools?: boolean;
}

/**
 * A message as one line of HTML without a line break, made once for every reader of a language: the endless log, the script and the log page.
 * If `previousAtMs` is given and the message belongs to another day (UTC), a line with the date stands before it.
 */
// Threat: T10
export function renderChatRow(message: Message, previousAtMs: number | undefined, look: RowLook): string {
  return renderToString(<DatedRow message={message} previousAtMs={previousAtMs} look={look} />);
}

interface RowsProps {
  readonly messages: readonly Message[];
  readonly look: RowLook;
  /** Why staff see a row marked as removed. */
  removalOf?: ((messageId: number) => Removal | undefined) | undefined;
}

function withRemoval(removal: Removal | undefined): Pick<RowLook, 'removal'> {
  return removal === undefined ? {} : { removal };
}

/** Rows of a finished log, oldest first, with the date where another day begins. */
export function ChatRows({ messages, look, removalOf }: RowsProps): JSX.Element {
  return (
    <>
      {messages.map((message, index) => (
        <DatedRow
          key={message.id}
          message={message}
          previousAtMs={messages[index - 1]?.atMs}
          look={{ ...look, ...withRemoval(removalOf?.(message.id)) }}
        />
      ))}
    </>
  );
}

interface RowProps {
  readonly message: Message;
  readonly look: RowLook;
}

function DatedRow(props: RowProps & { previousAtMs: number | undefined }): JSX.Element {
  const { message, previousAtMs, look } = props;
  const day = dayOf(message.atMs);
  return (
    <>
      {previousAtMs !== undefined && dayOf(previousAtMs) !== day && (
        <div class="day">
          <time dateTime={day}>{day}</time>
        </div>
      )}
      <Row message={message} look={look} />
    </>
  );
}

function Row({ message, look }: RowProps): JSX.Element {
  const { id, quote, isAnnouncement, mentions = [] } = message;
  const { removal } = look;
  const from = look.origin === 'log' ? '&from=log' : '';
  const kinds = ['row', isAnnouncement === true && 'announcement', removal !== undefined && 'row-removed'];
  const at = new Date(message.atMs).toISOString();
  return (
    <div class={kinds.filter(Boolean).join(' ')} id={`m${id}`}>
      {quote !== undefined && <QuoteLine quote={quote} texts={look.texts} />}
      {/* To the minute: who compares many of them with a clock of their own, or with other logs, learns no more. */}
      <time dateTime={`${at.slice(0, 16)}Z`} title={`${at.slice(0, 10)} ${at.slice(11, 16)} UTC`}>
        {at.slice(11, 16)}
      </time>{' '}
      {isAnnouncement === true ? (
        <b class="badge">{look.texts.announcement}</b>
      ) : (
        <Speaker author={message.author} texts={look.texts} />
      )}
      <span class="colon">: </span>
      <bdi class="text">{messageMarkup(textFor(message, look.texts), { mentions, ...look })}</bdi>{' '}
      <a class="reply" href={`${look.base}chat/form?reply=${id}${from}`}>
        {look.texts.reply}
      </a>
      {look.hasTools === true && (
        <a class="tools-link" href={`${look.base}chat/tools?m=${id}${from}`} title={look.texts.staff.toolsFor}>
          {look.texts.staff.tools}
        </a>
      )}
      {removal !== undefined && <small class="removal"> {removalText(removal, look.texts)}</small>}
    </div>
  );
}

function removalText({ by, why }: Removal, texts: Texts): string {
  const text = by === undefined ? texts.removed : filled(texts.removedBy, { name: by });
  return inOneLine(why === undefined ? text : `${text} (${why})`);
}

/** Who speaks. The mark of staff is structure outside the name, where no name can reach. */
export function Speaker({ author, texts }: { author: Face; texts: Texts }): JSX.Element {
  const { capcode } = author;
  const badge = capcode === undefined ? undefined : texts[capcode];
  // A name that only repeats the badge says nothing, be it in English, in which the broadcaster is called unless the configuration has another name.
  const isRepeated = capcode !== undefined && [badge, en[capcode]].includes(author.name);
  return (
    <>
      {badge !== undefined && <b class={`badge badge-${capcode}`}>{badge}</b>}
      {!isRepeated && ' '}
      {!isRepeated && <bdi class={nameClass(author)}>{inOneLine(nameIn(texts, author))}</bdi>}
      {author.tag !== undefined && <span class="tag">#{inOneLine(author.tag)}</span>}
      {author.tripcode !== undefined && <TripcodePill mark={author.tripcode} texts={texts.tripcode} />}
    </>
  );
}

function nameClass({ colour }: Face): string {
  return colour === undefined ? 'name' : `name c${Math.trunc(colour)}`;
}

/**
 * What a reply answers, in a line of its own that leads to it. The class names the quoted message (`q12`), so that its removal reaches
 * the quotes of it that are already shown.
 */
function QuoteLine({ quote, texts }: { quote: Quote; texts: Texts }): JSX.Element {
  return (
    <>
      {quote.isRemoved === true ? (
        <span class="quote">
          {answerSign}
          {texts.messageRemoved}
        </span>
      ) : (
        <a class={`quote q${quote.messageId}`} href={`#m${quote.messageId}`}>
          {answerSign}
          <bdi>{inOneLine(labelIn(texts, quote.name))}</bdi>: <bdi>{inOneLine(quote.text)}</bdi>
        </a>
      )}
      {/* For text browsers; the style sheet gives the quote a line of its own anyway. */}
      <br />
    </>
  );
}

/** An arrow to the right and down: what follows answers this. */
const answerSign = '\u21B3 ';

function inOneLine(text: string): string {
  return text.replace(/[\r\n]+/gu, ' ');
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
