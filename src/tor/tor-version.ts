import { AppError } from '../errors.ts';
import { runTor } from './tor-command.ts';

/** The four numbers of a tor release, oldest part first (version-spec). */
export type TorVersion = readonly [number, number, number, number];

/** What the installed tor is and can do. */
export interface TorInspection {
  /** As tor prints it, for instance `0.4.9.11`. */
  readonly version: string;
  /** False when holes are known in it that matter to an onion service. */
  readonly isSafe: boolean;
  /** Built with the module `pow`, so that it can ask clients for proof of work. */
  readonly hasProofOfWork: boolean;
}

/** Releases before this one have published holes. */
export const oldestSafeTor: TorVersion = [0, 4, 9, 11];

/** Finds the version in what `tor --version`, or the control port, says. */
export function parseTorVersion(text: string): TorVersion | undefined {
  const match = /\b(\d{1,4})\.(\d{1,4})\.(\d{1,4})\.(\d{1,4})\b/.exec(text);
  if (match === null) return undefined;
  const [, major, minor, micro, patch] = match.map(Number);
  return [major ?? 0, minor ?? 0, micro ?? 0, patch ?? 0];
}

/** Negative when `a` is older, positive when newer. Status tags (`-alpha`, `-rc`) are left out: tor never reuses the numbers. */
export function compareTorVersions(a: TorVersion, b: TorVersion): number {
  const differing = a.findIndex((number, index) => number !== b[index]);
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}

/** Names of the modules that `tor --list-modules` says are built in. */
export function parseTorModules(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/^([a-z_]+): yes\r?$/gm)].map((match) => match[1] ?? '');
  return new Set(names);
}

/** Asks the installed tor what it is. Throws `TOOL_MISSING` when it is not there or is not tor. */
export async function inspectTor(torBinary: string): Promise<TorInspection> {
  const [told, modules] = await Promise.all([
    runTor(torBinary, ['--version']),
    // Releases before 0.4.7 do not know the question; they have no modules worth using either.
    runTor(torBinary, ['--list-modules']),
  ]);
  const version = parseTorVersion(told.output);
  if (told.code !== 0 || version === undefined) {
    throw new AppError('TOOL_MISSING', `"${torBinary}" does not answer as tor does.`);
  }
  return {
    version: version.join('.'),
    isSafe: compareTorVersions(version, oldestSafeTor) >= 0,
    hasProofOfWork: modules.code === 0 && parseTorModules(modules.output).has('pow'),
  };
}
