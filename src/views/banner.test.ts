import { describe, expect, it } from 'vitest';
import type { Message } from '../chat/message.ts';
import { openModes, publicModes } from '../chat/modes.ts';
import { renderBanner } from './banner.tsx';
import { textOf } from './html-text.fixture.ts';
import { en } from './texts/en.ts';

const pinned = (text: string): string => {
  const message: Message = { id: 7, atMs: 0, author: { name: 'hana', colour: 3 }, text };
  return renderBanner({ pinned: message, modes: publicModes(openModes) }, { texts: en, emotes: new Map() });
};

describe('a pinned message above the talk', () => {
  it('is all there when it is short', () => {
    expect(pinned('Tonight at nine.')).not.toContain('details');
    expect(textOf(pinned('Tonight at nine.'))).toBe('Pinned hana: Tonight at nine.');
  });

  it('is folded when it is long, in letters or lines, so that it leaves room; nothing of it is left out', () => {
    for (const text of ['a harbour '.repeat(30).trim(), 'one\ntwo\nthree']) {
      expect(pinned(text)).toMatch(/^<details class="pinned"><summary>.*<\/summary><\/details>$/su);
      expect(textOf(pinned(text))).toContain(text.replaceAll('\n', ''));
    }
  });
});
