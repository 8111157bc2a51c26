import { maxNameCharacters } from '../identity/name.ts';
import type { AppearanceRule } from '../identity/viewer.ts';
import type { ChatRefusalNotice } from './chat-view.ts';
import type { MessageTextLimits, MessageTextRule } from './message-text.ts';

/** Rules of pace: waiting helps. */
type PaceRule = 'slow-down' | 'room-busy' | 'same-text' | 'appearance-too-often';

/** Why something was not done; what was typed comes back with it. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly rule: MessageTextRule | AppearanceRule | 'form-expired';
      readonly text: string;
    }
  | { readonly kind: 'refused'; readonly rule: PaceRule; readonly waitMs: number; readonly text: string };

/** Any rule that can be broken. */
type RefusalRule = Refusal['rule'];

/** Puts a refusal into words. */
export function noticeOf(refusal: Refusal, limits: MessageTextLimits): ChatRefusalNotice {
  const wait = 'waitMs' in refusal ? { waitSeconds: Math.max(1, Math.ceil(refusal.waitMs / 1000)) } : {};
  return { rule: refusal.rule, sentence: sentenceOf(refusal.rule, wait.waitSeconds ?? 0, limits), ...wait };
}

function sentenceOf(rule: RefusalRule, seconds: number, limits: MessageTextLimits): string {
  const sentences: Record<RefusalRule, string> = {
    malformed: 'The message holds bytes that are not text.',
    'forbidden-character':
      'The message holds a character that is not allowed: invisible, or one that changes direction.',
    'stacked-marks': 'The message holds too many accents on one letter.',
    empty: 'There is nothing in the message.',
    'too-many-lines': `A message may have ${limits.maxLines} lines at most.`,
    'too-long': `A message may have ${limits.maxCharacters} characters at most.`,
    'form-expired': 'This form was too old. It is fresh now: send again.',
    'name-malformed': 'The name holds bytes that are not text.',
    'name-forbidden-character': 'The name holds a character that is not allowed: # or an invisible one.',
    'name-stacked-marks': 'The name holds too many accents on one letter.',
    'name-too-long': `A name may have ${maxNameCharacters} characters at most.`,
    'name-mixed-scripts': 'A name must be written in one alphabet.',
    'name-reserved': 'This name is kept for those who run the stream.',
    colour: 'There is no such colour.',
    'slow-down': `You are writing fast. Try again in ${seconds} s.`,
    'room-busy': `The chat is very busy. Try again in ${seconds} s.`,
    'same-text': `You have just sent the same. Try again in ${seconds} s.`,
    'appearance-too-often': `You have changed your appearance often. Try again in ${seconds} s.`,
  };
  return sentences[rule];
}
