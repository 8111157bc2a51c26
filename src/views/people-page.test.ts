import { expect, test } from 'vitest';
import type { ListedPerson, PeopleGroup, PeopleList } from '../chat/people-list.ts';
import { renderPeoplePage } from './people-page.tsx';
import { en } from './texts/en.ts';
import { zh } from './texts/zh.ts';

const nobody: PeopleGroup = { people: [], count: 0 };
const ann: ListedPerson = {
  viewerId: 'id-of-ann',
  viewerIds: ['id-of-ann', 'other-of-ann'],
  face: { name: '<b>Ann', colour: 3, tripcode: { code: 'abcdefghij', isWeak: false } },
};
const nameless: ListedPerson = {
  viewerId: 'id-of-one',
  viewerIds: ['id-of-one'],
  face: { name: 'Anonymous', tag: 'x7q' },
};

function page(list: Partial<PeopleList>, more: { ownId?: string; isForStaff?: boolean } = {}): string {
  const empty = { broadcaster: nobody, moderators: nobody, watching: nobody, notWatching: nobody };
  return renderPeoplePage({
    list: { ...empty, total: 1, viewers: 0, ...list },
    ...{ texts: en, base: '/v/TOKEN', styleHref: '/style.css', refreshSeconds: 15, ownId: 'me', isForStaff: false },
    ...more,
  });
}

test('people stand as they do in the talk: name, colour, tag, tripcode, mark', () => {
  const face = { name: 'Mia', colour: 1, capcode: 'moderator' } as const;
  const html = page({
    moderators: { people: [{ ...nameless, face }], count: 1 },
    watching: { people: [ann, nameless], count: 2 },
  });
  expect(html).toContain('<bdi class="name c3">&lt;b>Ann</bdi>');
  expect(html).toContain('abcdefghij');
  expect(html).toContain('<bdi class="name">Anonymous</bdi><span class="tag">#x7q</span>');
  expect(html).toContain('<b class="badge badge-moderator">Moderator</b>');
  expect(html).not.toContain('<b>Ann');
});

test('no id of anybody is in it, but for staff the one that their tools need', () => {
  const watching = { people: [ann, nameless], count: 2 };
  expect(page({ watching }, { ownId: 'other-of-ann' })).not.toMatch(/id-of|other-of/);
  const forStaff = page({ watching }, { isForStaff: true, ownId: 'id-of-one' });
  expect(forStaff).toContain('href="chat/tools?person=id-of-ann"');
  expect(forStaff).not.toContain('person=id-of-one');
  expect(forStaff).not.toContain('other-of');
});

test('whoever reads it finds themselves by any identity they have, and nobody else', () => {
  const html = page({ watching: { people: [ann, nameless], count: 2 } }, { ownId: 'other-of-ann' });
  expect(html.match(/\(you\)/g)).toHaveLength(1);
  expect(html.indexOf('(you)')).toBeLessThan(html.indexOf('x7q'));
});

test('of those beyond the list staff get the number', () => {
  const watching = { people: [nameless], count: 450 };
  expect(page({ watching }, { isForStaff: true })).toContain('and 449 more');
  expect(page({ watching: { ...watching, isPartial: true } })).not.toContain('449');
  expect(page({ watching: { people: [nameless], count: 1 } })).not.toContain('more</li>');
});

test('groups without anybody are left out; with nobody at all it says so', () => {
  const html = page({ notWatching: { people: [nameless], count: 1 } });
  expect(html).toContain('Not watching (1)');
  expect(html).not.toContain('>Watching');
  expect(page({ total: 0 })).toContain(en.people.none);
});

test('it leads back to the messages under the address of its reader', () => {
  expect(page({})).toContain('href="/v/TOKEN/chat"');
});

test('T38 of a large room, has no numbers to add up, says that there are others, and has oneself all the same', () => {
  const own = { viewerId: 'own', viewerIds: ['own'], face: { name: 'Anonymous', tag: 'own' } };
  const part: PeopleGroup = { people: [], isPartial: true };
  const large = { broadcaster: nobody, moderators: nobody, watching: part, notWatching: part, total: 15, viewers: 15 };
  const data = {
    ...{ texts: en, base: '', styleHref: '/s.css', list: large },
    ...{ ownId: 'own', isForStaff: false, refreshSeconds: 15 },
  };
  const html = renderPeoplePage({ ...data, self: { person: own, isWatching: true } });
  expect(html).toContain('<h2>Watching</h2>');
  expect(html.match(/and others/g)).toHaveLength(2);
  expect(html.match(/\(you\)/g)).toHaveLength(1);
  expect(renderPeoplePage({ ...data, texts: zh })).not.toMatch(/\{n\}|[\uff08(][)\uff09]/u);
});
