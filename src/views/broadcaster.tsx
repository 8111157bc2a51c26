import type { JSX } from 'preact';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import { renderDocument } from './document.tsx';
import { Shell } from './shell.tsx';
import { en } from './texts/en.ts';

/** Names of the fields of the login and of the desk's forms. */
export const broadcasterFields = { name: 'name', password: 'password', token: 'token', title: 'title' } as const;

/** `/broadcaster` for somebody who has not logged in. */
export interface BroadcasterLoginData {
  /** Where to post, `v=` included when the browser keeps no cookie. */
  readonly action: string;
  readonly formToken: string;
  /** What was typed before, after a refusal. */
  readonly name: string;
  /** Why the last attempt was refused, as a sentence. */
  readonly refusal?: string;
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
  /** What has just been done or refused, as a sentence. */
  readonly notice?: string;
}

const words = {
  desk: 'Broadcaster\u2019s desk',
  login: 'Log in',
  logout: 'Log out',
  loginName: 'Name',
  password: 'Password',
  passwordHint: 'The password was shown in the terminal at the first start. This needs cookies.',
  state: 'Stream',
  title: 'Title',
  change: 'Change',
  connect: 'Connect OBS',
  connectHint: 'Settings, Stream, Service: Custom.',
  server: 'Server',
  key: 'Stream key',
  showKey: 'Show the key',
  hideKey: 'Hide the key',
  keyHint: 'Whoever has the key can broadcast. Do not show it in the stream.',
  push: 'Or send FLV or fragmented MP4 by HTTP POST to',
  noServer: 'RTMP is switched off in the configuration.',
} as const;

/** The login page. */
export function renderBroadcasterLogin(data: BroadcasterLoginData & { readonly styleHref: string }): string {
  return renderDocument(
    <Shell title={`${words.login} - ${en.productName}`} styleHref={data.styleHref} kind="login-page">
      <main class="login">
        <h1>{words.desk}</h1>
        <form class="login-form" method="post" action={data.action}>
          <Token value={data.formToken} />
          {data.refusal !== undefined && (
            <p class="notice notice-bad" role="alert">
              {data.refusal}
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
              required
            />
          </label>
          <button class="button" type="submit">
            {words.login}
          </button>
          <p class="faint">{words.passwordHint}</p>
        </form>
      </main>
    </Shell>,
  );
}

/** The desk. */
export function renderBroadcasterDesk(data: BroadcasterDeskData & { readonly styleHref: string }): string {
  const { snapshot, formToken, notice } = data;
  return renderDocument(
    <Shell
      title={`${words.desk} - ${en.productName}`}
      styleHref={data.styleHref}
      kind="desk-page"
      tools={<Logout formToken={formToken} />}
    >
      <main class="desk">
        <h1>{words.desk}</h1>
        <p class="notice" role="status">
          {notice ?? ''}
        </p>
        <section>
          <h2>{words.state}</h2>
          <p>
            {en.states[snapshot.state].sentence}{' '}
            {(snapshot.viewers === 1 ? en.client.viewersOne : en.client.viewersMany).replace(
              '{n}',
              String(snapshot.viewers),
            )}
          </p>
        </section>
        <section>
          <h2>{words.title}</h2>
          <form method="post" action="/broadcaster/title" autocomplete="off">
            <Token value={formToken} />
            <input
              class="field"
              type="text"
              name={broadcasterFields.title}
              value={snapshot.title}
              aria-label={words.title}
            />{' '}
            <button class="button" type="submit">
              {words.change}
            </button>
          </form>
        </section>
        <Publishing publishing={data.publishing} formToken={formToken} />
      </main>
    </Shell>,
  );
}

function Publishing({ publishing, formToken }: { publishing: PublishingData; formToken: string }): JSX.Element {
  const { server, pushUrl, key } = publishing;
  return (
    <section>
      <h2>{words.connect}</h2>
      {server === undefined ? <p>{words.noServer}</p> : <p>{words.connectHint}</p>}
      <dl>
        {server !== undefined && <dt>{words.server}</dt>}
        {server !== undefined && (
          <dd>
            <code>{server}</code>
          </dd>
        )}
        <dt>{words.key}</dt>
        <dd>{key === undefined ? <ShowKey formToken={formToken} /> : <code>{key}</code>}</dd>
      </dl>
      {key !== undefined && (
        <p>
          {words.keyHint} <a href="/broadcaster">{words.hideKey}</a>
        </p>
      )}
      {pushUrl !== undefined && (
        <p>
          {words.push} <code>{pushUrl}</code>
        </p>
      )}
    </section>
  );
}

function ShowKey({ formToken }: { formToken: string }): JSX.Element {
  return (
    <form method="post" action="/broadcaster/key">
      <Token value={formToken} />
      <button class="button quiet" type="submit">
        {words.showKey}
      </button>
    </form>
  );
}

function Logout({ formToken }: { formToken: string }): JSX.Element {
  return (
    <form method="post" action="/broadcaster/logout">
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
