import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Capcode, Message } from '../chat/message.ts';
import { en } from './texts/en.ts';

const badges: Readonly<Record<Capcode, string>> = { broadcaster: en.broadcaster, moderator: en.moderator };

/**
 * A message as one line of HTML without a line break, made once for every reader: the endless log, the script and the log page.
 * If `previousAtMs` is given and the message belongs to another day (UTC), a line with the date stands before it.
 */
// Threat: T10
export function renderChatRow(message: Message, previousAtMs?: number): string {
  return renderToString(<DatedRow message={message} previousAtMs={previousAtMs} />);
}

/** Rows of a finished log, oldest first, with the date where another day begins. */
export function ChatRows({ messages }: { readonly messages: readonly Message[] }): JSX.Element {
  return (
    <>
      {messages.map((message, index) => (
        <DatedRow key={message.id} message={message} previousAtMs={messages[index - 1]?.atMs} />
      ))}
    </>
  );
}

function DatedRow({ message, previousAtMs }: { message: Message; previousAtMs: number | undefined }): JSX.Element {
  const day = dayOf(message.atMs);
  return (
    <>
      {previousAtMs !== undefined && dayOf(previousAtMs) !== day && (
        <div class="day">
          <time dateTime={day}>{day}</time>
        </div>
      )}
      <Row message={message} />
    </>
  );
}

function Row({ message }: { message: Message }): JSX.Element {
  const { author } = message;
  const badge = author.capcode === undefined ? undefined : badges[author.capcode];
  const at = new Date(message.atMs).toISOString();
  return (
    <div class="row" id={`m${message.id}`}>
      <time dateTime={at} title={`${at.slice(0, 10)} ${at.slice(11, 19)} UTC`}>
        {at.slice(11, 16)}
      </time>{' '}
      {badge !== undefined && <b class={`badge badge-${author.capcode}`}>{badge}</b>}
      {/* A name that only repeats the badge says nothing. */}
      {author.name !== badge && ' '}
      {author.name !== badge && <bdi class={`name c${Math.trunc(author.colour)}`}>{inOneLine(author.name)}</bdi>}
      {author.tag !== undefined && <span class="tag">#{inOneLine(author.tag)}</span>}
      <span class="colon">: </span>
      <bdi class="text">{withBreaks(message.text)}</bdi>
    </div>
  );
}

function withBreaks(text: string): (string | JSX.Element)[] {
  return text.split(/\r\n|\r|\n/u).flatMap((line, index) => (index === 0 ? [line] : [<br />, line]));
}

function inOneLine(text: string): string {
  return text.replace(/[\r\n]+/gu, ' ');
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
