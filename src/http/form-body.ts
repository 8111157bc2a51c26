import type { FastifyInstance } from 'fastify';
import { AppError } from '../errors.ts';

/** A form as it was sent: every field once. */
export type FormFields = ReadonlyMap<string, string>;

/** More fields than any of our forms has. */
const maxFields = 64;

/**
 * Reads an `application/x-www-form-urlencoded` body (WHATWG URL, 5.1) more strictly than browsers do: bytes that are not UTF-8, broken percent signs,
 * a field sent twice or too many of them throw BAD_REQUEST, since none of our forms sends such things.
 */
export function parseForm(body: Uint8Array): FormFields {
  const fields = new Map<string, string>();
  try {
    const pairs = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body).split('&', maxFields + 1);
    if (pairs.length > maxFields) throw new AppError('BAD_REQUEST', 'too many form fields');
    for (const pair of pairs.filter((part) => part !== '')) {
      const [name = '', ...rest] = pair.split('=');
      const key = decode(name);
      if (fields.has(key)) throw new AppError('BAD_REQUEST', 'a form field came twice');
      fields.set(key, decode(rest.join('=')));
    }
  } catch (error) {
    // `URIError` and `TypeError` are how broken percent signs and broken UTF-8 show.
    throw error instanceof AppError
      ? error
      : new AppError('BAD_REQUEST', 'the form could not be read', { cause: error });
  }
  return fields;
}

/** Makes this scope's routes take forms and nothing else; `request.body` is then a `FormFields`. */
export function acceptForms(scope: FastifyInstance, maxBytes: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: maxBytes },
    async (_request: unknown, body: Buffer) => parseForm(body),
  );
}

/** The fields of a request whose scope accepts forms; throws UNSUPPORTED_TYPE if there was no form in it. */
export function formOf(body: unknown): FormFields {
  if (body instanceof Map) return body;
  throw new AppError('UNSUPPORTED_TYPE');
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}
