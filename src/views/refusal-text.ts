import type { ChatLimits, ChatRefusalNotice } from '../chat/chat-view.ts';
import type { Refusal, RefusalRule } from '../chat/refusal.ts';
import { en } from './texts/en.ts';

const sentences: Readonly<Record<RefusalRule, string>> = en.refusals;

/** Puts a refusal of the chat into words: which rule, and when to try again. */
export function refusalNotice(refusal: Refusal, limits: ChatLimits): ChatRefusalNotice {
  const wait = 'waitMs' in refusal ? { waitSeconds: Math.max(1, Math.ceil(refusal.waitMs / 1000)) } : {};
  const sentence = sentences[refusal.rule]
    .replace('{n}', String(wait.waitSeconds ?? 0))
    .replace('{l}', String(limits.maxLines))
    .replace('{c}', String(limits.maxCharacters))
    .replace('{m}', String(limits.maxNameCharacters));
  return { rule: refusal.rule, sentence, ...wait };
}
