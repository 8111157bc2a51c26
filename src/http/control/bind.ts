import type { z } from 'zod';
import type { BoundOperation } from './control-server.ts';
import type { Operation } from './operation.ts';
import { ControlRefusal } from './refusals.ts';

/** Joins an operation with what answers it: what was sent is checked by the schema before. */
export function bind<Input extends z.ZodObject, Output extends z.ZodType>(
  { method, path, input }: Operation<Input, Output>,
  answer: (input: z.output<Input>) => z.input<Output> | Promise<z.input<Output>>,
): BoundOperation {
  return {
    ...{ method, path },
    run: async (sent) => {
      const parsed = input.safeParse(sent);
      if (!parsed.success) throw new ControlRefusal('bad-request', sentenceOf(parsed.error));
      return await answer(parsed.data);
    },
  };
}

/** The first thing that is wrong, with its place. */
function sentenceOf({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'The request could not be understood.';
  const place = issue.path.map(String).join('.').slice(0, 60);
  return place === '' ? `${issue.message}.` : `${place}: ${issue.message}.`;
}
