import path from 'node:path';
import { readOnionAddress } from '../tor/onion-key.ts';
import { type ClientKey, loadClientKey, makeClientKey } from '../tor/client-key.ts';
import { AppError } from '../errors.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { withIdleDatabase } from './idle-database.ts';

/** The names of our onion services, of their directories below `tor` in the data directory, and of who may find the desk. */
export const onionName = 'onion';
export const deskName = 'desk';
export const temporaryName = 'temporary';
export const deskClient = 'owner';

/** The private half of the key to the broadcaster's own onion service. */
export function deskKeyFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'desk-key');
}

/** The key to the broadcaster's own onion service, if there is one already. Throws DATA_DIRECTORY. */
export async function knownDeskKey(dataDirectory: string): Promise<ClientKey | undefined> {
  return await loadClientKey(deskKeyFile(dataDirectory), 'onioncast desk --new-key');
}

/** The key to the broadcaster's own onion service, made on first use. Throws DATA_DIRECTORY. */
export async function ensureDeskKey(
  dataDirectory: string,
): Promise<{ readonly key: ClientKey; readonly isNew: boolean }> {
  const known = await knownDeskKey(dataDirectory);
  if (known !== undefined) return { key: known, isNew: false };
  return { key: await makeClientKey(deskKeyFile(dataDirectory)), isNew: true };
}

/**
 * Makes another key in place of the one before. Throws DATA_DIRECTORY while a server runs with this directory: only with the next start of tor is the old
 * key worth nothing, since whoever has it knows how to come for as long as that tor runs.
 */
export async function renewDeskKey(dataDirectory: string): Promise<ClientKey> {
  return await withIdleDatabase(dataDirectory, () => makeClientKey(deskKeyFile(dataDirectory)));
}

/** The address of the broadcaster's own onion service; absent before tor has made one, or the operator has told it. */
export async function deskAddress(config: Pick<OnioncastConfig, 'tor' | 'data'>): Promise<string | undefined> {
  if (config.tor.mode === 'operator') return config.tor.deskAddress === '' ? undefined : config.tor.deskAddress;
  try {
    return await readOnionAddress(path.join(config.data, 'tor', deskName));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
