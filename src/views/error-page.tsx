import type { ErrorCode } from '../errors.ts';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';

/** What an error page says: one of the sentences of the catalogue, nothing else. */
export interface ErrorPageData extends Reader {
  readonly status: number;
  readonly code: ErrorCode;
  readonly styleHref: string;
}

/** The page for everything that went wrong: one sentence, one way out. */
export function renderErrorPage({ status, code, texts, base, styleHref }: ErrorPageData): string {
  return renderDocument(
    <Shell texts={texts} base={base} title={`${status} - ${texts.productName}`} styleHref={styleHref} kind="error-page">
      <main class="error">
        <p class="error-status">{status}</p>
        <h1>{sentenceOf(code, texts)}</h1>
        <p>
          <a class="button" href={`${base}/`} target="_top">
            {texts.backToStream}
          </a>
        </p>
        <p class="faint">{code}</p>
      </main>
    </Shell>,
  );
}

function sentenceOf(code: ErrorCode, { errors }: Texts): string {
  return Object.entries(errors).find(([name]) => name === code)?.[1] ?? errors.INTERNAL;
}
