import { Copyable } from './copyable.tsx';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import { filled } from './texts/words.ts';

/** Names of the fields of the form. */
export const clipFields = { token: 'token' } as const;

/** `/clip`. */
export interface ClipPageData {
  readonly formToken: string;
  /** How much a clip holds. */
  readonly seconds: number;
  /** The link to the clip that has just been made. */
  readonly link?: string;
  readonly refusal?: 'busy' | 'nothing' | 'expired';
}

/** The page on which viewers make clips; works without script. */
export function renderClipPage(data: ClipPageData & Reader & { readonly styleHref: string }): string {
  const { texts, base, styleHref, link, refusal } = data;
  const words = texts.recordings.clip;
  return renderDocument(
    <Shell
      {...{ texts, base, styleHref }}
      title={`${words.make} - ${texts.productName}`}
      kind="login-page"
      tools={
        <a class="quiet-link" href={`${base}/`}>
          {texts.backToStream}
        </a>
      }
    >
      <main class="login">
        <form class="card" method="post" action={`${base}/clip`}>
          <h1>{words.make}</h1>
          <input type="hidden" name={clipFields.token} value={data.formToken} />
          {refusal !== undefined && (
            <p class="alert" role="alert">
              {words[refusal]}
            </p>
          )}
          {link === undefined ? (
            <>
              <p class="faint">{filled(words.hint, { n: data.seconds })}</p>
              <button class="button" type="submit">
                {words.make}
              </button>
            </>
          ) : (
            <>
              <Copyable label={words.ready} text={link} />
              <p>
                <a class="button quiet" href={`${base}/clips/${link.slice(link.lastIndexOf('/') + 1)}`}>
                  {words.watch}
                </a>
              </p>
            </>
          )}
        </form>
      </main>
    </Shell>,
  );
}
