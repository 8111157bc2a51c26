import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClients, writeClients } from './onion-files.ts';
import { preparePrivateDirectory } from './onion-key.ts';

/** Of a service: its name, and whether its key is for this run alone. */
interface NamedService {
  readonly name: string;
  readonly isTemporary?: boolean;
}

/** Of services whose keys are not kept, beside those whose keys are. */
const temporaryFolder = 'temporary';

/** Where the onion services of a tor have their keys: in its directory, or, if they are to be forgotten, where they are deleted at the end. */
export class ServiceDirectories {
  readonly #directory: string;
  readonly #services: readonly NamedService[];
  #root: string;
  #ownsRoot = false;
  #hasTemporary = false;

  /** What is temporary has the clients of the first service. What lasts has its keys in `keyDirectory`, the same unless given. */
  constructor(directory: string, services: readonly NamedService[], keyDirectory = directory) {
    this.#directory = directory;
    this.#services = services;
    this.#root = keyDirectory;
  }

  of(service: string): string {
    const isTemporary = this.#services.some((each) => each.name === service && each.isTemporary === true);
    return isTemporary ? join(this.#directory, temporaryFolder, service) : join(this.#root, service);
  }

  /** Makes them all. `isEphemeral`: none of them outlives this run. Throws DATA_DIRECTORY. */
  async prepare(isEphemeral: boolean): Promise<void> {
    await preparePrivateDirectory(this.#root);
    await preparePrivateDirectory(this.#directory);
    // Of a run that was killed.
    await this.#forgetTemporary();
    if (isEphemeral) {
      this.#root = await mkdtemp(join(tmpdir(), 'onioncast-'));
      this.#ownsRoot = true;
    }
    for (const { name, isTemporary } of this.#services) {
      await preparePrivateDirectory(this.of(name));
      if (!isTemporary) continue;
      this.#hasTemporary = true;
      const [lasting = { name }] = this.#services;
      await writeClients(this.of(name), await loadClients(this.of(lasting.name)));
    }
  }

  /** Deletes what is not to be kept. Safe to call twice, and before `prepare`. */
  async forget(): Promise<void> {
    if (this.#ownsRoot) await rm(this.#root, { recursive: true, force: true });
    if (this.#hasTemporary) await this.#forgetTemporary();
  }

  async #forgetTemporary(): Promise<void> {
    await rm(join(this.#directory, temporaryFolder), { recursive: true, force: true });
  }
}
