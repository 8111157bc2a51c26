import { describe, expect, it } from 'vitest';
import { errorCatalogue, retiredCodes } from '../../src/errors.ts';
import { ownFiles, readOwn } from './repository.ts';

const codes = Object.keys(errorCatalogue);

describe('the error catalogue', () => {
  it('uses no code twice, nor one that was retired', () => {
    const declared = [...readOwn('src/errors.ts').matchAll(/^ {2}([A-Z_]+): \{/gm)].map((match) => match[1]);
    expect(declared).toEqual(codes);
    expect(new Set([...codes, ...retiredCodes]).size).toBe(codes.length + retiredCodes.length);
  });

  it('holds only what the program says', () => {
    const sources = ownFiles().filter(
      (file) => /^src\/.*\.tsx?$/.test(file) && !/errors\.ts$|\.test\.tsx?$/.test(file),
    );
    const program = sources.map(readOwn).join('\n');
    expect(codes.filter((code) => !program.includes(`'${code}'`))).toEqual([]);
  });

  it('spells codes in capitals, and says everything in one sentence at most that holds no path', () => {
    for (const [code, { text }] of Object.entries(errorCatalogue)) {
      expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
      expect(text).toMatch(/^[A-Z][^/\\]*\.$/);
    }
  });
});
