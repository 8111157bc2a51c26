import type { KnownAddress } from '../app/onion-view.ts';
import { qrCode } from '../qr/qr-code.ts';
import { type QrScheme, terminalQr } from '../qr/terminal-qr.ts';
import type { TorState } from '../serve-event.ts';

/** An onion address as `onion show` tells it. */
export interface SeenAddress extends KnownAddress {
  readonly state: TorState;
}

const states: Readonly<Record<TorState, string>> = {
  starting: 'tor is starting',
  bootstrapping: 'tor is connecting',
  publishing: 'being published',
  online: 'published',
  restarting: 'tor is gone and comes back',
  off: 'not published now',
};

const widest = 60;

/** The addresses for a person: what each is for, and as a QR code for a phone. */
export function tellAddresses(addresses: readonly SeenAddress[], qr: QrScheme | 'off'): string {
  if (addresses.length === 0) return 'There is no onion address yet: the first start makes it.\n';
  return addresses.flatMap((each) => [...tellAddress(each, qr), '']).join('\n');
}

function tellAddress(seen: SeenAddress, qr: QrScheme | 'off'): string[] {
  const { name, address, state } = seen;
  const url = `http://${address}/${name === 'desk' ? 'broadcaster' : ''}`;
  const code = qr === 'off' ? [] : terminalQr(qrCode(url), qr);
  return [name, `  ${url}`, `  ${rightsOf(seen)}; ${states[state]}`, ...code.map((line) => `  ${line}`)];
}

function rightsOf({ name, isPrivate, clients }: SeenAddress): string {
  if (name === 'desk') return 'page, chat and desk, for whoever has its key (onioncast desk)';
  const until = name === 'temporary' ? ', until this run ends' : '';
  if (!isPrivate) return `for everybody who has it${until}`;
  const names = clients.join(', ');
  const who = names.length > widest ? `${clients.length} people` : names;
  return `for whoever has a key (onioncast invite)${who === '' ? '' : `: ${who}`}${until}`;
}
