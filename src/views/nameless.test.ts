import { describe, expect, it } from 'vitest';
import { mentionClass } from '../chat/mention-mark.ts';
import type { Message } from '../chat/message.ts';
import { cleanName } from '../identity/name.ts';
import { textOf } from './html-text.fixture.ts';
import { labelIn, namesOfNobody, shownNameIn } from './nameless.ts';
import { renderChatRow } from './chat-row.tsx';
import { catalogues } from './texts/catalogues.ts';
import { ar } from './texts/ar.ts';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';

const nobody: Message = { id: 1, atMs: 0, author: { name: 'Anonymous', tag: 'k3f', colour: 0 }, text: 'hello' };
const look = { emotes: new Map(), base: '' };

describe('somebody without a name', () => {
  it('is called so in the language of each reader, in rows, quotes, lists and the log of acts', () => {
    const quote = { messageId: 1, name: 'Anonymous#k3f', text: 'hello' };
    for (const texts of catalogues.values()) {
      const row = textOf(renderChatRow({ ...nobody, quote }, undefined, { ...look, texts }));
      expect(row).toContain(`${texts.anonymous}#k3f: hello`);
      expect(row.match(new RegExp(texts.anonymous, 'gu'))).toHaveLength(2);
      expect(shownNameIn(texts, nobody.author)).toBe(`${texts.anonymous}#k3f`);
      expect(labelIn(texts, 'Anonymous #k3f')).toBe(`${texts.anonymous} #k3f`);
    }
    expect(new Set(namesOfNobody).size).toBe(namesOfNobody.length);
    expect(namesOfNobody[0]).toBe('Anonymous');
  });

  it('is not mistaken for somebody who has chosen one', () => {
    const named = { name: 'Anonymous', colour: 0 };
    expect(shownNameIn(de, named)).toBe('Anonymous');
    for (const label of ['Anonymous', 'Anonymousse #k3f', 'Mika']) expect(labelIn(ar, label)).toBe(label);
  });

  it('cannot be imitated in any language: who wishes for such a name has none', () => {
    const rules = { defaultName: en.anonymous, defaultNamesElsewhere: namesOfNobody, broadcasterName: 'Lantern' };
    for (const name of namesOfNobody) expect(cleanName(name, rules)).toEqual({ kind: 'default' });
    expect(cleanName('\u0410noniem', rules)).not.toEqual({ kind: 'default' });
  });

  it('is marked by their tag, whatever they are called', () => {
    const marks = namesOfNobody.map((name) => mentionClass(`${name}#k3f`));
    expect(new Set(marks)).toEqual(new Set([mentionClass('Anonymous#k3f')]));
    expect(mentionClass('Anonymous#k3g')).not.toBe(marks[0]);
    expect(mentionClass('Anonymous')).not.toBe(marks[0]);
  });
});
