import type { JSX } from 'preact';
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
  /** The broadcaster's login is there for whoever sees this page. */
  readonly hasDesk: boolean;
}

/** The page for everything that went wrong: one sentence, and the way to what can be done. */
export function renderErrorPage(data: ErrorPageData): string {
  const { status, code, texts, base, styleHref } = data;
  return renderDocument(
    <Shell texts={texts} base={base} title={`${status} - ${texts.productName}`} styleHref={styleHref} kind="error-page">
      <main class="error">
        <p class="error-status">{status}</p>
        <h1>{sentenceOf(code, texts)}</h1>
        {code === 'STAFF_ONLY' && <p>{texts.staff.wayIn}</p>}
        <p class="ways">
          {waysOf(data).map(({ path, label }, n) => (
            <Way key={path} href={base + path} label={label} isFirst={n === 0} />
          ))}
        </p>
        <p class="faint">{code}</p>
      </main>
    </Shell>,
  );
}

interface WayOut {
  readonly path: string;
  readonly label: string;
}

/** The likeliest first. */
function waysOf({ code, texts, hasDesk }: ErrorPageData): readonly WayOut[] {
  const stream = { path: '/', label: texts.backToStream };
  const login = { path: '/broadcaster', label: texts.desk.login };
  if (code === 'LOGIN_NEEDED') return [login, stream];
  if (code === 'FORM_EXPIRED') return [{ ...login, label: texts.desk.heading }, stream];
  if (code !== 'STAFF_ONLY') return [stream];
  return [{ ...stream, path: '/#chat' }, ...(hasDesk ? [login] : [])];
}

/** A whole page of its own, also out of a frame. */
function Way({ href, label, isFirst }: { href: string; label: string; isFirst: boolean }): JSX.Element {
  return (
    <>
      <a class={isFirst ? 'button' : 'button quiet'} href={href} target="_top">
        {label}
      </a>{' '}
    </>
  );
}

function sentenceOf(code: ErrorCode, { errors }: Texts): string {
  return Object.entries(errors).find(([name]) => name === code)?.[1] ?? errors.INTERNAL;
}
