import type { z } from 'zod';

/** One thing that can be asked of the control socket: where, with what, and what comes back. */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly summary: string;
  /** Of a GET the query, else the body. */
  readonly input: Input;
  readonly output: Output;
}

/** Joins them; `address` is the method and the path. */
export function operation<Input extends z.ZodObject, Output extends z.ZodType>(
  address: string,
  summary: string,
  input: Input,
  output: Output,
): Operation<Input, Output> {
  const [word, path = ''] = address.split(' ', 2);
  const method = word === 'GET' || word === 'PUT' ? word : 'POST';
  return { method, path, summary, input, output };
}
