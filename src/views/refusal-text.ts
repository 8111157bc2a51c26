import type { ChatLimits, ChatRefusalNotice } from '../chat/chat-view.ts';
import type { Refusal } from '../chat/refusal.ts';
import { charactersOf } from '../identity/clean-text.ts';
import type { Texts } from './texts/en.ts';
import { spanText } from './time-text.ts';
import { filled } from './texts/words.ts';

const maxFoundCharacters = 40;
const maxFoundUnits = 400;

/** Puts a refusal of the chat into words: which rules, and when to try again. */
export function refusalNotice(refusal: Refusal, limits: ChatLimits, texts: Texts): ChatRefusalNotice {
  const wait = 'waitMs' in refusal ? { waitSeconds: Math.max(1, Math.ceil(refusal.waitMs / 1000)) } : {};
  const broken = [refusal.rule, ...('also' in refusal ? refusal.also : [])];
  const sentence = filled(broken.map((rule) => texts.refusals[rule]).join(' '), {
    n: wait.waitSeconds ?? 0,
    t: spanText((wait.waitSeconds ?? 0) * 1000, texts),
    l: limits.maxLines,
    c: limits.maxCharacters,
    m: limits.maxNameCharacters,
    w: 'found' in refusal ? shortened(refusal.found) : '',
  });
  return { rule: refusal.rule, sentence, ...wait };
}

/** Enough to recognise what was found, in one line. */
function shortened(found: string): string {
  const line = found.replace(/\s+/gu, ' ');
  const characters = [...charactersOf(line.slice(0, maxFoundUnits))].slice(0, maxFoundCharacters);
  const short = characters.join('');
  return short === line ? line : `${short}\u2026`;
}
