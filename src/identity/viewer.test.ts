import { describe, expect, it } from 'vitest';
import { authorOf, changeAppearance } from './viewer.ts';

const rules = { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' };
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

  it('refuses as a whole what is refused in part', () => {
    expect(changeAppearance(plain, { name: 'Mallow', colour: 'red' }, rules)).toEqual({
      kind: 'refused',
      rule: 'colour',
    });
    expect(changeAppearance(plain, { name: 'Broadcaster', colour: '5' }, rules)).toEqual({
      kind: 'refused',
      rule: 'name-reserved',
    });
  });
});

describe('authorOf', () => {
  it('tags the nameless alone', () => {
    expect(authorOf(plain, 'k3f', 'Anonymous')).toEqual({ name: 'Anonymous', tag: 'k3f', colour: 3 });
    expect(authorOf({ ...plain, name: 'Mallow' }, 'k3f', 'Anonymous')).toEqual({ name: 'Mallow', colour: 3 });
  });
});
