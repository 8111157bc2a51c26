import { describe, expect, it } from 'vitest';
import type { TripcodeMark } from '../chat/message.ts';
import { authorOf, changeAppearance } from './viewer.ts';

const rules = {
  names: { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' },
  isTaken: (name: string, tripcode: TripcodeMark | undefined) => name === 'Willow' && tripcode?.code !== 'willows',
};
const mark = (code: string): TripcodeMark => ({ code, isWeak: false });
const plain = { colour: 3, isColourChosen: false };

describe('changeAppearance', () => {
  it('names and colours somebody', () => {
    expect(changeAppearance(plain, { name: 'Mallow', colour: '5' }, rules)).toEqual({
      kind: 'changed',
      identity: { name: 'Mallow', colour: 5, isColourChosen: true },
    });
  });

  it('gives the default name back for an empty one', () => {
    expect(changeAppearance({ ...plain, name: 'Mallow' }, { name: '' }, rules)).toEqual({
      kind: 'changed',
      identity: plain,
    });
  });

  it('keeps the colour when the choice is left to the server again', () => {
    const chosen = { colour: 5, isColourChosen: true };
    expect(changeAppearance(chosen, { colour: 'auto' }, rules)).toEqual({
      kind: 'changed',
      identity: { colour: 5, isColourChosen: false },
    });
  });

  it('says so when nothing changes', () => {
    expect(changeAppearance(plain, { name: ' anonymous', colour: 'auto' }, rules)).toEqual({ kind: 'unchanged' });
    expect(changeAppearance(plain, {}, rules)).toEqual({ kind: 'unchanged' });
  });

  it('refuses as a whole what is refused in part, and lists all that is wrong', () => {
    expect(changeAppearance(plain, { name: 'Mallow', colour: 'red' }, rules)).toEqual({
      kind: 'refused',
      rules: ['colour'],
    });
    const wish = { name: 'Broadcaster', colour: '99', tripcode: { kind: 'set', password: 'a\u0000' } } as const;
    expect(changeAppearance(plain, wish, rules)).toEqual({
      kind: 'refused',
      rules: ['name-reserved', 'colour', 'tripcode-malformed'],
    });
  });

  it('asks for the tripcode of a password when all else is well', () => {
    const wish = { name: 'Mallow', tripcode: { kind: 'set', password: 'pass' } } as const;
    expect(changeAppearance(plain, wish, rules)).toEqual({ kind: 'needs-tripcode', password: 'pass' });
    expect(changeAppearance(plain, wish, rules, mark('abc'))).toEqual({
      kind: 'changed',
      identity: { ...plain, name: 'Mallow', tripcode: mark('abc') },
    });
    const already = { ...plain, name: 'Mallow', tripcode: mark('abc') };
    expect(changeAppearance(already, wish, rules, mark('abc'))).toEqual({ kind: 'unchanged' });
  });

  it.each([{ kind: 'remove' }, { kind: 'set', password: '' }] as const)('removes a tripcode by %j', (tripcode) => {
    expect(changeAppearance({ ...plain, tripcode: mark('abc') }, { tripcode }, rules)).toEqual({
      kind: 'changed',
      identity: plain,
    });
  });

  it('keeps a tripcode that nobody spoke of', () => {
    const tripped = { ...plain, tripcode: mark('abc') };
    expect(changeAppearance(tripped, { colour: '7' }, rules)).toMatchObject({ identity: { tripcode: mark('abc') } });
  });

  it('knows the owner of a name by the tripcode, a new one too', () => {
    const wish = { name: 'Willow' };
    expect(changeAppearance(plain, wish, rules)).toEqual({ kind: 'refused', rules: ['name-taken'] });
    expect(changeAppearance({ ...plain, tripcode: mark('willows') }, wish, rules).kind).toBe('changed');
    const withPassword = { ...wish, tripcode: { kind: 'set', password: 'x' } } as const;
    expect(changeAppearance(plain, withPassword, rules).kind).toBe('needs-tripcode');
    expect(changeAppearance(plain, withPassword, rules, mark('willows')).kind).toBe('changed');
    expect(changeAppearance(plain, withPassword, rules, mark('other'))).toEqual({
      kind: 'refused',
      rules: ['name-taken'],
    });
  });

  it('never takes away a name that somebody has', () => {
    expect(changeAppearance({ ...plain, name: 'Willow' }, { name: 'Willow', colour: '7' }, rules).kind).toBe('changed');
  });
});

describe('authorOf', () => {
  it('tags the nameless alone', () => {
    expect(authorOf(plain, 'k3f', 'Anonymous')).toEqual({ name: 'Anonymous', tag: 'k3f', colour: 3 });
    expect(authorOf({ ...plain, name: 'Mallow' }, 'k3f', 'Anonymous')).toEqual({ name: 'Mallow', colour: 3 });
  });

  it('puts the tripcode beside the name', () => {
    expect(authorOf({ ...plain, tripcode: mark('abc') }, 'k3f', 'Anonymous')).toEqual({
      name: 'Anonymous',
      tag: 'k3f',
      colour: 3,
      tripcode: mark('abc'),
    });
  });
});
