import type { OperationOutput } from '../http/control/operations.ts';
import { clientLine } from '../tor/client-key.ts';
import { qrCode } from '../qr/qr-code.ts';
import { terminalQr } from '../qr/terminal-qr.ts';
import { plainText } from './control/plain-text.ts';
import type { QrWish } from './qr-option.ts';

/** What a person is told about those who are invited. Names go through `plainText`: the desk takes any. */

/** What somebody needs, and what they do with it: to be sent to them. */
export function tellInvited(invited: OperationOutput<'inviteGuest'>, qr: QrWish): string {
  return `${[...invitedLines(invited), ...qrLines(invited, qr)].join('\n')}\n`;
}

function* invitedLines({ name, address, key, path }: OperationOutput<'inviteGuest'>): Generator<string> {
  yield `${plainText(name)} is invited. This is shown one time; send it by a way that nobody else reads.`;
  yield '';
  if (address !== undefined) yield `  Address  http://${address}${path ?? '/'}`;
  else if (path !== undefined) yield `  Address  ${path} on your site`;
  if (key !== undefined) yield `  Key      ${key}`;
  yield '';
  if (address === undefined) {
    yield 'The onion address is not known yet: it is made when Onioncast is started for the first time.';
    yield '';
  }
  if (key !== undefined) {
    yield 'In Tor Browser on a computer:';
    yield '  1. Open the address.';
    yield '  2. Where it says "Enter your private key for this onion service", paste the key.';
    yield '  3. Tick "Remember this key": else it is asked for after every start. Confirm.';
    if (path !== undefined) yield '  4. Press "Come in".';
    yield 'Tor Browser for Android cannot be given a key.';
  } else {
    yield 'They open the address in Tor Browser and press "Come in".';
  }
  if (path !== undefined)
    yield 'The link is for this person: whoever uses it first has used it up, unless it was made for more.';
  if (key === undefined || address === undefined) return;
  yield '';
  yield 'For another tor, this is the one line of a file NAME.auth_private in its ClientOnionAuthDir:';
  yield '';
  yield `  ${clientLine(address, { privateKey: key })}`;
}

/** Address and key, for a camera. */
function* qrLines({ address, key, path = '/' }: OperationOutput<'inviteGuest'>, qr: QrWish): Generator<string> {
  if (qr === 'off') return;
  const codes = { Address: address === undefined ? undefined : `http://${address}${path}`, Key: key };
  for (const [name, text] of Object.entries(codes)) {
    if (text === undefined) continue;
    yield '';
    yield `  ${name}`;
    for (const line of terminalQr(qrCode(text), qr)) yield `  ${line}`;
  }
}

export function tellGuests({ isPrivate, guests }: OperationOutput<'guests'>): string {
  const who = isPrivate ? 'Only who has a key finds the address.' : 'Everybody finds the address.';
  if (guests.length === 0) return `${who}\nNobody is invited.\n`;
  const width = Math.max(...guests.map(({ name }) => name.length));
  const lines = guests.map(({ name, hasKey, links }) => {
    const given = links.map(({ state, uses, maxUses }) => `link (${state}, ${uses} of ${maxUses} used)`);
    return `  ${plainText(name).padEnd(width)}  ${[...(hasKey ? ['key'] : []), ...given].join(', ')}`;
  });
  return `${who}\n${lines.join('\n')}\n`;
}

export function tellRevoked({ hadKey, links }: OperationOutput<'revokeGuest'>): string {
  const given = [...(hadKey ? ['a key'] : []), ...(links > 0 ? [links === 1 ? 'a link' : `${links} links`] : [])];
  const more = hadKey
    ? ' The address moves to other introduction points, within seconds while it is online: what they have kept of the old ones leads nowhere.'
    : '';
  return `Taken back: ${given.join(' and ')}. Whoever came by it is out.${more}\n`;
}

export function tellPassword({ password, mode }: OperationOutput<'setDoorPassword'>): string {
  const asked =
    mode === 'password'
      ? 'Whoever came by the one before is out.'
      : `It is asked for where access.mode is "password"; it is "${mode}". The page "Access" of the desk changes that while live.`;
  return `The password of the door, shown this one time:\n\n  ${password ?? ''}\n\n${asked}\n`;
}
