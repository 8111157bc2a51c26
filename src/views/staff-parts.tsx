import type { ComponentChildren, JSX } from 'preact';
import type { Actor } from '../chat/moderation/actor.ts';
import type { AuditEntry } from '../chat/moderation/audit.ts';
import type { Appeal, Sanction } from '../chat/moderation/sanction.ts';
import type { ModerationRule } from '../chat/moderation/command.ts';
import { durationChoices, staffFields } from './staff-fields.ts';
import { labelIn } from './nameless.ts';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';
import { momentText, spanText } from './time-text.ts';

/** What has just been done, or why it was not. */
export interface StaffNotice {
  readonly done?: AuditEntry;
  readonly refusal?: ModerationRule | 'form-expired';
}

/** A button that does one thing. `keyName`: the key for it, where script listens. */
export function Do(props: {
  readonly what: string;
  readonly keyName?: string;
  readonly title?: string;
  readonly isQuiet?: boolean;
  readonly isBad?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const kinds = ['button', props.isQuiet === true && 'quiet', props.isBad === true && 'bad'].filter(Boolean);
  return (
    <button
      class={kinds.join(' ')}
      type="submit"
      name={staffFields.action}
      value={props.what}
      title={props.title}
      data-key={props.keyName}
    >
      {props.children}
    </button>
  );
}

/** The times to choose from. */
export function Durations({
  name,
  label,
  texts,
  choices = durationChoices,
  chosen,
}: {
  readonly name: string;
  readonly label: string;
  readonly texts: Texts;
  readonly choices?: readonly number[];
  readonly chosen: number;
}): JSX.Element {
  return (
    <label class="setting">
      <span>{label}</span>
      <select class="field" name={name}>
        {choices.map((seconds) => (
          <option key={seconds} value={seconds} selected={seconds === chosen}>
            {spanText(seconds * 1000, texts)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says what has happened, with the way back. */
export function Notice({ done, refusal, texts }: StaffNotice & { readonly texts: Texts }): JSX.Element | null {
  const words = texts.staff;
  if (refusal !== undefined) {
    return (
      <p class="alert" role="alert">
        {words.refusals[refusal]}
      </p>
    );
  }
  if (done === undefined) return null;
  return (
    <p class="staff-done" role="status">
      <span>{done.act === 'undo' ? words.undone : filled(words.done, { what: actText(done, texts) })}</span>{' '}
      <Do what={`undo:${done.id}`} isQuiet keyName="z">
        {words.undo}
      </Do>
    </p>
  );
}

/** What was done to whom: `banned Mallow #k3f`. A colon that leads to nobody is left out. */
export function actText({ act, target }: AuditEntry, texts: Texts): string {
  const words = texts.staff.acts[act];
  return target === '' ? words.replace(/\s*[:：]$/u, '') : `${words} ${labelIn(texts, target)}`;
}

export function actorText(actor: Actor, texts: Texts): string {
  return actor.kind === 'moderator' ? actor.label : texts.staff.actors[actor.kind];
}

/** One sanction in words, with what the person says to it. */
export function SanctionLine({
  sanction,
  appeal,
  texts,
  children,
}: {
  readonly sanction: Sanction;
  readonly appeal: Appeal | undefined;
  readonly texts: Texts;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const words = texts.staff;
  const { untilMs, reason, endsVideo } = sanction;
  const facts = [
    untilMs === undefined ? words.untilLifted : filled(words.until, { d: momentText(untilMs, texts) }),
    ...(endsVideo ? [words.withVideo] : []),
    filled(words.by, { name: actorText(sanction.by, texts) }),
    filled(words.since, { d: momentText(sanction.atMs, texts) }),
  ];
  return (
    <li class="staff-item">
      <div>
        <b>{words.sanctionKinds[sanction.kind]}</b> <bdi>{labelIn(texts, sanction.label)}</bdi>
        <span class="faint small"> {facts.join(', ')}</span>
        {reason !== undefined && <p class="small">{filled(words.standing.reason, { why: reason })}</p>}
        {appeal !== undefined && (
          <blockquote class="appeal-text">
            <span class="faint small">{words.appeal}</span> <bdi>{appeal.text}</bdi>
          </blockquote>
        )}
      </div>
      <span class="staff-actions">{children}</span>
    </li>
  );
}
