import type { ErrorCode } from '../errors.ts';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import { en } from './texts/en.ts';

/** What an error page says: never more than the catalogue's public sentence. */
export interface ErrorPageData {
  readonly status: number;
  readonly code: ErrorCode;
  readonly text: string;
  readonly styleHref: string;
}

/** The page for everything that went wrong: one sentence, one way out. */
export function renderErrorPage({ status, code, text, styleHref }: ErrorPageData): string {
  return renderDocument(
    <Shell title={`${status} - ${en.productName}`} styleHref={styleHref} kind="error-page">
      <main class="error">
        <p class="error-status">{status}</p>
        <h1>{text === '' ? en.failed : text}</h1>
        <p>
          <a class="button" href="/" target="_top">
            {en.backToStream}
          </a>
        </p>
        <p class="faint">{code}</p>
      </main>
    </Shell>,
  );
}
