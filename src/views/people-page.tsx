import type { JSX } from 'preact';
import { type ListedPerson, type PeopleGroup, type PeopleList } from '../chat/people-list.ts';
import { Speaker } from './chat-row.tsx';
import { Document, renderDocument } from './document.tsx';
import { nameIn } from './nameless.ts';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';
import { counted, filled } from './texts/words.ts';

/** What the list of people is made of. */
export interface PeoplePageData extends Reader {
  readonly styleHref: string;
  readonly list: PeopleList;
  /** Id of whoever reads. */
  readonly ownId: string;
  /** Whoever reads, as they are shown: they find themselves even where others would not find them. */
  readonly self?: { readonly person: ListedPerson; readonly isWatching: boolean };
  /** Staff get a way to the tools for each person; only to them may an id go. */
  readonly isForStaff: boolean;
  /** The page loads itself again after so long. */
  readonly refreshSeconds: number;
}

/** `/people`: who is here. Small enough for the chat's frame, with a way back to the messages; the script takes `.people-list` out of it. */
export function renderPeoplePage(data: PeoplePageData): string {
  const { texts, base, list } = data;
  const words = texts.people;
  return renderDocument(
    <Document
      texts={texts}
      title={words.heading}
      styleHref={data.styleHref}
      kind="frame people-frame"
      head={<meta http-equiv="refresh" content={String(data.refreshSeconds)} />}
    >
      <main class="people">
        <p>
          <a class="chip" href={`${base}/chat`}>
            {texts.backToMessages}
          </a>
        </p>
        <div class="people-list">
          <Group data={data} group={list.broadcaster} heading={texts.broadcaster} />
          <Group data={data} group={list.moderators} heading={words.moderators} />
          <Group
            data={data}
            group={withSelf(list.watching, data, true)}
            heading={withCount(words.watching, list.watching)}
          />
          <Group
            data={data}
            group={withSelf(list.notWatching, data, false)}
            heading={withCount(words.notWatching, list.notWatching)}
          />
          <p class="faint">{list.total === 0 ? words.none : words.late}</p>
        </div>
      </main>
    </Document>,
  );
}

/** How many are here, for the link or button that shows them; the script writes a newer number into the element. */
export function PeopleCount({ total, texts }: { readonly total: number; readonly texts: Texts }): JSX.Element {
  const [before = '', after = ''] = texts.people.count.split('{n}');
  return (
    <>
      {before}
      <span class="people-count">{total}</span>
      {after}
    </>
  );
}

interface GroupProps {
  readonly data: PeoplePageData;
  readonly group: PeopleGroup;
  readonly heading: string;
}

function Group({ data, group, heading }: GroupProps): JSX.Element | null {
  const { texts } = data;
  const { people, count = people.length, isPartial } = group;
  if (count === 0 && isPartial !== true) return null;
  const more = isPartial === true ? 0 : count - people.length;
  return (
    <section>
      <h2>{heading}</h2>
      <ul>
        {people.map((person) => (
          <Person key={person.viewerId} person={person} data={data} />
        ))}
        {more > 0 && <li class="faint">{counted(texts.people.more, more, texts.lang)}</li>}
        {isPartial === true && <li class="faint">{texts.people.others}</li>}
      </ul>
    </section>
  );
}

function Person({ person, data }: { person: ListedPerson; data: PeoplePageData }): JSX.Element {
  const { texts } = data;
  const isSelf = person.viewerIds.includes(data.ownId);
  return (
    <li>
      <Speaker author={person.face} texts={texts} />
      {isSelf && <b class="you"> {texts.people.you}</b>}
      {data.isForStaff && !isSelf && (
        <a
          class="tools-link"
          href={`chat/tools?person=${encodeURIComponent(person.viewerId)}`}
          title={nameOf(person, texts)}
        >
          {texts.staff.tools}
        </a>
      )}
    </li>
  );
}

function nameOf({ face }: ListedPerson, texts: Texts): string {
  return face.tag === undefined ? face.name : `${nameIn(texts, face)} #${face.tag}`;
}

/** The heading, without its brackets where there is no number to stand in them. */
function withCount(heading: string, { count }: PeopleGroup): string {
  return count === undefined ? heading.replace(/\s*[(\uff08]\{n\}[)\uff09]/u, '') : filled(heading, { n: count });
}

/** Oneself first, if not among the others. */
function withSelf(group: PeopleGroup, { self, list, ownId }: PeoplePageData, isWatching: boolean): PeopleGroup {
  const listed = [list.broadcaster, list.moderators, list.watching, list.notWatching].flatMap(({ people }) => people);
  const isMissing = self?.isWatching === isWatching && group.isPartial === true;
  if (!isMissing || listed.some(({ viewerIds }) => viewerIds.includes(ownId))) return group;
  return { ...group, people: [self.person, ...group.people] };
}
