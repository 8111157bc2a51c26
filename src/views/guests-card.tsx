import type { JSX } from 'preact';
import { Copyable } from './copyable.tsx';
import { doorFields, Form, Line, Submit } from './door-form.tsx';
import type { Reader } from './reader.ts';

/** People who have a key to a private address. */
export interface GuestsData {
  /** Otherwise everybody finds the address, and keys would open nothing. */
  readonly isPrivate: boolean;
  readonly names: readonly string[];
  /** Somebody has just been given a key: it is shown this once. */
  readonly made?: { readonly name: string; readonly address?: string; readonly key: string };
}

/** The card of the desk about keys to the address. */
export function PrivateGuests({
  data,
  guests,
}: {
  data: Reader & { readonly formToken: string };
  guests: GuestsData;
}): JSX.Element {
  const words = data.texts.door;
  const { made } = guests;
  if (!guests.isPrivate) {
    return (
      <section class="card">
        <h2>{words.guests.heading}</h2>
        <p class="small faint">{words.guests.everybody}</p>
      </section>
    );
  }
  return (
    <>
      <Form data={data} heading={words.guests.heading}>
        <p class="small faint">{words.guests.hint}</p>
        {made !== undefined && (
          <>
            <p role="status">
              <bdi>{made.name}</bdi>: {words.guests.once}
            </p>
            {made.address !== undefined && <Copyable label={words.link} text={made.address} />}
            <Copyable label={words.guests.key} text={made.key} />
            <p class="small">{words.guests.steps}</p>
          </>
        )}
        <Line name={doorFields.guest} label={words.guests.name} value="" />
        <Submit action="guest" label={words.guests.create} />
      </Form>
      <section class="card">
        <h2>{words.guests.keys}</h2>
        {guests.names.length === 0 && <p class="small faint">{words.guests.none}</p>}
        {guests.names.map((name) => (
          <form class="in-line" method="post" action={`${data.base}/broadcaster/access`}>
            <input type="hidden" name={doorFields.token} value={data.formToken} />
            <input type="hidden" name={doorFields.guest} value={name} />
            <span>
              <bdi>{name}</bdi>
            </span>{' '}
            <button class="button quiet" type="submit" name={doorFields.action} value="guest-revoke">
              {words.revoke}
            </button>
          </form>
        ))}
      </section>
    </>
  );
}
