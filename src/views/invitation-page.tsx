import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import { staffFields } from './staff-fields.ts';
import type { Texts } from './texts/en.ts';

/** `/moderate/SECRET`. */
export interface ModeratorInvitationPageData extends Reader {
  readonly styleHref: string;
  readonly formToken: string;
  /** Absent: still to be confirmed. */
  readonly outcome?: 'done' | keyof Texts['staff']['refusals'];
}

/** Asks somebody who has been invited to confirm: opening the link alone changes nothing. The address, which holds the secret, is in no link. */
export function renderModeratorInvitationPage({
  texts,
  base,
  styleHref,
  formToken,
  outcome,
}: ModeratorInvitationPageData): string {
  const words = texts.staff;
  return renderDocument(
    <Shell texts={texts} base={base} title={words.invitationHeading} styleHref={styleHref} kind="login-page">
      <main class="login">
        <form class="card" method="post">
          <h1>{words.invitationHeading}</h1>
          {outcome === undefined && (
            <>
              <p>{words.invitationText}</p>
              <input type="hidden" name={staffFields.token} value={formToken} />
              <button class="button" type="submit">
                {words.confirm}
              </button>
            </>
          )}
          {outcome === 'done' && (
            <>
              <p role="status">{words.invitationDone}</p>
              <a class="button" href={`${base}/`}>
                {words.toChat}
              </a>
              <a href={`${base}/staff`}>{words.heading}</a>
            </>
          )}
          {outcome !== undefined && outcome !== 'done' && (
            <p class="alert" role="alert">
              {words.refusals[outcome]}
            </p>
          )}
          <h2>{words.may}</h2>
          <ul class="may small">
            {words.mayList.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p class="small faint">{words.invitationCookies}</p>
        </form>
      </main>
    </Shell>,
  );
}
