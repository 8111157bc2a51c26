import { describe, expect, it } from 'vitest';
import { NamesInUse } from './names-in-use.ts';

const strong = { code: 'k3f9a2bcde', isWeak: false };
const weak = { code: 'WokonZwxw2', isWeak: true };
const anna = { viewerId: 'a', name: 'Willow Moon' };

function withAnna(more = {}): NamesInUse {
  const names = new NamesInUse(1000);
  names.note({ ...anna, ...more }, 0);
  return names;
}

describe('NamesInUse', () => {
  it.each([
    'Willow Moon',
    'willow moon',
    'VVillow Moon',
    'Wi11ow M00n',
    'WillowMoon',
    'W\u0456llow Moon',
    'Wíllôw. Móön',
  ])('keeps %j for whoever came first', (name) => {
    expect(withAnna().isTaken(name, { viewerId: 'b' }, 10)).toBe(true);
  });

  it('lets others have other names', () => {
    expect(withAnna().isTaken('Willow Noon', { viewerId: 'b' }, 10)).toBe(false);
    expect(withAnna().isTaken('\u2605', { viewerId: 'b' }, 10)).toBe(false);
  });

  it('lets the holder restyle it', () => {
    expect(withAnna().isTaken('willow moon', { viewerId: 'a' }, 10)).toBe(false);
  });

  it('takes whoever has the tripcode for the holder, but not by a weak one', () => {
    expect(withAnna({ tripcode: strong }).isTaken(anna.name, { viewerId: 'b', tripcode: strong }, 10)).toBe(false);
    expect(withAnna({ tripcode: strong }).isTaken(anna.name, { viewerId: 'b', tripcode: weak }, 10)).toBe(true);
    expect(withAnna({ tripcode: strong }).isTaken(anna.name, { viewerId: 'b' }, 10)).toBe(true);
    expect(withAnna({ tripcode: weak }).isTaken(anna.name, { viewerId: 'b', tripcode: weak }, 10)).toBe(true);
    expect(withAnna().isTaken(anna.name, { viewerId: 'b' }, 10)).toBe(true);
  });

  it('frees a name when its holder gives it up or has been away for long', () => {
    expect(withAnna().isTaken(anna.name, { viewerId: 'b' }, 999)).toBe(true);
    expect(withAnna().isTaken(anna.name, { viewerId: 'b' }, 1000)).toBe(false);
    const names = withAnna();
    names.release('a');
    expect(names.isTaken(anna.name, { viewerId: 'b' }, 10)).toBe(false);
    const renamed = withAnna();
    renamed.note({ viewerId: 'a', name: 'Other' }, 5);
    expect(renamed.isTaken(anna.name, { viewerId: 'b' }, 10)).toBe(false);
  });

  it('remembers 4096 people', () => {
    const names = new NamesInUse(1000);
    for (let n = 0; n < 4097; n += 1)
      names.note({ viewerId: `v${n}`, name: `cat ${String.fromCodePoint(0x4e00 + n)}` }, 0);
    expect(names.isTaken('cat \u4e00', { viewerId: 'b' }, 1)).toBe(false);
    expect(names.isTaken('cat \u4e01', { viewerId: 'b' }, 1)).toBe(true);
  });
});
