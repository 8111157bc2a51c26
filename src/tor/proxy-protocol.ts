/**
 * The line that tor puts in front of every inbound stream with `HiddenServiceExportCircuitID haproxy`:
 * `PROXY TCP6 fc00:dead:beef:4dad::<high>:<low> ::1 <low in decimal> <virtual port>\r\n` (tor's manual; HAProxy's PROXY protocol, version 1).
 */

/** What the first bytes of a connection turned out to be. `length` is the line with its CRLF; what follows belongs to HTTP. */
export type ProxyLine =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'ok'; readonly circuitId: number; readonly length: number }
  | { readonly kind: 'bad' };

/** The longest line the PROXY protocol version 1 allows, with its CRLF (section 2.1). */
export const maxProxyLineBytes = 107;

const prefix = Buffer.from('PROXY TCP6 fc00:dead:beef:4dad::', 'latin1');
const group = '(0|[1-9a-f][0-9a-f]{0,3})';
const decimal = '(0|[1-9][0-9]{0,4})';
const wholeLine = new RegExp(`^PROXY TCP6 fc00:dead:beef:4dad::${group}:${group} ::1 ${decimal} ${decimal}$`);
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

const incomplete: ProxyLine = { kind: 'incomplete' };
const bad: ProxyLine = { kind: 'bad' };

/**
 * Reads the PROXY line at the start of everything received so far. Only the form tor prints is taken: whoever sends another is not our tor.
 * Call it again with more bytes while it says `incomplete`; it never says so for `maxProxyLineBytes` or more.
 * `circuitId` is unsigned, 32 bits, and equals the identifier of the circuit at tor's control port.
 */
// Threat: T16
export function parseProxyLine(buffer: Buffer): ProxyLine {
  const known = Math.min(buffer.length, prefix.length);
  if (buffer.compare(prefix, 0, known, 0, known) !== 0) return bad;
  const end = buffer.subarray(0, maxProxyLineBytes).indexOf(lineFeed);
  if (end === -1) return buffer.length >= maxProxyLineBytes ? bad : incomplete;
  if (buffer[end - 1] !== carriageReturn) return bad;
  const match = wholeLine.exec(buffer.toString('latin1', 0, end - 1));
  if (match === null) return bad;
  const [, high = '', low = '', sourcePort = '', virtualPort = ''] = match;
  const circuitId = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  if (!isPort(virtualPort) || Number(sourcePort) !== expectedSourcePort(circuitId)) return bad;
  return { kind: 'ok', circuitId, length: end + 1 };
}

/** tor repeats the low half of the identifier as source port, and says 1 when it has no circuit to name. */
function expectedSourcePort(circuitId: number): number {
  return circuitId === 0 ? 1 : circuitId % 0x1_0000;
}

function isPort(text: string): boolean {
  return Number(text) <= 0xffff;
}
