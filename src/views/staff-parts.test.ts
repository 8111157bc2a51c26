import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../chat/moderation/audit.ts';
import { actText } from './staff-parts.tsx';
import { de } from './texts/de.ts';
import { en } from './texts/en.ts';

const entry: AuditEntry = { id: 1, atMs: 0, by: { kind: 'broadcaster' }, act: 'undo', target: 'Mallow', changes: [] };

describe('an act in words', () => {
  it('names whom it was about', () => {
    expect(actText(entry, en)).toBe('took an act back: Mallow');
    expect(actText(entry, de)).toBe('rückgängig gemacht: Mallow');
  });

  it('leaves no colon behind where it was about nobody', () => {
    expect(actText({ ...entry, target: '' }, en)).toBe('took an act back');
    expect(actText({ ...entry, act: 'announce', target: '' }, en)).toBe('announced something');
  });
});
