import { z } from 'zod';
import type { Kind } from './kinds.ts';

/** What people are told about a setting. */
export interface SettingDoc {
  /** What it does, in sentences. */
  readonly description: string;
  /** Completes "must be ...". */
  readonly expects: string;
  /** The value is never repeated in a message. */
  readonly secret: boolean;
}

/** The words that belong to each setting and section of `configSchema`. */
export const settingDocs = z.registry<SettingDoc>();

/** A setting with its first value and what people are told of it. */
export function setting<S extends z.ZodType>(
  { schema, expects, secret = false }: Kind<S>,
  initial: z.input<S>,
  description: string,
) {
  const filled = z.prefault(schema, initial);
  settingDocs.add(filled, { description, expects, secret });
  return filled;
}

/** A group of settings. */
export function section<T extends z.ZodRawShape>(description: string, shape: T) {
  const object = z.strictObject(shape);
  settingDocs.add(object, { description, expects: 'a section', secret: false });
  return object;
}
