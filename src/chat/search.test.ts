import { describe, expect, it } from 'vitest';
import { foldForSearch, maxSearchWords, searchWords } from './search.ts';

describe('a search', () => {
  it('looks at no case, accents or width', () => {
    expect(foldForSearch('CAFÉ ｗｉｄｅ Ёж')).toBe('cafe wide еж');
    expect(searchWords('  Café\tÉCLAIR ')).toEqual(['cafe', 'eclair']);
  });

  it('has a limit, and is empty when there is nothing in it', () => {
    expect(searchWords(' \u0301 ')).toEqual([]);
    expect(searchWords('a b c d e f g h i j')).toHaveLength(maxSearchWords);
    expect(searchWords('x'.repeat(5000))).toEqual(['x'.repeat(100)]);
    expect(searchWords(`${'x'.repeat(99)}\u{1F600}`)).toEqual([`${'x'.repeat(99)}\uFFFD`]);
  });
});
