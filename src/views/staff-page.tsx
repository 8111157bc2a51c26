import type { JSX } from 'preact';
import { maxLabelCharacters } from '../chat/moderation/command.ts';
import type { AuditEntry } from '../chat/moderation/audit.ts';
import type { Appeal, Sanction } from '../chat/moderation/sanction.ts';
import type { Invitation, Moderator } from '../chat/moderation/staff.ts';
import type { HeldMessage } from '../chat/hold-queue.ts';
import { type ChatModes, captchaPolicies, wordsOf } from '../chat/modes.ts';
import { renderDocument } from './document.tsx';
import { labelIn, shownNameIn } from './nameless.ts';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import { invitationChoices, staffFields, type StaffTab, staffTabs } from './staff-fields.ts';
import { actorText, actText, Do, Durations, Notice, SanctionLine, type StaffNotice } from './staff-parts.tsx';
import { PollTools } from './staff-poll.tsx';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { momentText } from './time-text.ts';

/** `/staff`: everything about moderation, one part at a time. */
export interface StaffPageData extends Reader {
  readonly styleHrefs: readonly [string, string];
  readonly formToken: string;
  readonly tab: StaffTab;
  /** The broadcaster sees and does more than moderators. */
  readonly isBroadcaster: boolean;
  readonly notice: StaffNotice;
  readonly held: readonly HeldMessage[];
  readonly sanctions: readonly { readonly sanction: Sanction; readonly appeal: Appeal | undefined }[];
  readonly notes: readonly { readonly viewerId: string; readonly label: string; readonly text: string }[];
  readonly modes: ChatModes;
  readonly moderators: readonly Moderator[];
  readonly invitations: readonly Invitation[];
  /** An invitation's address, this one time. */
  readonly invitationLink?: { readonly label: string; readonly href: string };
  /** The newest first. */
  readonly log: { readonly entries: readonly AuditEntry[]; readonly page: number; readonly hasOlder: boolean };
}

interface PartProps {
  readonly data: StaffPageData;
  readonly words: Texts['staff'];
}

/** The page, with one form around the part that is shown. */
export function renderStaffPage(data: StaffPageData): string {
  const { texts, base, styleHrefs, tab } = data;
  const words = texts.staff;
  const [styleHref, staffStyleHref] = styleHrefs;
  const Part = parts[tab];
  return renderDocument(
    <Shell
      texts={texts}
      base={base}
      title={`${words.heading} - ${texts.productName}`}
      styleHref={styleHref}
      kind="staff-page"
      head={<link rel="stylesheet" href={staffStyleHref} />}
      tools={
        <a class="quiet-link" href={`${base}/`}>
          {words.toChat}
        </a>
      }
    >
      <main class="desk staff-desk">
        <h1>{words.heading}</h1>
        <nav class="staff-tabs" aria-label={words.heading}>
          {staffTabs.map((one) => (
            <a key={one} href={`${base}/staff?tab=${one}`} aria-current={one === tab ? 'page' : undefined}>
              {words.tabs[one]}
              {one === 'held' && data.held.length > 0 && <b class="count">{data.held.length}</b>}
            </a>
          ))}
        </nav>
        <form method="post" action={`${base}/staff`} autocomplete="off">
          <input type="hidden" name={staffFields.token} value={data.formToken} />
          <input type="hidden" name={staffFields.tab} value={tab} />
          <Notice {...data.notice} texts={texts} />
          <Part data={data} words={words} />
        </form>
        <section class="card">
          <h2>{words.may}</h2>
          <ul class="may">
            {words.mayList.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p class="faint">{words.mayNot}</p>
        </section>
      </main>
    </Shell>,
  );
}

const parts: Readonly<Record<StaffTab, (props: PartProps) => JSX.Element>> = {
  held: Held,
  sanctions: Sanctions,
  switches: Switches,
  staff: Staff,
  log: Log,
};

function Held({ data, words }: PartProps): JSX.Element {
  return (
    <section class="card">
      <h2>{words.held}</h2>
      {data.held.length === 0 && <p class="faint">{words.nothingHeld}</p>}
      <ul class="staff-list">
        {data.held.map(({ holdId, atMs, viewerId, draft, reason }) => (
          <li key={holdId} class="staff-item">
            <div>
              <a href={`${data.base}/chat/tools?person=${viewerId}&from=staff`}>
                <bdi>{shownNameIn(data.texts, draft.author)}</bdi>
              </a>
              : <bdi class="pre">{draft.text}</bdi>
              <span class="faint small">
                {' '}
                {momentText(atMs, data.texts)}, {words.holdReasons[reason]}
              </span>
            </div>
            <span class="staff-actions">
              <Do what={`approve:${holdId}`}>{words.approve}</Do>{' '}
              <Do what={`decline:${holdId}`} isQuiet>
                {words.decline}
              </Do>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sanctions({ data, words }: PartProps): JSX.Element {
  return (
    <>
      <section class="card">
        <h2>{words.sanctions}</h2>
        {data.sanctions.length === 0 && <p class="faint">{words.noSanctions}</p>}
        <ul class="staff-list">
          {data.sanctions.map(({ sanction, appeal }) => (
            <SanctionLine key={sanction.id} sanction={sanction} appeal={appeal} texts={data.texts}>
              <a class="button quiet" href={`${data.base}/chat/tools?person=${sanction.viewerId}`}>
                {words.person}
              </a>{' '}
              <Do what={`lift:${sanction.id}`}>{words.lift}</Do>
            </SanctionLine>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{words.notes}</h2>
        {data.notes.length === 0 && <p class="faint">{words.noNotes}</p>}
        <ul class="staff-list">
          {data.notes.map(({ viewerId, label, text }) => (
            <li key={viewerId} class="staff-item">
              <span>
                <a href={`${data.base}/chat/tools?person=${viewerId}&from=staff`}>
                  <bdi>{labelIn(data.texts, label)}</bdi>
                </a>
                : <bdi>{text}</bdi>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Switches({ data, words }: PartProps): JSX.Element {
  const now = Object.entries(wordsOf(data.modes));
  return (
    <>
      <section class="card">
        <h2>{words.switches}</h2>
        <div class="switches">
          {now.map(([name, word]) => (
            <Switch key={name} name={name} word={word} words={words} />
          ))}
        </div>
        <p class="faint small">{words.switchHint}</p>
        <p class="staff-actions">
          <Do what="mode">{words.apply}</Do>
        </p>
      </section>
      <section class="card">
        <h2>{words.announce}</h2>
        <textarea class="field" name={staffFields.announcement} rows={2} aria-label={words.announce} />
        <p class="faint small">{words.announceHint}</p>
        <p class="staff-actions">
          <Do what="announce">{words.announce}</Do>
        </p>
      </section>
      <PollTools texts={data.texts} />
    </>
  );
}

function Switch({ name, word, words }: { name: string; word: string; words: Texts['staff'] }): JSX.Element {
  const label = Object.entries(words.switchNames).find(([one]) => one === name)?.[1] ?? name;
  const field = `${staffFields.modePrefix}${name}`;
  const choices = name === 'captcha' ? captchaPolicies : ['off', 'on'];
  const isChoice = name === 'captcha' || ['locked', 'members', 'hold_first'].includes(name);
  return (
    <label class="setting">
      <span>{label}</span>
      {isChoice ? (
        <select class="field" name={field}>
          {choices.map((choice) => (
            <option key={choice} value={choice} selected={choice === word}>
              {choiceText(choice, words)}
            </option>
          ))}
        </select>
      ) : (
        <input class="field" type="text" name={field} value={word} maxLength={12} />
      )}
    </label>
  );
}

function choiceText(choice: string, words: Texts['staff']): string {
  return Object.entries(words.choices).find(([one]) => one === choice)?.[1] ?? choice;
}

function Staff({ data, words }: PartProps): JSX.Element {
  return (
    <>
      {data.invitationLink !== undefined && (
        <section class="card" role="status">
          <p>{filled(words.inviteLink, { name: data.invitationLink.label })}</p>
          <code class="copyable">{data.invitationLink.href}</code>
        </section>
      )}
      <section class="card">
        <h2>{words.moderators}</h2>
        {data.moderators.length === 0 && <p class="faint">{words.noModerators}</p>}
        <ul class="staff-list">
          {data.moderators.map(({ id, label, by, atMs }) => (
            <li key={id} class="staff-item">
              <span>
                <b class="badge badge-moderator">{data.texts.moderator}</b> <bdi>{label}</bdi>{' '}
                <span class="faint small">
                  {by.kind === 'tripcode' ? filled(words.byTripcode, { name: `!${by.code}` }) : words.bySession},{' '}
                  {filled(words.since, { d: momentText(atMs, data.texts) })}
                </span>
              </span>
              {data.isBroadcaster && (
                <span class="staff-actions">
                  <Do what={`revoke:${id}`} isQuiet>
                    {words.revoke}
                  </Do>
                </span>
              )}
            </li>
          ))}
        </ul>
      </section>
      {data.isBroadcaster && <Appointing data={data} words={words} />}
    </>
  );
}

function Appointing({ data, words }: PartProps): JSX.Element {
  return (
    <section class="card">
      <h2>{words.invite}</h2>
      <label class="setting">
        <span>{words.label}</span>
        <input class="field" type="text" name={staffFields.label} maxLength={maxLabelCharacters} />
      </label>
      <div class="in-line">
        <Durations
          texts={data.texts}
          name={staffFields.seconds}
          label={words.validFor}
          choices={invitationChoices}
          chosen={86_400}
        />
      </div>
      <p class="faint small">{words.inviteHint}</p>
      <p class="staff-actions">
        <Do what="invite">{words.invite}</Do>
      </p>
      {data.invitations.length > 0 && <h3>{words.invitations}</h3>}
      <ul class="staff-list">
        {data.invitations.map(({ id, label, expiresAtMs }) => (
          <li key={id} class="staff-item">
            <span>
              <bdi>{label}</bdi>{' '}
              <span class="faint small">{filled(words.until, { d: momentText(expiresAtMs, data.texts) })}</span>
            </span>
            <span class="staff-actions">
              <Do what={`revoke-invitation:${id}`} isQuiet>
                {words.revoke}
              </Do>
            </span>
          </li>
        ))}
      </ul>
      <h3>{words.appoint}</h3>
      <label class="setting">
        <span>{words.tripcode}</span>
        <input class="field" type="text" name={staffFields.tripcode} maxLength={64} spellcheck={false} />
      </label>
      <p class="staff-actions">
        <Do what="appoint" isQuiet>
          {words.appoint}
        </Do>
      </p>
    </section>
  );
}

function Log({ data, words }: PartProps): JSX.Element {
  const { entries, page, hasOlder } = data.log;
  const href = (to: number): string => `${data.base}/staff?tab=log&page=${to}`;
  return (
    <section class="card">
      <h2>{words.log}</h2>
      {entries.length === 0 && <p class="faint">{words.noEntries}</p>}
      <ul class="staff-list">
        {entries.map((entry) => (
          <li key={entry.id} class="staff-item">
            <span>
              <time class="faint small">{momentText(entry.atMs, data.texts)}</time>{' '}
              <b>{actorText(entry.by, data.texts)}</b> <bdi>{actText(entry, data.texts)}</bdi>
            </span>
            <span class="staff-actions">
              <Do what={`undo:${entry.id}`} isQuiet>
                {words.undo}
              </Do>
            </span>
          </li>
        ))}
      </ul>
      {(page > 1 || hasOlder) && (
        <p class="staff-pages">
          {page > 1 && <a href={href(page - 1)}>{words.newer}</a>}{' '}
          {hasOlder && <a href={href(page + 1)}>{words.older}</a>}
        </p>
      )}
    </section>
  );
}
