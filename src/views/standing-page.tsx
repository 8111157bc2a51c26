import type { JSX } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { maxAppealCharacters } from '../chat/moderation/command.ts';
import type { Sanction } from '../chat/moderation/sanction.ts';
import { Document, renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import { StateScreen } from './stream-info.tsx';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { momentText } from './time-text.ts';

/** Names of the fields of the appeal. */
export const appealFields = { token: 'token', text: 'appeal' } as const;

/** What somebody is told about what holds against them, and their word on it. */
export interface StandingPageData extends Reader {
  readonly styleHref: string;
  /** Absent: nothing holds any more. */
  readonly sanction?: Sanction;
  readonly hasAppealed: boolean;
  readonly formToken: string;
  /** What was typed, after a refusal. */
  readonly draft: string;
  readonly refusal?: keyof Texts['staff']['refusals'];
  /** For a page in place of another: it looks again by itself. */
  readonly refreshSeconds?: number;
  /** Which frame of the page it stands in; absent for a page of its own. In the place of the picture the sentence is enough: the chat takes the message. */
  readonly frame?: 'picture' | 'chat';
}

/** The page (or frame) that says which rule, until when, and takes one short message to the moderators. */
export function renderStandingPage(data: StandingPageData): string {
  const { texts, base, sanction, refreshSeconds } = data;
  const words = texts.staff;
  const heading = sanction === undefined ? words.refusals['not-sanctioned'] : standingSentence(sanction, texts);
  const refresh = refreshSeconds !== undefined && <meta http-equiv="refresh" content={String(refreshSeconds)} />;
  const document = { texts, title: heading, styleHref: data.styleHref, head: refresh };
  if (data.frame === 'picture') {
    return renderDocument(
      <Document {...document} kind="frame player-frame">
        <main class="stage">
          <StateScreen screen={{ heading, advice: sanction?.reason ?? '' }} />
        </main>
      </Document>,
    );
  }
  if (data.frame === 'chat') {
    return renderDocument(
      <Document {...document} kind="frame chat-frame">
        <main class="standing">
          <Standing data={data} heading={heading} />
        </main>
      </Document>,
    );
  }
  return renderDocument(
    <Shell {...document} base={base} kind="login-page">
      <main class="login">
        <div class="card">
          <Standing data={data} heading={heading} />
        </div>
      </main>
    </Shell>,
  );
}

function Standing({ data, heading }: { data: StandingPageData; heading: string }): JSX.Element {
  const { texts, base, sanction } = data;
  const words = texts.staff;
  return (
    <>
      <h1>{heading}</h1>
      {sanction?.reason !== undefined && <p>{filled(words.standing.reason, { why: sanction.reason })}</p>}
      {sanction?.endsVideo === false && <p class="faint">{words.standing.mayWatch}</p>}
      {sanction !== undefined && <Appeal data={data} />}
      <p>
        <a href={`${base}/`} target="_top">
          {texts.backToStream}
        </a>
      </p>
    </>
  );
}

function Appeal({ data }: { data: StandingPageData }): JSX.Element {
  const { base, texts, hasAppealed, formToken, draft, refusal } = data;
  const words = texts.staff;
  if (hasAppealed) return <p role="status">{words.standing.appealed}</p>;
  return (
    <form class="appeal" method="post" action={`${base}/chat/appeal`} autocomplete="off">
      <input type="hidden" name={appealFields.token} value={formToken} />
      {refusal !== undefined && (
        <p class="notice notice-bad" role="alert">
          {words.refusals[refusal]}
        </p>
      )}
      <label class="setting">
        <span>{words.standing.appealLabel}</span>
        <textarea class="field" name={appealFields.text} rows={3} maxLength={maxAppealCharacters}>
          {draft}
        </textarea>
      </label>
      <button class="button" type="submit">
        {words.standing.appealSend}
      </button>
    </form>
  );
}

/** Which rule holds, and until when. */
export function standingSentence({ kind, untilMs = 0 }: Sanction, texts: Texts): string {
  return filled(texts.staff.standing[kind], { d: momentText(untilMs, texts) });
}

/** Takes the lines before it that tell of this sanction away, once it does not hold any more; it may come to hold again. Without a line break. */
export function liftStandingRow(sanctionId: number): string {
  const id = Math.trunc(sanctionId);
  return `<i class="l${id}"></i><style>.s${id}:has(~.l${id}){display:none}</style>`;
}

/** A line of the open chat document that tells one person what holds against them from now on. Without a line break. */
export function renderStandingRow(sanction: Sanction, { texts, base }: Reader): string {
  const { standing } = texts.staff;
  return renderToString(
    <p class={`standing-row s${Math.trunc(sanction.id)}`} role="status">
      {standingSentence(sanction, texts)}{' '}
      {sanction.reason !== undefined && `${filled(standing.reason, { why: sanction.reason })} `}
      <a href={`${base}/chat/appeal`} target="_blank">
        {standing.appealLink}
      </a>
    </p>,
  ).replace(/[\r\n]+/gu, ' ');
}
