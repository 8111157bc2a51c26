import type { JSX } from 'preact';
import type { Poll, VoteRule } from '../chat/poll.ts';
import { Document, renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';

/** Names of the fields of a vote. */
export const pollFormFields = { token: 'token', poll: 'poll', option: 'option' } as const;

/** `/chat/poll`: where one votes. */
export interface PollFormData {
  /** The open poll; absent when there is none. */
  readonly poll?: Poll;
  /** What the viewer has voted for. */
  readonly vote?: number;
  readonly formToken: string;
  /** Where to post, complete. */
  readonly action: string;
  /** Back to the messages, complete. */
  readonly backHref: string;
  /** What became of the vote that was just sent. */
  readonly outcome?: 'counted' | VoteRule | 'form-expired' | 'nothing-chosen' | 'not-allowed';
}

/** The vote as a frame of its own in the place of the messages, or a page in a text browser; the script takes the form out of it. */
export function renderPollForm(data: PollFormData & Reader & { readonly styleHref: string }): string {
  const { texts } = data;
  return renderDocument(
    <Document texts={texts} title={texts.poll.vote} styleHref={data.styleHref} kind="frame form-frame">
      <main>
        <PollForm data={data} texts={texts} />
      </main>
    </Document>,
  );
}

function PollForm({ data, texts }: { data: PollFormData; texts: Texts }): JSX.Element {
  const { poll, vote, outcome } = data;
  const isBad = outcome !== undefined && outcome !== 'counted';
  return (
    <form class="poll-form" method="post" action={data.action}>
      {outcome !== undefined && (
        <p class={isBad ? 'notice notice-bad' : 'notice'} role="status">
          {texts.poll.outcomes[outcome]}
        </p>
      )}
      {poll === undefined ? (
        outcome === undefined && <p class="notice">{texts.poll.none}</p>
      ) : (
        <Choices poll={poll} vote={vote} token={data.formToken} texts={texts} />
      )}
      <a class="quiet-link to-messages" href={data.backHref}>
        {texts.backToMessages}
      </a>
    </form>
  );
}

interface ChoicesProps {
  readonly poll: Poll;
  readonly vote: number | undefined;
  readonly token: string;
  readonly texts: Texts;
}

function Choices({ poll, vote, token, texts }: ChoicesProps): JSX.Element {
  const chosen = vote === undefined ? undefined : poll.options[vote];
  return (
    <>
      <input type="hidden" name={pollFormFields.token} value={token} />
      <input type="hidden" name={pollFormFields.poll} value={poll.id} />
      <fieldset class="ballot-choices">
        <legend>
          <bdi>{poll.question}</bdi>
        </legend>
        {poll.options.map((option, index) => (
          <label key={index}>
            <input type="radio" name={pollFormFields.option} value={index} checked={vote === index} />{' '}
            <bdi>{option}</bdi>
          </label>
        ))}
      </fieldset>
      {chosen !== undefined && <p class="faint">{filled(texts.poll.voted, { option: chosen })}</p>}
      <button class="button" type="submit">
        {texts.poll.vote}
      </button>{' '}
    </>
  );
}
