import { groupByPerson, type Trace } from '../broadcast/person.ts';
import type { Author, Capcode } from './message.ts';

/** Something that shows that somebody is here. */
export interface Sighting extends Trace {
  readonly isWatching: boolean;
  readonly role?: Capcode;
}

/** How somebody appears in the list; whoever has done nothing so far has no colour. */
export type Face = Omit<Author, 'colour'> & Partial<Pick<Author, 'colour'>>;

/** One person of the list. Ids are for staff and for finding oneself; nobody else gets them. */
export interface ListedPerson {
  readonly viewerId: string;
  /** Everything they go by, on one circuit or another. */
  readonly viewerIds: readonly string[];
  readonly face: Face;
}

/** People of one kind, by name, so that the order says nothing about who came when. */
export interface PeopleGroup {
  /** No more than `maxListed`. */
  readonly people: readonly ListedPerson[];
  /** All of them, listed or not, as far as the reader may know; absent for a small part of a large room, from which the whole could be added up. */
  readonly count?: number;
  /** There may be others, of whom the reader learns nothing more. */
  readonly isPartial?: true;
}

/** Who is here, as one kind of reader may know it. Staff stand in groups of their own, watching or not. */
export interface PeopleList {
  readonly broadcaster: PeopleGroup;
  readonly moderators: PeopleGroup;
  readonly watching: PeopleGroup;
  readonly notWatching: PeopleGroup;
  /** Everybody who is here. */
  readonly total: number;
  /** Everybody who is watching, staff included: the number of viewers. */
  readonly viewers: number;
}

export interface PeopleListOptions {
  /** How a viewer appears. */
  faceOf(viewerId: string, role: Capcode | undefined): Face;
  /** Whether somebody has shown that they are here, by writing. */
  hasSpoken(viewerId: string): boolean;
  /** Numbers are exact, everybody is listed, and the broadcaster is listed while off the air as well. */
  readonly isForStaff: boolean;
  readonly isOnAir: boolean;
}

/** So many of a group are listed; of the others there is a number. */
export const maxListed = 200;

const ranks: Readonly<Record<Capcode, number>> = { broadcaster: 0, moderator: 1 };

interface Person {
  readonly viewerIds: readonly string[];
  readonly role: Capcode | undefined;
  readonly isWatching: boolean;
}

/** So many may be counted, and are listed whether they have written or not. */
const countable = 10;

/**
 * Lists people: each once, however many identities, circuits and responses they have. In a room of more than ten nobody but staff can count them: numbers are
 * rough, and of viewers only those are listed who have shown by writing that they are here.
 */
// Threat: T33, T38
export function listPeople(sightings: readonly Sighting[], options: PeopleListOptions): PeopleList {
  const { isForStaff, isOnAir } = options;
  const everybody = groupByPerson(sightings).map(personOf);
  // The hours of the broadcaster off the air are nobody's business.
  const people = everybody.filter(({ role }) => isForStaff || isOnAir || role !== 'broadcaster');
  const told = (count: number): number => (isForStaff ? count : roughly(count));
  const isCoarse = !isForStaff && people.length > countable;
  const group = (isMeant: (person: Person) => boolean): PeopleGroup => {
    const members = people.filter(isMeant);
    return isCoarse ? coarseGroup(members, options) : { people: listed(members, options), count: members.length };
  };
  return {
    broadcaster: group(({ role }) => role === 'broadcaster'),
    moderators: group(({ role }) => role === 'moderator'),
    watching: group(({ role, isWatching }) => role === undefined && isWatching),
    notWatching: group(({ role, isWatching }) => role === undefined && !isWatching),
    total: told(people.length),
    viewers: told(everybody.filter(({ isWatching }) => isWatching).length),
  };
}

/** A number as it may be known: exact up to ten, by fives up to fifty, by tens up to a hundred, two significant digits above. */
// Threat: T38
export function roughly(count: number): number {
  if (count <= countable) return count;
  const step = count <= 50 ? 5 : Math.max(10, 10 ** (Math.floor(Math.log10(count)) - 1));
  return Math.round(count / step) * step;
}

/** Staff are known by their office. */
function coarseGroup(members: readonly Person[], options: PeopleListOptions): PeopleGroup {
  const known = members.filter(({ role, viewerIds }) => role !== undefined || viewerIds.some(options.hasSpoken));
  return {
    people: listed(known, options),
    ...(members.length > countable ? { count: roughly(members.length) } : {}),
    ...(members.some(({ role }) => role === undefined) ? { isPartial: true as const } : {}),
  };
}

/** The identities of staff come first. */
function personOf(sightings: readonly Sighting[]): Person {
  const byRank = sightings.toSorted((a, b) => rankOf(a.role) - rankOf(b.role));
  return {
    viewerIds: [...new Set(byRank.flatMap(({ viewerId }) => (viewerId === undefined ? [] : [viewerId])))],
    role: byRank[0]?.role,
    isWatching: sightings.some(({ isWatching }) => isWatching),
  };
}

function listed(members: readonly Person[], { faceOf }: PeopleListOptions): ListedPerson[] {
  const known = members.flatMap(({ viewerIds, role }) => {
    const faces = viewerIds.map((viewerId, index) => ({
      viewerId,
      viewerIds,
      // The role belongs to the identity that has it.
      face: faceOf(viewerId, index === 0 ? role : undefined),
    }));
    // Staff by their mark, others by a name if they have chosen one.
    const best = role === undefined ? faces.find(({ face }) => face.tag === undefined) : undefined;
    return best ?? faces[0] ?? [];
  });
  return known.toSorted(byName).slice(0, maxListed);
}

function rankOf(role: Capcode | undefined): number {
  return role === undefined ? 2 : ranks[role];
}

/** Chosen names first. Compared by code, which every server does alike. */
function byName({ face: a }: ListedPerson, { face: b }: ListedPerson): number {
  const [left, right] = [a, b].map(({ name, tag }) => `${tag === undefined ? 0 : 1}${name} ${tag ?? ''}`);
  if (left === right) return 0;
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
