import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Banner } from '../chat/banner.ts';
import type { Emotes } from '../chat/emote.ts';
import type { Message } from '../chat/message.ts';
import { percentOf, type PollStatus } from '../chat/poll.ts';
import { messageMarkup } from './message-markup.tsx';
import { shownNameIn } from './nameless.ts';
import { modeSentences } from './modes-text.ts';
import { textFor } from './poll-result.ts';
import type { Texts } from './texts/en.ts';
import { counted, filled } from './texts/words.ts';

/** What a banner is drawn with besides what stands in it. */
export interface BannerLook {
  readonly texts: Texts;
  readonly emotes: Emotes;
}

/**
 * What stands above the talk, as one line of HTML without a line break: the rules of the moment, the pinned message, the open poll. Empty when there is
 * nothing. The same bytes for everybody who reads this language; addresses are relative, for documents at depth one.
 */
// Threat: T10
export function renderBanner({ pinned, poll, modes }: Banner, look: BannerLook): string {
  const rules = modeSentences(modes, look.texts).join(' ');
  return renderToString(
    <>
      {rules !== '' && <p class="modes">{rules}</p>}
      {pinned !== undefined && <Pinned message={pinned} look={look} />}
      {poll !== undefined && <PollResult status={poll} texts={look.texts} />}
    </>,
  );
}

/** More than this takes more than two lines on a phone. */
const shortText = 80;

/** A long one is folded to two lines by the style sheet, so that there is room for the poll and the talk; a click unfolds it. */
function Pinned({ message, look }: { message: Message; look: BannerLook }): JSX.Element {
  const { author, mentions = [], isAnnouncement } = message;
  const text = textFor(message, look.texts);
  const words = (
    <>
      <b class="badge">{look.texts.banner.pinned}</b>{' '}
      {isAnnouncement !== true && (
        <>
          <bdi class={`name c${Math.trunc(author.colour)}`}>{shownNameIn(look.texts, author)}</bdi>
          {': '}
        </>
      )}
      <bdi class="text">{messageMarkup(text, { mentions, emotes: look.emotes, base: '' })}</bdi>
    </>
  );
  if (text.length <= shortText && !text.includes('\n')) return <p class="pinned">{words}</p>;
  return (
    <details class="pinned">
      <summary>{words}</summary>
    </details>
  );
}

/** The open poll with what has been voted so far. The bars are elements that hold their value, since no style may stand in this markup. */
function PollResult({ status, texts }: { status: PollStatus; texts: Texts }): JSX.Element {
  const { poll, votes, total } = status;
  return (
    <div class="poll">
      <p>
        <b class="badge">{texts.poll.heading}</b> <bdi class="poll-question">{poll.question}</bdi>
      </p>
      <p class="poll-foot">
        <a class="vote-link" href="chat/poll">
          {texts.poll.vote}
        </a>{' '}
        <span>{counted(texts.poll.votes, total, texts.lang)}</span>{' '}
        {poll.closesAtMs !== undefined && (
          <span>{filled(texts.poll.closesAt, { time: new Date(poll.closesAtMs).toISOString().slice(11, 16) })}</span>
        )}
      </p>
      <ul class="poll-options">
        {poll.options.map((option, index) => {
          const count = votes[index] ?? 0;
          return (
            <li key={index}>
              <bdi>{option}</bdi>{' '}
              <span class="poll-count">
                {count} ({percentOf(count, total)} %)
              </span>{' '}
              <progress value={count} max={Math.max(1, total)} aria-hidden="true" />
            </li>
          );
        })}
      </ul>
    </div>
  );
}
