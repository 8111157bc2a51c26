import type { JSX } from 'preact';
import type { ScheduleView } from '../broadcast/schedule.ts';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { Copyable } from './copyable.tsx';
import { DeskPage } from './desk-page.tsx';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import { describeSnapshot, renditionLabel } from './snapshot-text.ts';
import type { Reader } from './reader.ts';
import { scheduleSentences } from './schedule-desk.tsx';
import type { Texts } from './texts/en.ts';
import { filled } from './texts/words.ts';

/** Names of the fields of the login and of the desk's forms. */
export const broadcasterFields = { name: 'name', password: 'password', token: 'token', title: 'title' } as const;

/** `/broadcaster` for somebody who has not logged in. */
export interface BroadcasterLoginData {
  readonly formToken: string;
  /** What was typed before, after a refusal. */
  readonly name: string;
  /** Why the last attempt was refused. */
  readonly refusal?: { readonly rule: keyof Texts['desk']['refusals']; readonly waitSeconds?: number };
}

/** How to publish; the key only when it was asked for. */
export interface PublishingData {
  /** RTMP server as OBS wants it; absent when RTMP is off. */
  readonly server?: string;
  /** Address for HTTP POST; absent when push is off. */
  readonly pushUrl?: string;
  readonly key?: string;
}

/** `/broadcaster` after login. */
export interface BroadcasterDeskData {
  readonly formToken: string;
  readonly snapshot: StreamSnapshot;
  readonly publishing: PublishingData;
  /** What the publisher could set better. */
  readonly problem?: keyof Texts['desk']['problems'];
  /** How the broadcast stands by the clock. */
  readonly schedule: ScheduleView;
  /** The stream can be recorded here. */
  readonly hasRecordings: boolean;
  /** What has just gone wrong. */
  readonly notice?: keyof Texts['desk']['notices'];
}

/** The login page. */
export function renderBroadcasterLogin(data: BroadcasterLoginData & Reader & { readonly styleHref: string }): string {
  const { refusal, texts, base } = data;
  const words = texts.desk;
  return renderDocument(
    <Shell
      texts={texts}
      base={base}
      title={`${words.login} - ${texts.productName}`}
      styleHref={data.styleHref}
      kind="login-page"
      tools={<ToStream label={texts.backToStream} base={base} />}
    >
      <main class="login">
        <form class="card" method="post" action={`${base}/broadcaster/login`}>
          <h1>{words.heading}</h1>
          <Token value={data.formToken} />
          {refusal !== undefined && (
            <p class="alert" role="alert">
              {filled(words.refusals[refusal.rule], { n: refusal.waitSeconds ?? 0 })}
            </p>
          )}
          <label class="setting">
            <span>{words.loginName}</span>
            <input
              class="field"
              type="text"
              name={broadcasterFields.name}
              value={data.name}
              autocomplete="username"
              autofocus={data.name === ''}
              required
            />
          </label>
          <label class="setting">
            <span>{words.password}</span>
            <input
              class="field"
              type="password"
              name={broadcasterFields.password}
              autocomplete="current-password"
              autofocus={data.name !== ''}
              required
            />
          </label>
          <button class="button" type="submit">
            {words.login}
          </button>
          <p class="small faint">{words.passwordHint}</p>
        </form>
      </main>
    </Shell>,
  );
}

/** The desk. */
export function renderBroadcasterDesk(data: BroadcasterDeskData & Reader & { readonly styleHref: string }): string {
  const { snapshot, formToken, notice, texts, base } = data;
  const words = texts.desk;
  const own = { texts, base, formToken };
  return renderDocument(
    <DeskPage
      {...{ texts, base }}
      styleHref={data.styleHref}
      heading={words.heading}
      notice={notice && words.notices[notice]}
      tools={
        <>
          <ToStream label={words.toStream} base={base} /> <Logout {...own} />
        </>
      }
    >
      <div class="desk-cards">
        <div class="desk-column">
          <StreamFacts {...{ snapshot, texts, base }} problem={data.problem} schedule={data.schedule} />
          <Title title={snapshot.title} {...own} />
          <ChatTools texts={texts} base={base} />
          {data.hasRecordings && <Recordings texts={texts} base={base} />}
        </div>
        <Publishing publishing={data.publishing} {...own} />
      </div>
    </DeskPage>,
  );
}

/** A part of the desk with a form in it. */
interface OwnForm extends Reader {
  readonly formToken: string;
}

function ToStream({ label, base }: { label: string; base: string }): JSX.Element {
  return (
    <a class="quiet-link" href={`${base}/`}>
      {label}
    </a>
  );
}

interface StreamFactsProps extends Reader {
  readonly snapshot: StreamSnapshot;
  readonly problem: BroadcasterDeskData['problem'];
  readonly schedule: ScheduleView;
}

function StreamFacts({ snapshot, problem, schedule, texts, base }: StreamFactsProps): JSX.Element {
  const words = texts.desk;
  const { light, sentence } = describeSnapshot(snapshot, texts);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{words.stream}</h2>
        <a class="quiet-link" href={`${base}/broadcaster`}>
          {texts.reload}
        </a>
      </div>
      <p class="desk-state">
        <i class={`light light-${light}`} aria-hidden="true" /> {sentence}
      </p>
      <dl class="facts">
        <div>
          <dt>{words.viewers}</dt>
          <dd>{snapshot.viewers}</dd>
        </div>
        <div>
          <dt>{words.qualities}</dt>
          <dd>{qualitiesIn(snapshot, texts) || words.none}</dd>
        </div>
      </dl>
      {problem !== undefined && <p class="small">{words.problems[problem]}</p>}
      {isPlanned(schedule) &&
        scheduleSentences(schedule, texts).map((sentence) => (
          <p key={sentence} class="small">
            {sentence}
          </p>
        ))}
      <p>
        <a class="button quiet" href={`${base}/broadcaster/schedule`}>
          {texts.schedule.heading}
        </a>{' '}
        <a class="button quiet" href={`${base}/broadcaster/addresses`}>
          {texts.addresses.heading}
        </a>
      </p>
    </section>
  );
}

/** Whether the clock has anything to say. */
function isPlanned({ phase, stopsAtMs, confirmByMs }: ScheduleView): boolean {
  return phase !== 'open' || stopsAtMs !== undefined || confirmByMs !== undefined;
}

/** With the second codec, which is for the browser to choose and which only the broadcaster sees as such. */
function qualitiesIn({ renditions }: StreamSnapshot, texts: Texts): string {
  return renditions.map((each) => (each.codec === 'vp9' ? each.name : renditionLabel(each, texts))).join(', ');
}

function Title({ title, texts, base, formToken }: OwnForm & { title: string }): JSX.Element {
  const words = texts.desk;
  return (
    <section class="card">
      <h2>{words.title}</h2>
      <form class="in-line" method="post" action={`${base}/broadcaster/title`} autocomplete="off">
        <Token value={formToken} />
        <input
          class="field"
          type="text"
          name={broadcasterFields.title}
          value={title}
          aria-label={words.title}
          placeholder={texts.untitled}
        />{' '}
        <button class="button" type="submit">
          {words.change}
        </button>
      </form>
      <p class="small faint">{words.titleHint}</p>
    </section>
  );
}

/** The switches of the chat and the people in it have a page of their own, which moderators share; the door has one for the broadcaster. */
function ChatTools({ texts, base }: Reader): JSX.Element {
  const words = texts.desk;
  return (
    <section class="card">
      <h2>{texts.chat}</h2>
      <p class="faint">{words.chatHint}</p>
      <p>
        <a class="button" href={`${base}/staff`}>
          {words.openChat}
        </a>{' '}
        <a class="button quiet" href={`${base}/broadcaster/access`}>
          {texts.door.heading}
        </a>
      </p>
    </section>
  );
}

function Recordings({ texts, base }: Reader): JSX.Element {
  return (
    <section class="card">
      <h2>{texts.recordings.record}</h2>
      <p>
        <a class="button quiet" href={`${base}/broadcaster/recordings`}>
          {texts.recordings.heading}
        </a>
      </p>
    </section>
  );
}

function Publishing({ publishing, ...own }: OwnForm & { publishing: PublishingData }): JSX.Element {
  const { texts, base } = own;
  const words = texts.desk;
  const { server, pushUrl, key } = publishing;
  return (
    <section class="card">
      <h2>{words.connect}</h2>
      <p class="faint">{server === undefined ? words.noServer : words.connectHint}</p>
      {server !== undefined && <Copyable label={words.server} text={server} />}
      {key === undefined ? <ShowKey {...own} /> : <Copyable label={words.key} text={key} />}
      {key !== undefined && (
        <p class="small">
          {words.keyHint} <a href={`${base}/broadcaster`}>{words.hideKey}</a>
        </p>
      )}
      {pushUrl !== undefined && (
        <>
          <h3>{words.otherWays}</h3>
          <p class="faint">{words.push}</p>
          <code class="copyable">{pushUrl}</code>
        </>
      )}
    </section>
  );
}

function ShowKey({ texts, base, formToken }: OwnForm): JSX.Element {
  const words = texts.desk;
  return (
    <form class="setting" method="post" action={`${base}/broadcaster/key`}>
      <span>{words.key}</span>
      <Token value={formToken} />
      <button class="button quiet" type="submit">
        {words.showKey}
      </button>
    </form>
  );
}

function Logout({ texts, base, formToken }: OwnForm): JSX.Element {
  const words = texts.desk;
  return (
    <form method="post" action={`${base}/broadcaster/logout`}>
      <Token value={formToken} />
      <button class="button quiet" type="submit">
        {words.logout}
      </button>
    </form>
  );
}

function Token({ value }: { value: string }): JSX.Element {
  return <input type="hidden" name={broadcasterFields.token} value={value} />;
}
