import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';

/** Longest words and longest pattern. */
const maxLength = 200;
const maxFilters = 256;
/** Steps of a compiled pattern: what each character of a message may cost. Counted repetitions make a short pattern long. */
const maxSteps = 100;

const action = z.enum(['censor', 'hold', 'block', 'ban']);
const words = z.string().regex(/^\P{Cc}{1,200}$/u);

const filter = z
  .strictObject({
    action,
    text: z.exactOptional(words),
    pattern: z.exactOptional(words),
    whole_words: z.exactOptional(z.boolean()),
  })
  .transform(({ action: does, text, pattern, whole_words: wholeWords }, context) => {
    const problem = problemOf({ text, pattern, wholeWords });
    if (problem !== undefined) context.issues.push({ code: 'custom', input: text, params: { reason: problem } });
    return text === undefined
      ? { action: does, pattern: pattern ?? '' }
      : { action: does, text, wholeWords: wholeWords ?? true };
  });

/** The word filters: a list of tables, each checked so that it can be used without a fault later. */
export const filters = {
  schema: z.array(filter).max(maxFilters),
  expects:
    `a list of at most ${maxFilters} blocks with action = "censor", "hold", "block" or "ban", and either text or pattern ` +
    `of at most ${maxLength} characters`,
};

/** What is wrong with a filter that did not come from a file; undefined if it can be used. */
export function filterProblem({ text, pattern }: Pick<Wanted, 'text' | 'pattern'>): string | undefined {
  const given = text ?? pattern ?? '';
  if (!words.safeParse(given).success)
    return `text or pattern has 1 to ${maxLength} characters, without control characters`;
  return problemOf({ text, pattern, wholeWords: undefined });
}

interface Wanted {
  readonly text: string | undefined;
  readonly pattern: string | undefined;
  readonly wholeWords: boolean | undefined;
}

function problemOf({ text, pattern, wholeWords }: Wanted): string | undefined {
  if ((text === undefined) === (pattern === undefined)) return 'a filter has either text or pattern';
  if (text !== undefined) return text.trim() === '' ? 'there is no word in the text' : undefined;
  if (wholeWords !== undefined) return 'whole_words belongs to text; in a pattern, write \\b at the edges';
  return patternProblem(pattern ?? '');
}

/** Threat: T29. Patterns are RE2's, which take linear time; how much of it, this bounds. */
function patternProblem(source: string): string | undefined {
  try {
    const pattern = RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
    return pattern.programSize() > maxSteps
      ? `the pattern is too costly (${pattern.programSize()} steps, at most ${maxSteps}): use smaller numbers in its repetitions, or several filters`
      : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `${error.message} (the syntax is that of RE2)`;
  }
}
