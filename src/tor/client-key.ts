import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { decodeBase32, encodeBase32 } from './onion-address.ts';
import { preparePrivateDirectory } from './onion-key.ts';
import { writePrivateFile } from './private-file.ts';

/** Who alone may find an onion service: a name for the file, and the public key as tor writes it. */
export interface AuthorizedClient {
  readonly name: string;
  readonly publicKey: string;
}

/** A key for an onion service that is not for everybody (rend-spec-v3, appendix G.1), in tor's base 32: 52 characters, without padding. */
export interface ClientKey {
  readonly publicKey: string;
  /** What Tor Browser asks for. */
  readonly privateKey: string;
}

const keyBytes = 32;
const keyShape = /^[A-Z2-7]{52}$/;
/** What stands before the 32 bytes of an x25519 private key in PKCS #8 (RFC 8410, section 7). */
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** Makes a new key. */
export function mintClientKey(): ClientKey {
  return clientKeyFrom(generateKeyPairSync('x25519').privateKey);
}

/** The key whose private half this is. Throws a RangeError for what is none. */
export function readClientKey(privateKey: string): ClientKey {
  if (!keyShape.test(privateKey)) throw new RangeError('not a key of 52 characters in base 32');
  const der = Buffer.concat([pkcs8Head, decodeBase32(privateKey.toLowerCase())]);
  return clientKeyFrom(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}

/** The line that tells tor of a client, for a file `NAME.auth` in `authorized_clients`. */
export function authorizationLine({ publicKey }: Pick<AuthorizedClient, 'publicKey'>): string {
  return `descriptor:x25519:${publicKey}`;
}

/** The line for a file `NAME.auth_private` in a client's `ClientOnionAuthDir`. */
export function clientLine(address: string, { privateKey }: Pick<ClientKey, 'privateKey'>): string {
  return `${address.replace(/\.onion$/, '')}:descriptor:x25519:${privateKey}`;
}

/** Lets this client find a service, by a file in the service's own directory. Other clients that an operator has put there stay. */
export async function authorizeClient(serviceDirectory: string, client: AuthorizedClient): Promise<void> {
  const directory = join(serviceDirectory, 'authorized_clients');
  await preparePrivateDirectory(directory);
  // The whole line or nothing: a service without any client is open to everybody.
  await writePrivateFile(join(directory, `${client.name}.auth`), `${authorizationLine(client)}\n`);
}

/** The key in this file; undefined if there is no such file. Throws DATA_DIRECTORY for a file that holds none; `command` makes a new one. */
export async function loadClientKey(file: string, command: string): Promise<ClientKey | undefined> {
  try {
    return readClientKey((await readFile(file, 'latin1')).trim());
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new AppError('DATA_DIRECTORY', `${file} holds no key. Make a new one with: ${command}`, { cause });
  }
}

/** Makes a key, in place of an old one, and keeps its private half in this file (0600). Throws DATA_DIRECTORY. */
export async function makeClientKey(file: string): Promise<ClientKey> {
  const key = mintClientKey();
  await writePrivateFile(file, `${key.privateKey}\n`);
  return key;
}

/** Gives a tor of ours the key to somebody's service, by a file in its `ClientOnionAuthDir`, in place of all it had. Throws DATA_DIRECTORY. */
export async function keepClientLine(directory: string, line: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await writePrivateFile(join(directory, 'own.auth_private'), `${line}\n`);
}

function clientKeyFrom(privateKey: KeyObject): ClientKey {
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-keyBytes);
  const shared = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-keyBytes);
  return { publicKey: encodeBase32(shared).toUpperCase(), privateKey: encodeBase32(secret).toUpperCase() };
}
