import { type ErrorCode, errorCatalogue } from '../errors.ts';
import type { Reader } from '../views/reader.ts';
import { errorHeaders, type HeaderSet } from './headers.ts';

/** What an error page may say. */
export interface ErrorPage {
  readonly status: number;
  readonly code: ErrorCode;
}

/** Makes the page of an error; the same bytes for the same error and language, whatever was asked. */
export type RenderErrorPage = (page: ErrorPage & Reader) => string;

/** A finished answer. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: HeaderSet;
  readonly body: string;
}

/** The answers to all errors of the catalogue, rendered once for each language: nothing of a request can be reflected in them. */
// Threat: T04
export class ErrorAnswers {
  readonly #render: RenderErrorPage;
  readonly #answers = new Map<string, ErrorAnswer>();

  constructor(render: RenderErrorPage = renderPlainError) {
    this.#render = render;
  }

  /** `base` holds nothing but a language. */
  for(code: ErrorCode, { texts, base }: Reader): ErrorAnswer {
    const key = `${code} ${texts.lang} ${base}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const { status } = errorCatalogue[code];
    const body = this.#render({ status, code, texts, base });
    const answer = {
      status,
      headers: { ...errorHeaders, 'Content-Length': String(Buffer.byteLength(body)) },
      body,
    };
    this.#answers.set(key, answer);
    return answer;
  }
}

function renderPlainError({ status, code }: ErrorPage): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${status}</title><p>${errorCatalogue[code].text}</p></html>`;
}
