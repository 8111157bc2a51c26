import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { type ServerKeys, serverKeysFrom } from '../split/publisher-key.ts';
import { type AuthorizedClient, type ClientKey, loadClientKey, makeClientKey } from '../tor/client-key.ts';
import { decodeBase32, encodeBase32 } from '../tor/onion-address.ts';
import { readOnionAddress } from '../tor/onion-key.ts';
import { withIdleDatabase } from './idle-database.ts';

/** The name of the onion service for a publisher elsewhere, of its directory below `tor`, and of who alone finds it. */
export const ingestName = 'ingest';
const ingestClient = 'publisher';

/** What the server knows of the publisher who sends from elsewhere. */
export interface PublisherAccess {
  readonly keys: ServerKeys;
  /** Who alone finds the onion service. */
  readonly client: AuthorizedClient;
  /** To be shown this one time: the key has just been made. */
  readonly isNew: boolean;
}

const command = 'onioncast publisher --new-key';

/** Everything comes out of this one secret, the private half of a key. */
export function publisherSecretFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'publisher-secret');
}

/** What opens the way in for a publisher, made on first use. Throws DATA_DIRECTORY. */
export async function ensurePublisherAccess(dataDirectory: string): Promise<PublisherAccess> {
  const known = await loadClientKey(publisherSecretFile(dataDirectory), command);
  return accessOf(known ?? (await makeClientKey(publisherSecretFile(dataDirectory))), known === undefined);
}

/** Another key in place of the one before. Throws DATA_DIRECTORY while a server runs with this directory. */
export async function renewPublisherAccess(dataDirectory: string): Promise<PublisherAccess> {
  return accessOf(await withIdleDatabase(dataDirectory, () => makeClientKey(publisherSecretFile(dataDirectory))), true);
}

/** Where the publisher sends to; absent before tor has made the address, or where the operator's own tor has. */
export async function ingestAddress({ data, tor }: Pick<OnioncastConfig, 'tor' | 'data'>): Promise<string | undefined> {
  if (tor.mode === 'operator') return undefined;
  try {
    return await readOnionAddress(path.join(data, 'tor', ingestName));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function accessOf({ privateKey }: ClientKey, isNew: boolean): PublisherAccess {
  const keys = serverKeysFrom(decodeBase32(privateKey.toLowerCase()));
  return { keys, client: { name: ingestClient, publicKey: encodeBase32(keys.torClient).toUpperCase() }, isNew };
}
