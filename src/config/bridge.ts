import { isIP } from 'node:net';

/** A way into the Tor network that is not in its public list. */
export interface Bridge {
  /** How the connection is disguised; absent: not at all. */
  readonly transport?: 'obfs4';
  /** All of it as tor wants it, in one line. */
  readonly line: string;
}

const words = /[ \t]+/u;
const argumentShape = /^[\w-]{1,32}=[\x21-\x7e]{1,512}$/u;

/** Reads lines as https://bridges.torproject.org gives them. Throws a RangeError that says which is wrong and how, and repeats none: who has a bridge keeps it to themselves. */
export function parseBridges(lines: readonly string[]): Bridge[] {
  return lines.map((line, index) => {
    try {
      return parseBridge(line);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new RangeError(`number ${index + 1} ${error.message}`, { cause: error });
    }
  });
}

function parseBridge(line: string): Bridge {
  const parts = line.trim().split(words);
  // As it stands in a torrc.
  if (parts[0]?.toLowerCase() === 'bridge') parts.shift();
  const transport = transportOf(parts);
  const [address = '', ...rest] = parts;
  if (!isAddress(address)) throw new RangeError('has no address like 192.0.2.1:443 or [2001:db8::1]:443');
  const fingerprint = /^\$?[0-9a-f]{40}$/iu.test(rest[0] ?? '') ? [(rest.shift() ?? '').replace('$', '')] : [];
  if (!rest.every((argument) => argumentShape.test(argument))) {
    throw new RangeError('has something behind the address that is neither a fingerprint of 40 digits nor key=value');
  }
  if (transport === undefined && rest.length > 0) throw new RangeError('has arguments, but names no transport');
  if (transport === 'obfs4' && !rest.some((argument) => argument.startsWith('cert='))) {
    throw new RangeError('is for obfs4 and has no cert=');
  }
  const named = transport === undefined ? [] : [transport];
  const whole = [...named, address, ...fingerprint, ...rest].join(' ');
  return { ...(transport !== undefined && { transport }), line: whole };
}

function transportOf(parts: string[]): Bridge['transport'] {
  const [first = ''] = parts;
  if (!/^[a-z]\w*$/iu.test(first)) return undefined;
  if (first !== 'obfs4') {
    throw new RangeError(
      'is for another transport than obfs4; for that one use tor.extra_torrc with ClientTransportPlugin',
    );
  }
  parts.shift();
  return 'obfs4';
}

function isAddress(text: string): boolean {
  const match = /^(?:\[([^\]]{2,45})\]|([\d.]{7,15})):(\d{1,5})$/u.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) return false;
  return match[1] === undefined ? isIP(match[2] ?? '') === 4 : isIP(match[1]) === 6;
}
