import type { JSX } from 'preact';
import type { AccessMode } from '../admission/admission.ts';
import { Copyable } from './copyable.tsx';
import { DeskPage } from './desk-page.tsx';
import { renderDocument } from './document.tsx';
import { Choice, doorFields, Form, Line, Lines, Submit } from './door-form.tsx';
import { type GuestsData, PrivateGuests } from './guests-card.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';

/** One invitation in the list. */
export interface InvitationRow {
  readonly id: number;
  readonly label: string;
  readonly uses: number;
  readonly maxUses: number;
  readonly state: 'good' | 'used' | 'old' | 'revoked';
}

/** `/broadcaster/access`: who may come in, what is asked, who is invited. */
export interface DoorDeskData {
  readonly formToken: string;
  readonly mode: AccessMode;
  readonly modes: readonly AccessMode[];
  readonly tripcodes: readonly string[];
  readonly kind: 'picture' | 'question' | 'both';
  readonly question: string;
  readonly answers: readonly string[];
  /** Whether the door has a password. */
  readonly hasPassword: boolean;
  readonly guests: GuestsData;
  readonly invitations: readonly InvitationRow[];
  /** The link of an invitation that has just been made: it is shown this once. */
  readonly link?: string;
  readonly notice?: keyof Texts['door']['notices'];
}

/** The page of the desk about the door. Every form posts to the page itself. */
export function renderDoorDesk(data: DoorDeskData & Reader & { readonly styleHref: string }): string {
  const { texts, base, styleHref, notice } = data;
  const words = texts.door;
  return renderDocument(
    <DeskPage {...{ texts, base, styleHref }} heading={words.heading} notice={notice && words.notices[notice]}>
      <div class="desk-cards">
        <div class="desk-column">
          <WhoMayEnter data={data} words={words} />
          <DoorPassword data={data} words={words} />
          <Question data={data} words={words} />
        </div>
        <div class="desk-column">
          <Invitations data={data} words={words} />
          <PrivateGuests data={data} guests={data.guests} />
        </div>
      </div>
    </DeskPage>,
  );
}

type Words = Texts['door'];
type Part = { readonly data: DoorDeskData & Reader; readonly words: Words };

function WhoMayEnter({ data, words }: Part): JSX.Element {
  return (
    <Form data={data} heading={words.who}>
      <fieldset class="choice-list">
        <legend class="hidden-text">{words.who}</legend>
        {data.modes.map((mode) => (
          <Choice name={doorFields.mode} value={mode} isChosen={mode === data.mode} label={words.modes[mode]} />
        ))}
      </fieldset>
      <Lines name={doorFields.tripcodes} label={words.tripcodes} lines={data.tripcodes} />
      <Submit action="door" label={words.apply} />
      <p class="small faint">{words.atOnce}</p>
    </Form>
  );
}

function DoorPassword({ data, words }: Part): JSX.Element {
  return (
    <Form data={data} heading={words.password}>
      <p class="small faint">{data.hasPassword ? words.passwordIsSet : words.passwordIsUnset}</p>
      <Line name={doorFields.password} label={words.newPassword} value="" />
      <Submit action="password" label={words.apply} />
    </Form>
  );
}

function Question({ data, words }: Part): JSX.Element {
  return (
    <Form data={data} heading={words.captcha}>
      <fieldset class="choice-list">
        <legend class="hidden-text">{words.captcha}</legend>
        {(['picture', 'question', 'both'] as const).map((kind) => (
          <Choice name={doorFields.kind} value={kind} isChosen={kind === data.kind} label={words.kinds[kind]} />
        ))}
      </fieldset>
      <Line name={doorFields.question} label={words.question} value={data.question} />
      <Lines name={doorFields.answers} label={words.answers} lines={data.answers} />
      <Submit action="question" label={words.apply} />
    </Form>
  );
}

function Invitations({ data, words }: Part): JSX.Element {
  return (
    <>
      <Form data={data} heading={words.invite}>
        {data.link !== undefined && <Copyable label={words.linkOnce} text={data.link} />}
        <Line name={doorFields.label} label={words.label} value="" />
        <Line name={doorFields.uses} label={words.uses} value="1" mode="numeric" />
        <Line name={doorFields.days} label={words.days} value="7" mode="numeric" />
        <Submit action="invite" label={words.create} />
      </Form>
      {data.invitations.length > 0 && (
        <section class="card">
          <h2>{words.invitations}</h2>
          {data.invitations.map((invitation) => (
            <InvitationForm data={data} words={words} invitation={invitation} />
          ))}
        </section>
      )}
    </>
  );
}

function InvitationForm({ data, words, invitation }: Part & { invitation: InvitationRow }): JSX.Element {
  const { id, label, uses, maxUses, state } = invitation;
  const isRevoked = state === 'revoked';
  return (
    <form class="in-line" method="post" action={`${data.base}/broadcaster/access`}>
      <input type="hidden" name={doorFields.token} value={data.formToken} />
      <input type="hidden" name={doorFields.id} value={String(id)} />
      <span>
        <bdi>{label === '' ? `#${id}` : label}</bdi>{' '}
        <span class="small faint">
          {words.used.replace('{n}', String(uses)).replace('{m}', String(maxUses))} {words.states[state]}
        </span>
      </span>{' '}
      <button class="button quiet" type="submit" name={doorFields.action} value={isRevoked ? 'restore' : 'revoke'}>
        {isRevoked ? words.restore : words.revoke}
      </button>
    </form>
  );
}
