import { isIP } from 'node:net';

/** Where a listener stands, or that there is none. Port 0 takes any free port. */
export type ListenAddress = { readonly host: string; readonly port: number } | 'off';

/**
 * Reads `127.0.0.1:5000`, `[::1]:5000`, `localhost:5000`, `5000` or `off`. Throws a RangeError that says what is expected.
 * Threat: T01. Only loopback is accepted: whoever can reach another address reaches the server without Tor and learns where it stands.
 */
export function parseAddress(text: string): ListenAddress {
  if (text === 'off') return 'off';
  const match = /^(?:\[([^\]]*)\]:|([^:[\]]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new RangeError('an address is HOST:PORT, like "127.0.0.1:5000", or "off"');
  }
  const host = match[1] ?? match[2] ?? '127.0.0.1';
  if (host === 'localhost') return { host: '127.0.0.1', port };
  if (!isLoopback(host)) {
    throw new RangeError(
      'only this machine itself (127.0.0.1 or [::1]) may be listened on: on any other address the server could be reached without Tor, ' +
        'which shows where it stands. From another machine, use an SSH tunnel or the onion address',
    );
  }
  return { host, port };
}

/** Writes an address the way `parseAddress` reads it. */
export function formatAddress(address: ListenAddress): string {
  if (address === 'off') return 'off';
  return isIP(address.host) === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

function isLoopback(host: string): boolean {
  return (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}
