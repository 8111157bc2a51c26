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

  // The second that vitest waits by itself is over before a busy machine has begun.
  it('of tests says how long it waits for what must come', () => {
    const hasty = code
      .filter((file) => /\.test\.tsx?$/.test(file) && file !== 'test/rules/files.test.ts')
      .flatMap((file) =>
        waitsIn(readOwn(file))
          .filter(({ times }) => times === 0)
          .map(({ call }) => [file, call]),
      );
    expect(hasty).toEqual([]);
    expect(
      waitsIn('vi.waitUntil(() => f(a, b)); vi.waitFor(() => [a, b], patience)').map(({ times }) => times),
    ).toEqual([0, 1]);
  });
});

/** Every call that waits, with the number of arguments behind what it waits for. */
function waitsIn(text: string): { readonly call: string; readonly times: number }[] {
  return [...text.matchAll(/\b(?:vi\.waitFor|vi\.waitUntil|expect\s*\.poll)\(/g)].map(({ 0: call, index }) => {
    let [depth, times] = [1, 0];
    for (let at = index + call.length; depth > 0 && at < text.length; at += 1) {
      const character = text[at] ?? '';
      if ('([{'.includes(character)) depth += 1;
      if (')]}'.includes(character)) depth -= 1;
      if (character === ',' && depth === 1 && !/^,\s*\)/.test(text.slice(at))) times += 1;
    }
    return { call: text.slice(index, index + 60), times };
  });
}
