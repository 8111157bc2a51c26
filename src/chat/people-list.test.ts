import { describe, expect, it, test } from 'vitest';
import type { Capcode } from './message.ts';
import { type Face, listPeople, maxListed, type PeopleList, roughly, type Sighting } from './people-list.ts';

/** Viewers whose id begins with a capital have chosen it as a name. */
function faceOf(viewerId: string, role: Capcode | undefined): Face {
  const capcode = role === undefined ? {} : { capcode: role };
  return /^[A-Z]/.test(viewerId) ? { name: viewerId, ...capcode } : { name: 'Anonymous', tag: viewerId, ...capcode };
}

function list(sightings: readonly Sighting[], more: { isForStaff?: boolean; isOnAir?: boolean } = {}): PeopleList {
  const hasSpoken = (viewerId: string): boolean => viewerId.startsWith('s');
  return listPeople(sightings, { faceOf, hasSpoken, isForStaff: false, isOnAir: true, ...more });
}

const sees = (viewerId: string, circuitId: number, isWatching = true): Sighting => ({
  viewerId,
  circuitId,
  isWatching,
});
const names = ({ people }: PeopleList['watching']): string[] => people.map(({ face }) => face.tag ?? face.name);

describe('the list of people', () => {
  it('has those who watch, those who are here without watching, and staff apart', () => {
    const found = list([
      sees('Ann', 1),
      sees('Ann', 1, false),
      sees('Bob', 2, false),
      { ...sees('Mia', 3, false), role: 'moderator' },
      { ...sees('Host', 4, false), role: 'broadcaster' },
      sees('Mia', 3),
    ]);
    expect(names(found.broadcaster)).toEqual(['Host']);
    expect(names(found.moderators)).toEqual(['Mia']);
    expect(names(found.watching)).toEqual(['Ann']);
    expect(names(found.notWatching)).toEqual(['Bob']);
    expect([found.total, found.viewers]).toEqual([4, 2]);
  });

  it('T33 has everybody once, under the name they have chosen, and knows them by all they go by', () => {
    const { watching, viewers } = list([sees('x1', 1), sees('Zoe', 1), sees('x2', 1, false), sees('x2', 9)]);
    expect(names(watching)).toEqual(['Zoe']);
    expect(watching.people[0]?.viewerIds).toEqual(['x1', 'Zoe', 'x2']);
    expect([watching.count, viewers]).toEqual([1, 1]);
  });

  it('shows staff by their mark, whatever else they go by, and gives the mark to nobody else', () => {
    const { moderators } = list([sees('Alias', 1), { ...sees('mod', 1), role: 'moderator' }]);
    expect(moderators.people[0]?.face).toEqual({ name: 'Anonymous', tag: 'mod', capcode: 'moderator' });
    expect(moderators.people[0]?.viewerIds).toEqual(['mod', 'Alias']);
  });

  it('is in the order of names, not of coming', () => {
    const found = list([sees('b', 1), sees('Zoe', 2), sees('a', 3), sees('Ann', 4)]);
    expect(names(found.watching)).toEqual(['Ann', 'Zoe', 'a', 'b']);
  });

  it('counts programs without an identity, and lists none of them', () => {
    const { watching } = list([{ circuitId: 5, isWatching: true }, sees('Ann', 1)]);
    expect([names(watching), watching.count]).toEqual([['Ann'], 2]);
  });

  it('lists so many and no more, and rounds the number for all but staff', () => {
    const crowd = Array.from({ length: maxListed + 34 }, (_nothing, index) => sees(`s${index}`, index));
    const { watching, viewers, total } = list(crowd);
    expect([watching.people.length, watching.count, viewers, total]).toEqual([maxListed, 230, 230, 230]);
    const exact = list(crowd, { isForStaff: true });
    expect([exact.watching.people.length, exact.watching.count, exact.viewers, exact.total]).toEqual([
      200, 234, 234, 234,
    ]);
  });

  it('T38 of more than ten people cannot be counted by anybody but staff', () => {
    const spoken = (count: number, isWatching = true) =>
      Array.from({ length: count }, (_nothing, index) =>
        sees(`s${index}${isWatching}`, index + (isWatching ? 0 : 500), isWatching),
      );
    const silent = (count: number) =>
      Array.from({ length: count }, (_nothing, index) => sees(`v${index}`, 1000 + index));
    const told = (sightings: readonly Sighting[]) =>
      JSON.stringify({ ...list(sightings), watching: { ...list(sightings).watching, people: [] } });
    // All ten, exactly.
    const small = list([...spoken(4), ...silent(3), ...spoken(3, false)]);
    expect([names(small.watching).length, small.watching.count, small.notWatching.count, small.total]).toEqual([
      7, 7, 3, 10,
    ]);
    // One more: those who have written, and nobody learns how many more there are.
    const large = list([...spoken(4), ...silent(4), ...spoken(3, false)]);
    expect(names(large.watching)).toHaveLength(4);
    expect(large.watching).toMatchObject({ isPartial: true });
    expect(large.watching.count).toBeUndefined();
    expect([large.notWatching.count, large.total]).toEqual([undefined, 10]);
    // Even where all have written there may be others.
    expect(list(spoken(11)).watching.isPartial).toBe(true);
    // What is told of 23 to 27 people, who have said nothing, is the same.
    expect(new Set([23, 24, 25, 26, 27].map((count) => told(silent(count)))).size).toBe(1);
    expect(list([...spoken(4), ...silent(4), ...spoken(3, false)], { isForStaff: true })).toMatchObject({ total: 11 });
  });

  it('T38 tells nobody but staff that the broadcaster is here while off the air', () => {
    const host: Sighting = { ...sees('Host', 1, false), role: 'broadcaster' };
    expect(list([host], { isOnAir: false })).toMatchObject({ broadcaster: { count: 0, people: [] }, total: 0 });
    expect(list([host], { isOnAir: false, isForStaff: true }).broadcaster.count).toBe(1);
  });
});

test.each([
  [0, 0],
  [1, 1],
  [10, 10],
  [11, 10],
  [12, 10],
  [13, 15],
  [48, 50],
  [54, 50],
  [55, 60],
  [99, 100],
  [100, 100],
  [104, 100],
  [105, 110],
  [999, 1000],
  [1249, 1200],
  [65_536, 66_000],
])('%d people are told as %d', (count, told) => {
  expect(roughly(count)).toBe(told);
});
