import { cleanMessageText } from '../message-text.ts';

export type StaffText =
  | { readonly kind: 'clean'; readonly text: string }
  | { readonly kind: 'refused'; readonly rule: 'text-empty' | 'text-too-long' | 'text-forbidden' };

/** Cleans what somebody writes to or about somebody by hand: the rules of messages, in one paragraph. */
export function cleanStaffText(typed: string, maxCharacters: number): StaffText {
  const result = cleanMessageText(typed.replace(/\s+/gu, ' '), {
    maxCharacters,
    maxBytes: maxCharacters * 4,
    maxLines: 1,
  });
  if (result.kind === 'clean') return result;
  if (result.rule === 'empty') return { kind: 'refused', rule: 'text-empty' };
  if (result.rule === 'too-long' || result.rule === 'too-many-lines') return { kind: 'refused', rule: 'text-too-long' };
  return { kind: 'refused', rule: 'text-forbidden' };
}
