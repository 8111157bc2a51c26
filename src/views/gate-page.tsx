import type { JSX } from 'preact';
import type { AccessMode } from '../admission/admission.ts';
import { type CaptchaView, chatFormFields } from '../chat/chat-view.ts';
import { AnotherPicture, CaptchaFields } from './captcha-fields.tsx';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import type { Texts } from './texts/en.ts';

/** Names of the gate's own fields; those of the captcha are those of the chat. */
export const gateFields = { password: 'password' } as const;

/** Why somebody was not let in. */
export type GateRule = keyof Texts['gate']['refusals'];

interface Refused {
  readonly refusal?: { readonly rule: GateRule; readonly waitSeconds?: number };
}

/** The page before everything. It says how to come in and nothing else. */
export interface GatePageData extends Refused {
  readonly mode: Exclude<AccessMode, 'open'>;
  readonly formToken: string;
  readonly captcha?: CaptchaView;
}

/** `/invitation/SECRET`. */
export interface AccessInvitationPageData extends Refused {
  readonly secret: string;
  readonly formToken: string;
}

type Styled<T> = T & Reader & { readonly styleHref: string };

/** The gate. It may stand in place of a frame as well: what it leads to takes the whole window. */
export function renderGatePage(data: Styled<GatePageData>): string {
  const { texts, base, captcha } = data;
  return renderDocument(
    <Shell texts={texts} base={base} title={texts.gate.heading} styleHref={data.styleHref} kind="gate-page">
      <main class="login">
        <form class="card gate" method="post" action={`${base}/access`} target="_top" autocomplete="off">
          <h1>{texts.gate.heading}</h1>
          <p>{texts.gate.modes[data.mode]}</p>
          <Token value={data.formToken} />
          <Alert texts={texts} refusal={data.refusal} />
          {(data.mode === 'password' || data.mode === 'members') && <Password texts={texts} mode={data.mode} />}
          {captcha !== undefined && <CaptchaFields captcha={captcha} texts={texts.captcha} />}
          <p class="in-line">
            <button class="button" type="submit">
              {texts.gate.enter}
            </button>{' '}
            {captcha?.picture !== undefined && <AnotherPicture isHidden={false} texts={texts.captcha} />}
          </p>
        </form>
      </main>
    </Shell>,
  );
}

/** An invitation: looking at it changes nothing, pressing its button uses it. */
export function renderAccessInvitationPage(data: Styled<AccessInvitationPageData>): string {
  const { texts, base } = data;
  return renderDocument(
    <Shell texts={texts} base={base} title={texts.gate.invitation} styleHref={data.styleHref} kind="gate-page">
      <main class="login">
        <form class="card gate" method="post" action={`${base}/invitation/${data.secret}`} target="_top">
          <h1>{texts.gate.invitation}</h1>
          <p>{texts.gate.invitationHint}</p>
          <Token value={data.formToken} />
          <Alert texts={texts} refusal={data.refusal} />
          <button class="button" type="submit">
            {texts.gate.enter}
          </button>
        </form>
      </main>
    </Shell>,
  );
}

function Token({ value }: { value: string }): JSX.Element {
  return <input type="hidden" name={chatFormFields.token} value={value} />;
}

function Alert({ texts, refusal }: { texts: Texts; refusal: Refused['refusal'] }): JSX.Element | undefined {
  if (refusal === undefined) return undefined;
  return (
    <p class="alert" role="alert">
      {texts.gate.refusals[refusal.rule].replace('{n}', String(refusal.waitSeconds ?? 0))}
    </p>
  );
}

function Password({ texts, mode }: { texts: Texts; mode: 'password' | 'members' }): JSX.Element {
  return (
    <>
      <label class="setting">
        <span>{texts.gate.password}</span>
        <input class="field" type="password" name={gateFields.password} autocomplete="current-password" autofocus />
      </label>
      <p class="small faint">{texts.gate.passwordHints[mode]}</p>
    </>
  );
}
