import type { JSX } from 'preact';
import type { OnionAddressState } from '../serve-event.ts';
import { DeskPage } from './desk-page.tsx';
import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import type { Texts } from './texts/en.ts';

/** `/broadcaster/addresses`: the onion addresses of this run. */
export interface AddressesDeskData {
  readonly addresses: readonly OnionAddressState[];
}

/** The page of the desk about addresses, with a picture of each for a phone. */
export function renderAddressesDesk(data: AddressesDeskData & Reader & { readonly styleHref: string }): string {
  const { texts, base, styleHref } = data;
  const words = texts.addresses;
  const known = data.addresses.filter(({ address }) => address !== undefined);
  return renderDocument(
    <DeskPage {...{ texts, base, styleHref }} heading={words.heading} notice={undefined}>
      <div class="desk-cards">
        {known.length === 0 && <p class="faint">{words.none}</p>}
        {known.map((each) => (
          <Address known={each} texts={texts} base={base} />
        ))}
      </div>
    </DeskPage>,
  );
}

function Address({ known, texts, base }: Reader & { known: OnionAddressState }): JSX.Element {
  const { name, address = '', state } = known;
  const words = texts.addresses;
  return (
    <section class="card">
      <p>{nameOf(name, words)}</p>
      <code class="copyable">{`http://${address}/${name === 'desk' ? 'broadcaster' : ''}`}</code>
      <img class="qr-code" src={`${base}/broadcaster/addresses/${name}.png`} alt={words.qr} />
      <p class="small faint">{state === 'online' ? words.published : words.notPublished}</p>
    </section>
  );
}

function nameOf(name: string, { names }: Texts['addresses']): string {
  if (name === 'public' || name === 'temporary' || name === 'desk') return names[name];
  return `${names.public} (${name})`;
}
