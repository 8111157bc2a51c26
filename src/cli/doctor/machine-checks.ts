import { mkdtempSync, readFileSync, rmdirSync, type Stats, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { formatAddress, type ListenAddress } from '../../config/address.ts';
import { formatSize } from '../../config/size.ts';
import type { SourceSetting } from '../../config/source.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

const scarceBytes = 256 * 1024 ** 2;

/** Sockets and pipes besides the connections of viewers. */
const ownFiles = 64;

/** This program did not exist before; a clock that says so is wrong. tor refuses the network when the clock is off by hours. */
const earliest = Date.UTC(2026, 0);
const latest = Date.UTC(2046, 0);
/** A new consensus is made a little before it holds. */
const toleranceMs = 10 * 60_000;

/** Whether the address can be listened on now. */
export async function checkAddress(what: string, address: ListenAddress): Promise<Finding> {
  if (address === 'off') return ok(what, 'off');
  const text = formatAddress(address);
  const reason = await listenOnce(address);
  if (reason === undefined) return ok(what, `${text} is free`);
  const found = reason === 'EADDRINUSE' ? `${text} is taken` : `${text} cannot be listened on (${reason})`;
  return fail(what, found, 'Stop the program that has it (is Onioncast running already?) or choose another port.');
}

function listenOnce({ host, port }: Exclude<ListenAddress, 'off'>): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
}

/** Whether the data directory is, or can be made, ours alone, and has room. */
export function checkData(directory: string): Finding {
  const stat = statSync(directory, { throwIfNoEntry: false });
  const todo = 'Choose another one with --data, or correct its owner and rights (chmod 700).';
  if (stat?.isDirectory() === false) return fail('Data', `${directory} is not a directory`, todo);
  const existing = stat === undefined ? nearestExisting(dirname(directory)) : directory;
  try {
    rmdirSync(mkdtempSync(join(existing, '.onioncast-')));
  } catch {
    // Whatever the reason, trying it is the one sure answer: rights, a read-only disk, a full one.
    return fail('Data', `${directory} cannot be ${stat === undefined ? 'made' : 'written'}`, todo);
  }
  const { bavail, bsize } = statfsSync(existing);
  if (bavail * bsize < scarceBytes) {
    return warn(
      'Data',
      `${directory} has ${formatSize(Math.floor((bavail * bsize) / 1024 ** 2) * 1024 ** 2)} left`,
      'Make room.',
    );
  }
  return checkRights(directory, stat);
}

function checkRights(directory: string, stat: Stats | undefined): Finding {
  if (stat === undefined) return ok('Data', `${directory} will be made`);
  // Threat: T26. The onion key is in it. A group may pass, to the socket for a tor of the operator's own.
  if ((stat.mode & 0o067) !== 0)
    return warn('Data', `${directory} is open to other users`, `Close it: chmod 700 ${directory}`);
  return ok('Data', directory);
}

function nearestExisting(directory: string): string {
  const exists = statSync(directory, { throwIfNoEntry: false }) !== undefined;
  return exists || dirname(directory) === directory ? directory : nearestExisting(dirname(directory));
}

/** Whether what is to be broadcast is there. */
export function checkSource(source: SourceSetting, environment: NodeJS.ProcessEnv): Finding {
  if (source.kind === 'screen') {
    const isBlind = process.platform === 'linux' && !environment['DISPLAY'] && !environment['WAYLAND_DISPLAY'];
    return isBlind
      ? fail('Source', 'there is no screen here', 'Start it within the desktop, or use another --source.')
      : ok('Source', 'screen');
  }
  if (!('path' in source)) return ok('Source', source.kind === 'test' ? 'test card' : 'publishers only');
  const stat = statSync(source.path, { throwIfNoEntry: false });
  const isRight = source.kind === 'dir' ? stat?.isDirectory() : stat?.isFile();
  if (isRight) return ok('Source', source.path);
  return fail(
    'Source',
    `there is no ${source.kind === 'dir' ? 'directory' : 'file'} ${source.path}`,
    'Correct source, or make it.',
  );
}

/** Whether the clock can be right. `consensus` is what tor last heard from the network, with the time from which on it holds (dir-spec 3.4.1). */
export function checkClock(nowMs: number, consensus = ''): Finding {
  const todo = 'Set it: tor cannot work with a wrong one.';
  if (nowMs < earliest || nowMs >= latest) return fail('Clock', `it says ${new Date(nowMs).getUTCFullYear()}`, todo);
  const [, day = '', time = ''] = /^valid-after (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/m.exec(consensus) ?? [];
  const behindMs = Date.parse(`${day}T${time}Z`) - nowMs;
  if (behindMs > toleranceMs)
    return fail('Clock', `it is ${spanOf(behindMs)} or more behind that of the Tor network`, todo);
  return ok(
    'Clock',
    `${new Date(nowMs).toISOString().slice(0, 10)}${day === '' ? '' : ', not behind the Tor network'}`,
  );
}

/** The beginning of what tor last heard from the network, if it has heard anything. */
export function readConsensus(dataDirectory: string): string {
  try {
    return readFileSync(join(dataDirectory, 'tor', 'cached-microdesc-consensus'), 'latin1').slice(0, 2048);
  } catch {
    return ''; // tor has not run here yet.
  }
}

function spanOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`;
}

/** Whether this process may have as many files open as the connections it is to serve. `limits` is the text of `/proc/self/limits`. */
export function checkOpenFiles(limits: string | undefined, connections: number): Finding {
  const allowed = /^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1];
  if (allowed === undefined || Number(allowed) >= connections + ownFiles)
    return ok('Open files', allowed ?? 'no limit known');
  return warn(
    'Open files',
    `${allowed} allowed, ${connections} connections wanted`,
    'Raise the limit (ulimit -n) or lower limits.connections.',
  );
}

/** The limits of this process, where the system tells. */
export function readProcessLimits(): string | undefined {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return undefined; // Only Linux has this file; elsewhere there is nothing to compare.
  }
}
