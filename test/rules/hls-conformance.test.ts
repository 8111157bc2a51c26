import { describe, expect, it } from 'vitest';
import { readOwn } from './repository.ts';

/** A test of a rule is called by its sections. */
const ruleName = /'((?:\d+(?:\.\d+)*(?:, )?)+: [^'\n]+)',/g;

describe('docs/HLS.md', () => {
  const [, ...groups] = readOwn('docs/HLS.md').split(/^### /m);

  it('has a table for each file of tests', () => {
    expect(groups.length).toBeGreaterThan(3);
  });

  it.each(groups.map((group) => [/^`([^`]+)`$/m.exec(group)?.[1] ?? '', group]))(
    'names every rule that %s proves, and no other',
    (file, group) => {
      const named = [...group.matchAll(/^\| ([\d., ]+) \| (.+) \|$/gm)].map(
        ([, sections, rule]) => `${sections}: ${rule}`,
      );
      const proved = [...readOwn(file).matchAll(ruleName)].map(([, name]) => name ?? '');
      expect(named.length).toBeGreaterThan(0);
      expect(named.toSorted()).toEqual(proved.toSorted());
    },
  );
});
