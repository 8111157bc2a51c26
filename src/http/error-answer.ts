import { type ErrorCode, errorCatalogue } from '../errors.ts';
import { errorHeaders, type HeaderSet } from './headers.ts';

/** What an error page may say. */
export interface ErrorPage {
  readonly status: number;
  readonly text: string;
  readonly code: ErrorCode;
}

/** Makes the page of an error; the same bytes for the same error, whatever was asked. */
export type RenderErrorPage = (page: ErrorPage) => string;

/** A finished answer. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: HeaderSet;
  readonly body: string;
}

/** The answers to all errors of the catalogue, rendered once: nothing of a request can be reflected in them. */
// Threat: T04
export class ErrorAnswers {
  readonly #render: RenderErrorPage;
  readonly #answers = new Map<ErrorCode, ErrorAnswer>();

  constructor(render: RenderErrorPage = renderPlainError) {
    this.#render = render;
  }

  for(code: ErrorCode): ErrorAnswer {
    const known = this.#answers.get(code);
    if (known !== undefined) return known;
    const { status, text } = errorCatalogue[code];
    const body = this.#render({ status, text, code });
    const answer = {
      status,
      headers: { ...errorHeaders, 'Content-Length': String(Buffer.byteLength(body)) },
      body,
    };
    this.#answers.set(code, answer);
    return answer;
  }
}

function renderPlainError({ status, text }: ErrorPage): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${status}</title><p>${text}</p></html>`;
}
