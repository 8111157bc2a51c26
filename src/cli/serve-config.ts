import type { Given } from '../config/given.ts';
import { loadConfig } from '../config/load.ts';
import type { OnioncastConfig } from '../config/schema.ts';

/** The flags of `serve` as the command line gives them; other commands know some of them. */
export interface ServeFlags {
  readonly config?: string;
  readonly data?: string;
  readonly listen?: string;
  readonly source?: string;
  readonly title?: string;
  readonly tor?: boolean;
  readonly ephemeral?: boolean;
  readonly temporary?: boolean;
  readonly json?: boolean;
}

/** The configuration that `serve` has with these flags, in this environment and directory. Throws CONFIG_INVALID. */
export function loadServeConfig(flags: ServeFlags, process: NodeJS.Process): OnioncastConfig {
  const workingDirectory = process.cwd();
  const given = (name: string, origin: string, value: unknown): Given[] =>
    value === undefined ? [] : [{ name, value, origin, base: workingDirectory }];
  return loadConfig({
    ...(flags.config !== undefined && { file: flags.config }),
    workingDirectory,
    environment: process.env,
    flags: [
      ...given('data', '--data', flags.data),
      ...given('listen.local', '--listen', flags.listen),
      ...given('source', '--source', flags.source),
      ...given('title', '--title', flags.title),
      ...given('tor.enabled', flags.tor ? '--tor' : '--no-tor', flags.tor),
      ...given('ephemeral', '--ephemeral', flags.ephemeral),
      ...given('tor.temporary', '--temporary', flags.temporary),
    ],
  });
}
