import { describe, expect, it } from 'vitest';
import { ownFiles, readOwn } from './repository.ts';

const files = ownFiles();

const code = files.filter((file) => /\.(?:tsx?|cjs|js|css|sh)$/.test(file));

describe('every file', () => {
  it('of code or style is under 400 lines, of tests under 600', () => {
    const isTest = (file: string) => /\.test\.tsx?$|^(?:test|bench)\//.test(file);
    const tooLong = code.filter((file) => readOwn(file).trimEnd().split('\n').length > (isTest(file) ? 600 : 400));
    expect(tooLong).toEqual([]);
  });

  it('of code has a name in kebab case that says what is in it', () => {
    const misnamed = code.filter((file) => !/^(?:[a-z0-9-]+\/|\.[a-z]+\/)*[a-z0-9-]+(?:\.[a-z]+)+$/.test(file));
    expect(misnamed).toEqual([]);
    expect(files.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc|shared|lib)(?:[./]|$)/.test(file))).toEqual(
      [],
    );
  });

  it('silences no check', () => {
    const marks = ['@ts-ignore', '@ts-expect-error', '@ts-nocheck', 'oxlint-disable', 'eslint-disable', 'biome-ignore'];
    const own = new Set(['test/rules/files.test.ts', 'test/rules/lint.test.ts']);
    const silencing = code.filter((file) => !own.has(file) && marks.some((mark) => readOwn(file).includes(mark)));
    expect(silencing).toEqual([]);
  });
});
