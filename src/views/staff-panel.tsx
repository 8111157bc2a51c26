import type { JSX } from 'preact';
import type { RowOrigin } from '../chat/chat-view.ts';
import { maxNoteCharacters, maxReasonCharacters } from '../chat/moderation/command.ts';
import type { Appeal, Sanction } from '../chat/moderation/sanction.ts';
import { Document, renderDocument } from './document.tsx';
import { labelIn } from './nameless.ts';
import type { Reader } from './reader.ts';
import { staffFields } from './staff-fields.ts';
import { Do, Durations, Notice, SanctionLine, type StaffNotice } from './staff-parts.tsx';
import type { Texts } from './texts/en.ts';

/** A message as staff see it. */
export interface StaffMessage {
  readonly id: number;
  readonly atMs: number;
  readonly text: string;
  readonly isHidden: boolean;
}

/** All that staff know of a person. */
export interface StaffPerson {
  readonly viewerId: string;
  readonly label: string;
  readonly tripcode?: string;
  /** Oldest first. */
  readonly recent: readonly StaffMessage[];
  readonly sanctions: readonly { readonly sanction: Sanction; readonly appeal: Appeal | undefined }[];
  readonly note: string;
  /** The broadcaster or a moderator. */
  readonly isStaff: boolean;
}

/** `/chat/tools`: what staff can do about one message and its writer. */
export interface StaffPanelData extends Reader {
  readonly styleHrefs: readonly [string, string];
  readonly formToken: string;
  readonly message?: StaffMessage & { readonly isPinned: boolean };
  /** Absent for what belongs to nobody. */
  readonly person?: StaffPerson;
  /** Only the broadcaster makes moderators. */
  readonly mayAppoint: boolean;
  readonly notice: StaffNotice;
  /** Where the row is. */
  readonly origin: RowOrigin;
  /** Back to where the row is, complete. */
  readonly backHref: string;
}

/** The panel in the place of the messages, or in a dialog. It answers with itself. */
export function renderStaffPanel(data: StaffPanelData): string {
  const { texts, base, message, person, notice, styleHrefs } = data;
  const words = texts.staff;
  const [styleHref, staffStyleHref] = styleHrefs;
  return renderDocument(
    <Document
      texts={texts}
      title={words.toolsFor}
      styleHref={styleHref}
      kind="frame staff-panel"
      head={<link rel="stylesheet" href={staffStyleHref} />}
    >
      <main>
        <nav class="panel-nav">
          <a class="panel-back" href={data.backHref}>
            {texts.backToMessages}
          </a>{' '}
          <a href={`${base}/staff`} target="_top">
            {words.allTools}
          </a>
        </nav>
        <form method="post" action={`${base}/chat/tools`} autocomplete="off">
          <input type="hidden" name={staffFields.token} value={data.formToken} />
          <input type="hidden" name={staffFields.origin} value={data.origin} />
          {message !== undefined && <input type="hidden" name={staffFields.message} value={message.id} />}
          {person !== undefined && <input type="hidden" name={staffFields.person} value={person.viewerId} />}
          <Notice {...notice} texts={texts} />
          {message !== undefined && <TheMessage message={message} data={data} />}
          {person !== undefined && <ThePerson person={person} texts={texts} mayAppoint={data.mayAppoint} />}
        </form>
      </main>
    </Document>,
  );
}

function TheMessage({
  message,
  data,
}: {
  message: StaffPanelData['message'] & object;
  data: StaffPanelData;
}): JSX.Element {
  const words = data.texts.staff;
  const { id, isHidden, isPinned } = message;
  return (
    <section>
      <blockquote class={isHidden ? 'staff-quote is-hidden' : 'staff-quote'}>
        {data.person !== undefined && <b>{labelIn(data.texts, data.person.label)}: </b>}
        <bdi>{message.text}</bdi> {isHidden && <small class="faint">({words.hidden})</small>}
      </blockquote>
      <p class="staff-actions">
        {isHidden ? (
          <Do what={`unhide:${id}`} keyName="h">
            {words.unhide}
          </Do>
        ) : (
          <Do what={`hide:${id}`} keyName="h">
            {words.hide}
          </Do>
        )}{' '}
        {isPinned ? (
          <Do what="unpin" isQuiet keyName="p">
            {words.unpin}
          </Do>
        ) : (
          <Do what={`pin:${id}`} isQuiet keyName="p">
            {words.pin}
          </Do>
        )}{' '}
        <a class="button quiet" href={`${data.base}/chat/form?reply=${id}&from=${data.origin}`}>
          {words.reply}
        </a>
      </p>
    </section>
  );
}

interface PersonProps {
  readonly person: StaffPerson;
  readonly texts: Texts;
  readonly mayAppoint: boolean;
}

function ThePerson({ person, texts, mayAppoint }: PersonProps): JSX.Element {
  const words = texts.staff;
  return (
    <>
      {!person.isStaff && <Sanctioning texts={texts} />}
      <section>
        <h2>
          <bdi>{labelIn(texts, person.label)}</bdi>{' '}
          {person.tripcode !== undefined && <code class="faint">!{person.tripcode}</code>}
        </h2>
        {person.sanctions.length > 0 && (
          <ul class="staff-list">
            {person.sanctions.map(({ sanction, appeal }) => (
              <SanctionLine key={sanction.id} sanction={sanction} appeal={appeal} texts={texts}>
                <Do what={`lift:${sanction.id}`} isQuiet keyName="l">
                  {words.lift}
                </Do>
              </SanctionLine>
            ))}
          </ul>
        )}
        <h3>{words.recent}</h3>
        <ul class="staff-list small">
          {person.recent.length === 0 && <li class="faint">{words.noMessages}</li>}
          {person.recent.toReversed().map(({ id, text, isHidden }) => (
            <li key={id} class={isHidden ? 'staff-item is-hidden' : 'staff-item'}>
              <bdi>{text}</bdi>{' '}
              <Do what={`${isHidden ? 'unhide' : 'hide'}:${id}`} isQuiet>
                {isHidden ? words.unhide : words.hide}
              </Do>
            </li>
          ))}
        </ul>
        <label class="setting">
          <span>{words.note}</span>
          <input class="field" type="text" name={staffFields.note} value={person.note} maxLength={maxNoteCharacters} />
        </label>
        <p class="staff-actions">
          <Do what="note" isQuiet>
            {words.saveNote}
          </Do>{' '}
          {mayAppoint && !person.isStaff && (
            <>
              <input type="hidden" name={staffFields.label} value={person.label} />
              <Do what="appoint-person" isQuiet>
                {words.appointPerson}
              </Do>
            </>
          )}
        </p>
      </section>
    </>
  );
}

function Sanctioning({ texts }: { texts: Texts }): JSX.Element {
  const words = texts.staff;
  return (
    <section class="sanctioning">
      <div class="in-line">
        <Durations texts={texts} name={staffFields.seconds} label={words.duration} chosen={600} />
        <label class="setting grows">
          <span>{words.reason}</span>
          <input class="field" type="text" name={staffFields.reason} maxLength={maxReasonCharacters} />
        </label>
      </div>
      <p class="staff-actions">
        <Do what="time-out" keyName="t">
          {words.timeOut}
        </Do>{' '}
        <Do what="kick" isQuiet keyName="k" title={words.kickHint}>
          {words.kick}
        </Do>{' '}
        <Do what="purge" isQuiet keyName="a">
          {words.purge}
        </Do>
      </p>
      <p class="staff-actions">
        <Do what="ban" isBad keyName="b">
          {words.ban}
        </Do>{' '}
        <label class="check">
          <input type="checkbox" name={staffFields.hideAll} value="yes" /> {words.hideAll}
        </label>{' '}
        <label class="check">
          <input type="checkbox" name={staffFields.endVideo} value="yes" /> {words.endVideo}
        </label>
      </p>
    </section>
  );
}
