import { describe, expect, it } from 'vitest';
import { modeSentences, writingNotice } from './modes-text.ts';
import { en } from './texts/en.ts';

const open = { slowMs: 0, isLocked: false, isMembersOnly: false };

describe('the switches in words', () => {
  it.each([
    [open, []],
    [{ ...open, slowMs: 11_001 }, ['Slow mode: one message in 12 s.']],
    [{ ...open, isMembersOnly: true }, ['Only members can write.']],
    [{ ...open, isMembersOnly: true, slowMs: 5000 }, ['Only members can write.', 'Slow mode: one message in 5 s.']],
    [{ slowMs: 5000, isMembersOnly: true, isLocked: true }, ['The chat is closed for the moment.']],
  ])('are said for %j', (modes, sentences) => {
    expect(modeSentences(modes, en)).toEqual(sentences);
  });

  it('tell a writer what waits, what holds and for how long, and what is left after it', () => {
    expect(writingNotice({ rules: open, held: 0 }, en)).toEqual({ now: '', later: '' });
    expect(writingNotice({ rules: { ...open, slowMs: 12_000 }, held: 1, waitSeconds: 7 }, en)).toEqual({
      now: '1 message of yours is waiting for approval. Slow mode: one message in 12 s. You can write again in 7 s.',
      later: '1 message of yours is waiting for approval. Slow mode: one message in 12 s.',
    });
    expect(writingNotice({ rules: open, held: 2 }, en).now).toBe('2 messages of yours are waiting for approval.');
  });
});
