import { readFileSync } from 'node:fs';
import { renderToString } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { palette } from '../identity/colour.ts';
import { contrast } from '../identity/contrast.fixture.ts';
import { textOf } from './html-text.fixture.ts';
import { en } from './texts/en.ts';
import { TripcodeFields, TripcodePill } from './tripcode.tsx';

const strong = { code: 'nbvsb890z5', isWeak: false };
const weak = { code: 'WokonZwxw2', isWeak: true };
const pillOf = (mark: typeof strong): string => renderToString(TripcodePill({ mark, texts: en.tripcode }));

describe('the pill of a tripcode', () => {
  it('reads as what no name can hold where there are no styles', () => {
    expect(textOf(pillOf(strong))).toBe('<!nbvsb890z5>');
    expect(textOf(pillOf(weak))).toBe('<?WokonZwxw2>');
  });

  it('has the colour of its code, and says of a weak one what it is', () => {
    expect(pillOf(strong)).toMatch(/^<bdi class="trip c11"><i>/);
    expect(pillOf(weak)).toMatch(/^<bdi class="trip trip-weak c7" title="[^"]*guessed/);
  });

  it('has a contrast of 4.5 or more in every colour of both themes', () => {
    const css = readFileSync(new URL('./styles/tripcode.css', import.meta.url), 'utf8');
    const [, light = '', dark = ''] = /color: light-dark\((#\w+), (#\w+)\)/.exec(css) ?? [];
    for (const colour of palette) {
      expect(contrast(light, colour.light)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark, colour.dark)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe('the tripcode in the form', () => {
  const fields = (own: (typeof strong & { colour: number }) | undefined, isRemoving = false): string =>
    renderToString(TripcodeFields({ own, isRemoving, allowsClassic: own?.isWeak === true, texts: en.tripcode }));

  it('can be set where there is none', () => {
    expect(fields(undefined)).toMatch(/<label class="own-trip" hidden/);
    expect(fields(undefined)).toContain('type="password"');
  });

  it('can be removed where there is one, and the removal taken back', () => {
    const html = fields({ ...strong, colour: 11 });
    expect(html).not.toContain('hidden');
    expect(html).toMatch(/type="checkbox" name="tripcode-do" value="remove"(?! checked)/);
    expect(fields({ ...strong, colour: 11 }, true)).toMatch(/value="remove" checked/);
  });

  it('speaks of # only where that makes a classic one', () => {
    expect(fields({ ...strong, colour: 11 })).not.toContain('#');
    expect(fields({ ...weak, colour: 7 })).toContain('begins with #');
  });
});
