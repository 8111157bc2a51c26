import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { preparePrivateDirectory } from './onion-key.ts';
import { type OnionSecret, parseSecretFile, publicFile, secretFile, secretFileBytes } from './onion-secret.ts';
import { readBounded, writePrivateFile } from './private-file.ts';

/** A client of an onion service that is not for everybody, by the name of its file, with the line that is in it. */
export interface ClientFile {
  readonly name: string;
  readonly line: string;
}

/** All that makes an onion service what it is: its key, and who alone finds it (everybody if nobody is named). */
export interface OnionKeys {
  readonly secret: OnionSecret;
  readonly clients: readonly ClientFile[];
}

const secretName = 'hs_ed25519_secret_key';
const publicName = 'hs_ed25519_public_key';
const hostnameName = 'hostname';
const clientsName = 'authorized_clients';
const clientEnding = '.auth';
const maxHostnameBytes = 128;
const maxClientBytes = 256;
/** A descriptor holds no more than a few hundred. */
const maxClients = 1024;

/** How tor wants it: no others take effect. */
const clientLineShape = /^descriptor:x25519:[A-Z2-7]{52}$/u;
/** A name that stays in its directory. */
const clientNameShape = /^[\w][\w.-]{0,99}$/u;

/** Whether a file may be written into `authorized_clients` as this. */
export function isClientFile({ name, line }: ClientFile): boolean {
  return clientNameShape.test(name) && clientLineShape.test(line);
}

/** Reads a directory of tor's (`HiddenServiceDir`); undefined if there is no key in it. Throws KEY_REFUSED for what is damaged or does not fit together. */
export async function loadOnionKeys(directory: string): Promise<OnionKeys | undefined> {
  try {
    const file = await readBounded(join(directory, secretName), secretFileBytes);
    if (file === undefined) return undefined;
    const secret = parseSecretFile(file);
    const told = (await readBounded(join(directory, hostnameName), maxHostnameBytes))?.toString('latin1').trim();
    if (told !== undefined && told !== secret.address) {
      throw new RangeError(`the key is that of ${secret.address}, and its file "hostname" names another one`);
    }
    return { secret, clients: await loadClients(directory) };
  } catch (error) {
    throw refusal(directory, error);
  }
}

/** Who alone finds the service, by the files in its directory. */
export async function loadClients(directory: string): Promise<ClientFile[]> {
  const folder = join(directory, clientsName);
  const names = (await namesIn(folder)).filter((name) => name.endsWith(clientEnding)).toSorted();
  if (names.length > maxClients) throw new RangeError(`${folder} holds more than ${maxClients} keys`);
  const clients: ClientFile[] = [];
  for (const name of names) {
    const line = (await readBounded(join(folder, name), maxClientBytes))?.toString('latin1').trim() ?? '';
    const client = { name: name.slice(0, -clientEnding.length), line };
    // Left out, the service would be open to more people than it is.
    if (!isClientFile(client)) throw new RangeError(`${join(folder, name)} is not a line that tor takes`);
    clients.push(client);
  }
  return clients;
}

/**
 * Gives a service this key. Nothing of an old one is lost before the new one is on the disk: tor makes the other two files from the one with the key, which is
 * why they go first and come last. Throws DATA_DIRECTORY.
 */
export async function writeOnionSecret(directory: string, secret: OnionSecret): Promise<void> {
  await preparePrivateDirectory(directory);
  await rm(join(directory, publicName), { force: true });
  await rm(join(directory, hostnameName), { force: true });
  await writePrivateFile(join(directory, secretName), secretFile(secret));
  await writePrivateFile(join(directory, publicName), publicFile(secret));
  await writePrivateFile(join(directory, hostnameName), `${secret.address}\n`);
}

/** Lets these alone find a service: all others lose the right. Nobody named is everybody. Throws DATA_DIRECTORY. */
export async function writeClients(directory: string, clients: readonly ClientFile[]): Promise<void> {
  const folder = join(directory, clientsName);
  await preparePrivateDirectory(directory);
  await preparePrivateDirectory(folder);
  // New ones before old ones go: in between there is never nobody, which would be everybody.
  for (const { name, line } of clients) await writePrivateFile(join(folder, `${name}${clientEnding}`), `${line}\n`);
  const kept = new Set(clients.map(({ name }) => `${name}${clientEnding}`));
  for (const name of await namesIn(folder)) {
    if (name.endsWith(clientEnding) && !kept.has(name)) await rm(join(folder, name), { force: true });
  }
}

/** Puts a copy of all of it into a directory of its own, from which `onion import` takes it again. Throws DATA_DIRECTORY. */
export async function writeOnionKeys(directory: string, { secret, clients }: OnionKeys): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeClients(directory, clients);
  await writeOnionSecret(directory, secret);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function refusal(directory: string, error: unknown): AppError {
  if (error instanceof AppError) return error;
  const reason = error instanceof RangeError ? error.message : `it cannot be read (${codeOf(error)})`;
  return new AppError(
    'KEY_REFUSED',
    `The onion key in ${directory} cannot be used: ${reason}.`.replace(/\.\.$/u, '.'),
    {
      cause: error,
    },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
