import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { AppError } from '../errors.ts';

/** A way into the network that is not in its public list: the line for tor, and how the connection is disguised. */
export interface BridgeLine {
  readonly transport?: 'obfs4';
  readonly line: string;
}

/** Bridges with the program that disguises, if one of them needs it. */
export interface BridgePlan {
  readonly lines: readonly BridgeLine[];
  readonly obfs4Program?: string;
}

/** What speaks obfs4, the newer one first. */
const obfs4Programs = ['lyrebird', 'obfs4proxy'];

/** The program on the PATH that speaks obfs4; undefined if there is none. */
export async function findObfs4(searchPath: string): Promise<string | undefined> {
  const directories = searchPath.split(delimiter).filter((directory) => directory.startsWith('/'));
  for (const name of obfs4Programs) {
    for (const directory of directories) {
      const program = join(directory, name);
      if (await canRun(program)) return program;
    }
  }
  return undefined;
}

/** What tor needs for these bridges. Throws TOOL_MISSING when the program for a disguise is not there: without it tor must not go any other way. */
export async function planBridges(lines: readonly BridgeLine[], searchPath: string): Promise<BridgePlan> {
  if (!lines.some(({ transport }) => transport === 'obfs4')) return { lines };
  const obfs4Program = await findObfs4(searchPath);
  if (obfs4Program !== undefined) return { lines, obfs4Program };
  throw new AppError('TOOL_MISSING', `Your bridges are of obfs4, and nothing here speaks that. ${advice}`);
}

/** For somebody whose bridges need what is not installed. */
export const advice = `Install ${obfs4Programs.join(' or ')} (Debian and Ubuntu: apt install obfs4proxy).`;

/** The lines of a torrc. Throws CONFIG_INVALID. */
export function bridgeTorrc({ lines, obfs4Program }: BridgePlan): string[] {
  if (lines.length === 0) return [];
  // tor splits this line at spaces and knows no quotes in it.
  if (obfs4Program !== undefined && !/^[\w./+@-]+$/u.test(obfs4Program)) {
    throw new AppError('CONFIG_INVALID', `tor cannot start a program whose path is ${JSON.stringify(obfs4Program)}.`);
  }
  if (lines.some(({ line }) => !/^[\x20-\x7e]+$/u.test(line))) {
    throw new AppError('CONFIG_INVALID', 'A bridge holds characters that tor does not take.');
  }
  return [
    'UseBridges 1',
    ...(obfs4Program === undefined ? [] : [`ClientTransportPlugin obfs4 exec ${obfs4Program}`]),
    ...lines.map(({ line }) => `Bridge ${line}`),
  ];
}

async function canRun(program: string): Promise<boolean> {
  return await access(program, constants.X_OK).then(
    () => true,
    () => false,
  );
}
