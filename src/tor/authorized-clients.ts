import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { type AuthorizedClient, authorizeClient, type ClientKey, mintClientKey } from './client-key.ts';

/** A descriptor has 50 kB, and every key in it takes its part. */
export const maxClients = 200;

const nameShape = /^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;
const suffix = '.auth';
/** A key whose private half nobody has. To tor, a service without any key is open to everybody; nobody can be called so. */
const nobody = '_nobody';

/** Of the files in `authorized_clients` those that are people's. */
export function peopleAmong(names: readonly string[]): string[] {
  return names.filter((name) => name !== nobody);
}

/** Whether a key can bear this name: it is the name of a file as well. */
export function isClientName(name: string): boolean {
  return nameShape.test(name);
}

/** Who may find an onion service that is not for everybody: a file `NAME.auth` for each, with the public half of a key, in tor's own directory for the service. */
// Threat: T26
export class AuthorizedClients {
  readonly #serviceDirectory: string;

  constructor(serviceDirectory: string) {
    this.#serviceDirectory = serviceDirectory;
  }

  /** Their names, in order. Throws DATA_DIRECTORY. */
  async list(): Promise<string[]> {
    const files = await this.#files();
    const names = files.filter((file) => file.endsWith(suffix)).map((file) => file.slice(0, -suffix.length));
    return peopleAmong(names).sort((one, other) => one.localeCompare(other, 'en'));
  }

  /** Makes a key of this name and keeps its public half; the private one is known only now. The name is one, and new. Throws DATA_DIRECTORY. */
  async add(name: string): Promise<ClientKey> {
    const key = mintClientKey();
    await this.keep({ name, publicKey: key.publicKey });
    return key;
  }

  /** Keeps a public half that was made elsewhere. Throws DATA_DIRECTORY. */
  async keep(client: AuthorizedClient): Promise<void> {
    await this.closeToOthers();
    await authorizeClient(this.#serviceDirectory, client);
  }

  /** Takes a key back. False if there is none of this name. Throws DATA_DIRECTORY. */
  async remove(name: string): Promise<boolean> {
    if (!isClientName(name) || !(await this.list()).includes(name)) return false;
    // First of all: with the last file gone, the service would be everybody's.
    await this.closeToOthers();
    const file = join(this.#directory, `${name}${suffix}`);
    try {
      await rm(file);
    } catch (cause) {
      throw new AppError('DATA_DIRECTORY', `${file} cannot be deleted.`, { cause });
    }
    return true;
  }

  /** Sees to it that the service is for nobody but those who have a key, even while there are none. Throws DATA_DIRECTORY. */
  async closeToOthers(): Promise<void> {
    if ((await this.#files()).includes(`${nobody}${suffix}`)) return;
    await authorizeClient(this.#serviceDirectory, { name: nobody, publicKey: mintClientKey().publicKey });
  }

  /** Opens the service to everybody. Only while there are no keys. Throws DATA_DIRECTORY. */
  async openToAll(): Promise<void> {
    await rm(join(this.#directory, `${nobody}${suffix}`), { force: true });
  }

  get #directory(): string {
    return join(this.#serviceDirectory, 'authorized_clients');
  }

  async #files(): Promise<string[]> {
    try {
      return await readdir(this.#directory);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw new AppError('DATA_DIRECTORY', `${this.#directory} cannot be read.`, { cause });
    }
  }
}
