import type { LanguageCode } from '../views/texts/languages.ts';

/** What an address says for a browser that keeps no cookies; nothing of it has been checked but its shape. */
export interface PlacePrefix {
  readonly language?: LanguageCode;
  readonly token?: string;
}

/** The prefix of a request's target, and the target as routes know it. */
export interface PrefixedTarget {
  readonly prefix: PlacePrefix;
  readonly target: string;
}

const shape = /^(?:\/in\/([a-z]{2}))?(?:\/v\/([A-Za-z0-9_-]{44}))?(\/.*)$/s;

/**
 * Takes `/in/LANGUAGE`, `/v/TOKEN`, or both in this order off a target, once. What is not exactly that, in a language that there is, stays as it is;
 * no route begins like this, so it ends as an address at which there is nothing.
 */
export function splitPrefix(target: string, isOffered: (code: string) => code is LanguageCode): PrefixedTarget {
  const [, language, token, rest] = shape.exec(target) ?? [];
  if (rest === undefined || (language !== undefined && !isOffered(language))) return { prefix: {}, target };
  return {
    prefix: { ...(language === undefined ? {} : { language }), ...(token === undefined ? {} : { token }) },
    target: rest,
  };
}

/** The prefix as it stands in addresses; empty if it says nothing. */
export function writePrefix({ language, token }: PlacePrefix): string {
  return (language === undefined ? '' : `/in/${language}`) + (token === undefined ? '' : `/v/${token}`);
}
