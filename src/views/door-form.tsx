import type { JSX } from 'preact';

/** Names of the fields of the desk's page about the door. */
export const doorFields = {
  token: 'token',
  /** Which form: `door`, `question`, `password`, `invite`, `revoke`, `restore`, `guest` or `guest-revoke`. */
  action: 'do',
  mode: 'mode',
  tripcodes: 'tripcodes',
  kind: 'kind',
  question: 'question',
  answers: 'answers',
  password: 'password',
  label: 'label',
  uses: 'uses',
  days: 'days',
  id: 'id',
  guest: 'guest',
} as const;

/** A form of the page about the door. */
export function Form({
  data,
  heading,
  children,
}: {
  data: { readonly formToken: string; readonly base: string };
  heading: string;
  children: unknown;
}): JSX.Element {
  return (
    <form class="card" method="post" action={`${data.base}/broadcaster/access`} autocomplete="off">
      <h2>{heading}</h2>
      <input type="hidden" name={doorFields.token} value={data.formToken} />
      <>{children}</>
    </form>
  );
}

/** One of several. */
export function Choice(props: { name: string; value: string; isChosen: boolean; label: string }): JSX.Element {
  return (
    <label class="choice">
      <input type="radio" name={props.name} value={props.value} checked={props.isChosen} /> {props.label}
    </label>
  );
}

/** A field of one line. */
export function Line({
  name,
  label,
  value,
  mode = 'text',
}: {
  name: string;
  label: string;
  value: string;
  mode?: 'text' | 'numeric';
}): JSX.Element {
  return (
    <label class="setting">
      <span>{label}</span>
      <input class="field" type="text" inputMode={mode} name={name} value={value} />
    </label>
  );
}

/** A field of several lines. */
export function Lines({ name, label, lines }: { name: string; label: string; lines: readonly string[] }): JSX.Element {
  return (
    <label class="setting">
      <span>{label}</span>
      <textarea class="field" name={name} rows={3}>
        {lines.join('\n')}
      </textarea>
    </label>
  );
}

/** The button that says which form it is. */
export function Submit({ action, label }: { action: string; label: string }): JSX.Element {
  return (
    <p>
      <button class="button" type="submit" name={doorFields.action} value={action}>
        {label}
      </button>
    </p>
  );
}
