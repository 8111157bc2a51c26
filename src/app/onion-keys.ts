import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { decodeBase32 } from '../tor/onion-address.ts';
import {
  isClientFile,
  loadOnionKeys,
  type OnionKeys,
  writeClients,
  writeOnionKeys,
  writeOnionSecret,
} from '../tor/onion-files.ts';
import { mintOnionSecret, readOnionSecret } from '../tor/onion-secret.ts';
import { readBounded, writePrivateFile } from '../tor/private-file.ts';
import { deskKeyFile, deskName, onionName } from './desk-key.ts';
import { withIdleDatabase } from './idle-database.ts';
import { publisherSecretFile } from './publisher-access.ts';

/** An onion service of ours by the name that people know, with its keys. */
export interface NamedKeys extends OnionKeys {
  readonly name: string;
}

/** What has happened to an address. */
export interface Exchange {
  readonly name: string;
  readonly address: string;
  /** Where the key before is, and its address; absent if there was none, or the same. */
  readonly aside?: { readonly directory: string; readonly address: string };
}

/** The public one has another name in the file system. */
const publicName = 'public';
/** Of services that are ours, and that no path leads out of. */
const nameShape = /^[a-z]{1,32}$/u;
const privateKeyShape = /^[A-Z2-7]{52}$/u;

/** The directory of the service that people know by this name. Throws KEY_REFUSED for a name that no service can have. */
function directoryOf(dataDirectory: string, name: string): string {
  if (!nameShape.test(name)) throw new AppError('KEY_REFUSED', `There is no onion service "${name.slice(0, 40)}".`);
  return path.join(dataDirectory, 'tor', name === publicName ? onionName : name);
}

/** Every onion service that has a key in this data directory, the public one first. Throws KEY_REFUSED for a damaged one. */
export async function knownOnions(dataDirectory: string): Promise<NamedKeys[]> {
  const found: NamedKeys[] = [];
  for (const folder of await servicesIn(path.join(dataDirectory, 'tor'))) {
    const keys = await loadOnionKeys(path.join(dataDirectory, 'tor', folder));
    if (keys !== undefined) found.push({ name: folder === onionName ? publicName : folder, ...keys });
  }
  return found.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'));
}

/** Gives a service a new key, and with it a new address. Throws DATA_DIRECTORY while a server runs, KEY_REFUSED. */
export async function rotateOnion(dataDirectory: string, name: string): Promise<Exchange> {
  return await withIdleDatabase(dataDirectory, async () => {
    const directory = directoryOf(dataDirectory, name);
    if ((await loadOnionKeys(directory)) === undefined) {
      throw new AppError('KEY_REFUSED', `There is no key of "${name}" here that could be replaced.`);
    }
    const aside = await putAside(dataDirectory, name);
    const secret = mintOnionSecret();
    await writeOnionSecret(directory, secret);
    return { name, address: secret.address, ...(aside && { aside }) };
  });
}

/**
 * Takes over a directory of tor's: key and clients. Another key is in the way unless it may be replaced; it is then kept aside. Throws DATA_DIRECTORY while a
 * server runs, KEY_REFUSED.
 */
export async function importOnion(
  dataDirectory: string,
  { from, name, mayReplace }: { readonly from: string; readonly name: string; readonly mayReplace: boolean },
): Promise<Exchange> {
  const keys = await loadOnionKeys(from);
  if (keys === undefined) {
    throw new AppError('KEY_REFUSED', `There is no file hs_ed25519_secret_key in ${from}: it is no HiddenServiceDir.`);
  }
  return await withIdleDatabase(dataDirectory, async () => {
    await refuseOthers(dataDirectory, [{ name, ...keys }], mayReplace);
    return await putInPlace(dataDirectory, { name, ...keys });
  });
}

const backupShape = z.strictObject({
  services: z
    .array(
      z.strictObject({
        name: z.string().regex(nameShape),
        address: z.string(),
        key: z.base64().max(100),
        clients: z.array(z.strictObject({ name: z.string(), line: z.string() }).refine(isClientFile)).max(1024),
      }),
    )
    .min(1)
    .max(64),
  deskKey: z.exactOptional(z.string().regex(privateKeyShape)),
  publisherKey: z.exactOptional(z.string().regex(privateKeyShape)),
});

/** All onion keys of this data directory, who may find them, and what opens the desk and the way in for a publisher, as a text that nobody else may see. Throws KEY_REFUSED if there are none. */
export async function describeKeys(dataDirectory: string): Promise<{ text: string; addresses: string[] }> {
  const onions = await knownOnions(dataDirectory);
  if (onions.length === 0) {
    throw new AppError('KEY_REFUSED', `There is no onion key in ${dataDirectory} yet: the first start makes it.`);
  }
  const services = onions.map(({ name, secret, clients }) => {
    const { address, expanded } = secret;
    return { name, address, key: expanded.toString('base64'), clients };
  });
  return {
    text: JSON.stringify({ services, ...(await readOpeners(dataDirectory)) }),
    addresses: onions.map(({ secret }) => secret.address),
  };
}

/** Puts such keys in place. Other keys are in the way unless they may be replaced; they are then kept aside. Throws DATA_DIRECTORY, KEY_REFUSED, BACKUP_UNUSABLE. */
export async function restoreKeys(dataDirectory: string, text: string, mayReplace: boolean): Promise<Exchange[]> {
  const { services, openers } = readBackup(text);
  return await withIdleDatabase(dataDirectory, async () => {
    await refuseOthers(dataDirectory, services, mayReplace);
    if (!mayReplace) await refuseOtherOpeners(dataDirectory, openers);
    const done: Exchange[] = [];
    for (const service of services) done.push(await putInPlace(dataDirectory, service));
    for (const { name, file } of openerFiles) {
      const key = openers[name];
      if (key !== undefined) await writePrivateFile(file(dataDirectory), `${key}\n`);
    }
    return done;
  });
}

function readBackup(text: string): { services: NamedKeys[]; openers: Openers } {
  try {
    const { services, ...openers } = backupShape.parse(JSON.parse(text));
    const keys = services.map(({ name, address, key, clients }) => {
      const secret = readOnionSecret(Buffer.from(key, 'base64'));
      if (secret.address !== address) throw new RangeError('a key that is not that of its address');
      return { name, secret, clients };
    });
    return { services: keys, openers };
  } catch (cause) {
    throw new AppError('BACKUP_UNUSABLE', 'This backup is whole, but what is in it is not understood.', { cause });
  }
}

const replaceAdvice = 'With --replace it is replaced and kept aside.';

async function refuseOthers(dataDirectory: string, wanted: readonly NamedKeys[], mayReplace: boolean): Promise<void> {
  for (const { name, secret, clients } of wanted) {
    const known = await loadOnionKeys(directoryOf(dataDirectory, name));
    if (known === undefined || mayReplace) continue;
    if (known.secret.address !== secret.address) {
      const sentence = `The address "${name}" has another key, that of ${known.secret.address}.`;
      throw new AppError('KEY_REFUSED', `${sentence} ${replaceAdvice}`);
    }
    if (JSON.stringify(known.clients) !== JSON.stringify(clients)) {
      throw new AppError('KEY_REFUSED', `Others may find the address "${name}" now than then. ${replaceAdvice}`);
    }
  }
}

async function putInPlace(dataDirectory: string, { name, secret, clients }: NamedKeys): Promise<Exchange> {
  const directory = directoryOf(dataDirectory, name);
  const known = await loadOnionKeys(directory);
  const isSame = known?.secret.address === secret.address;
  const aside = known === undefined || isSame ? undefined : await putAside(dataDirectory, name);
  // Before the key: a service that is not for everybody is never without its clients.
  if (clients.length > 0 || known !== undefined) await writeClients(directory, clients);
  await writeOnionSecret(directory, secret);
  return { name, address: secret.address, ...(aside && { aside }) };
}

async function putAside(dataDirectory: string, name: string): Promise<Exchange['aside']> {
  const keys = await loadOnionKeys(directoryOf(dataDirectory, name));
  if (keys === undefined) return undefined;
  const { address } = keys.secret;
  // What else is called so is this very key.
  const directory = path.join(dataDirectory, 'old-onions', `${name}-${address.slice(0, 16)}`);
  await writeOnionKeys(directory, keys);
  return { directory, address };
}

/** Keys of clients that we keep ourselves: without them, whom a service was made for would find it no more. */
const openerFiles = [
  { name: 'deskKey', file: deskKeyFile, opens: 'the desk' },
  { name: 'publisherKey', file: publisherSecretFile, opens: 'the way in for a publisher' },
] as const;

type Openers = { readonly [Name in (typeof openerFiles)[number]['name']]?: string };

async function readOpeners(dataDirectory: string): Promise<Openers> {
  const found = openerFiles.map(async ({ name, file }) => [name, await readOpener(file(dataDirectory))] as const);
  return Object.fromEntries((await Promise.all(found)).filter(([, key]) => key !== undefined));
}

async function readOpener(file: string): Promise<string | undefined> {
  const text = (await readBounded(file, 128))?.toString('latin1').trim();
  if (text === undefined) return undefined;
  if (privateKeyShape.test(text) && decodeBase32(text.toLowerCase()).length === 32) return text;
  throw new AppError('KEY_REFUSED', `${file} holds no key.`);
}

async function refuseOtherOpeners(dataDirectory: string, wanted: Openers): Promise<void> {
  const known = await readOpeners(dataDirectory);
  for (const { name, opens } of openerFiles) {
    const [before, key] = [known[name], wanted[name]];
    if (key === undefined || before === undefined || before === key) continue;
    throw new AppError('KEY_REFUSED', `Another key to ${opens} is in the way. ${replaceAdvice}`);
  }
}

async function servicesIn(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && nameShape.test(entry.name)).map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function rank({ name }: NamedKeys): number {
  return [publicName, deskName].indexOf(name) === -1 ? 2 : [publicName, deskName].indexOf(name);
}
