import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.ts';

/** A row of `/proc/net/tcp` and `tcp6` whose socket listens: state `0A`. */
const listeningRow = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A /gm;
/** 127.0.0.0/8, `::1`, and 127.0.0.0/8 as IPv6, in the byte order of these tables. */
const loopback = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;
const nativeProfile = '/etc/apparmor.d/system_tor';
const ownRules = '/etc/apparmor.d/local/system_tor';
const maxFiles = 20_000;

/** Whether something listens to others at a port of ours. `tables` is the text of `/proc/net/tcp` and `tcp6`. */
// Threat: T01
export function checkListeners(tables: string, ports: readonly number[]): Finding {
  const open = [...tables.matchAll(listeningRow)]
    .map(([, address = '', port = '']) => ({ address, port: Number.parseInt(port, 16) }))
    .filter(({ address, port }) => ports.includes(port) && !loopback.test(address));
  if (open.length === 0) return ok('Reachable', 'from this machine alone');
  const found = [...new Set(open.map(({ port }) => port))].toSorted((one, other) => one - other).join(', ');
  return fail(
    'Reachable',
    `something that others can reach listens on port ${found}`,
    'Stop that program, or choose another port: nothing of Onioncast listens beyond this machine.',
  );
}

/** The tables of listening sockets, where the system tells. */
export function readListeners(): string {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'];
  return tables.map((table) => (existsSync(table) ? readFileSync(table, 'utf8') : '')).join('\n');
}

/** Whether keys, passwords and sockets in the data directory are for this user alone. The group of `run/` is that of the operator's own tor. */
// Threat: T26
export function checkSecrets(directory: string): Finding {
  if (!existsSync(directory)) return ok('Secrets', 'none yet');
  const open: string[] = [];
  let seen = 0;
  const look = (folder: string, within: string): void => {
    for (const entry of readdirSync(join(directory, folder), { withFileTypes: true })) {
      const name = within === '' ? entry.name : `${within}/${entry.name}`;
      seen += 1;
      if (seen > maxFiles || entry.isSymbolicLink()) continue;
      const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
      // A running server, and tor, put drafts in place of their files all the time.
      if (stats === undefined) continue;
      const mode = stats.mode & 0o777;
      const isShared = name === 'run' || (within === 'run' && entry.isSocket());
      if ((mode & (isShared ? 0o007 : 0o077)) !== 0) open.push(name);
      if (entry.isDirectory()) look(name, name);
    }
  };
  try {
    look('', '');
  } catch {
    return fail('Secrets', `${directory} cannot be looked through`, 'Correct its owner: all of it must be yours.');
  }
  const [first] = open;
  if (first === undefined) return ok('Secrets', 'for this user alone');
  const others = open.length === 1 ? '' : ` and ${open.length - 1} more`;
  return fail(
    'Secrets',
    `${first}${others} can be read by other users`,
    `Close it: chmod go= ${join(directory, first)}`,
  );
}

/** Whether AppArmor lets the system's tor open our sockets; asked where the operator runs tor. `root` is where the files of the system are. */
// Threat: T28
export function checkAppArmor(sockets: readonly string[], root = '/'): Finding {
  if (!existsSync(join(root, nativeProfile))) return ok('AppArmor', 'does not confine tor here');
  const rules = existsSync(join(root, ownRules)) ? readFileSync(join(root, ownRules), 'utf8') : '';
  const allowed = rules
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => /\s[a-z]*rw[a-z]*,$|\s[a-z]*w[a-z]*r[a-z]*,$/.test(line));
  const missing = sockets.filter((socket) => !allowed.some((line) => line.includes(socket)));
  if (missing.length === 0) return ok('AppArmor', 'lets tor open our sockets');
  return warn(
    'AppArmor',
    `keeps tor from ${missing.join(' and ')}: viewers would see a dead site`,
    `Add to ${ownRules}: ${missing.map((socket) => `${socket} rw,`).join(' ')} Then: apparmor_parser -r ${nativeProfile}`,
  );
}
