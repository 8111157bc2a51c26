/** What cannot be taken for an object that means one thing. */
export type JsonProblem = 'not-json' | 'not-an-object' | 'too-deep' | 'duplicate-key' | 'forbidden-key' | 'number';

export type StrictJson =
  | { readonly kind: 'object'; readonly value: object }
  | { readonly kind: 'refused'; readonly problem: JsonProblem };

/** Deeper than anything that is asked for. */
const maxDepth = 8;
/** Keys that mean something to objects themselves. */
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** The tokens that matter in a text that is known to be JSON: strings, brackets, and the colon that makes a string a key. */
const tokens = /"(?:[^"\\]|\\.)*"|[[\]{}:]|[-+.\dEe]+/gu;

/**
 * Reads JSON (RFC 8259) that must be an object and leave nothing open: no key twice, no number that is none, no key that changes an object's nature.
 * The caller has bounded the length.
 */
// Threat: T30
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'refused', problem: 'not-json' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'refused', problem: 'not-an-object' };
  }
  const problem = problemOf(text);
  return problem === undefined ? { kind: 'object', value } : { kind: 'refused', problem };
}

function problemOf(text: string): JsonProblem | undefined {
  const keysByDepth: Set<string>[] = [];
  let string = '';
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      keysByDepth.push(new Set());
      if (keysByDepth.length > maxDepth) return 'too-deep';
    } else if (token === '}' || token === ']') {
      keysByDepth.pop();
    } else if (token === ':') {
      const key = String(JSON.parse(string));
      if (forbiddenKeys.has(key)) return 'forbidden-key';
      if (keysByDepth.at(-1)?.has(key) === true) return 'duplicate-key';
      keysByDepth.at(-1)?.add(key);
    } else if (token.startsWith('"')) {
      string = token;
    } else if (!Number.isFinite(Number(token))) {
      // `1e999` is JSON; the tokens of `true` and `false` that look like a number are left to be.
      if (/\d/u.test(token)) return 'number';
    }
  }
  return undefined;
}
