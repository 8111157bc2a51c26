import path from 'node:path';
import type { GuestKeys } from '../access/guests.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { torCircuitOf } from '../http/circuit-number.ts';
import { AuthorizedClients, isClientName, maxClients } from '../tor/authorized-clients.ts';
import type { TorService } from '../tor/tor-service.ts';
import { onionName } from './desk-key.ts';

/** One of our tors, and its services that the keys open. */
interface Running {
  readonly tor: Pick<TorService, 'restricted' | 'closeCircuit'>;
  readonly services: readonly string[];
}

/** The public address where it is not for everybody: who has a key to it. */
export class PrivateAddress implements GuestKeys {
  readonly max = maxClients;
  readonly #kept: AuthorizedClients;
  readonly #onError: (error: unknown) => void;
  #running: readonly Running[] = [];
  /** tor is told of one person after the other. */
  #shutting: Promise<void> = Promise.resolve();

  constructor(dataDirectory: string, onError: (error: unknown) => void) {
    this.#kept = keysOf(dataDirectory);
    this.#onError = onError;
  }

  /** Our tors are being started: from now on they are told of every change. `services`: those that the keys open, the lasting one of the first tor first. */
  follow(running: readonly Running[]): void {
    this.#running = running;
  }

  get address(): string | undefined {
    return this.#running[0]?.tor.restricted.addressOf(onionName);
  }

  isName(name: string): boolean {
    return isClientName(name);
  }

  async list(): Promise<readonly string[]> {
    return await this.#lasting.list();
  }

  async add(name: string): Promise<string> {
    const [first = this.#kept, ...others] = this.#directories;
    const { publicKey, privateKey } = await first.add(name);
    for (const other of others) await other.keep({ name, publicKey });
    for (const { tor } of this.#running) await tor.restricted.admit();
    return privateKey;
  }

  async remove(name: string, everybody: boolean): Promise<void> {
    for (const clients of this.#directories) await clients.remove(name);
    // It takes tor seconds, for which nobody who revokes need wait: the key is gone.
    for (const { tor, services } of this.#running) {
      for (const service of services) {
        const turn = this.#shutting.then(() => tor.restricted.shutOut(service, everybody));
        this.#shutting = turn.catch(this.#onError);
      }
    }
  }

  cutOff(circuitIds: ReadonlySet<number>): void {
    for (const number of circuitIds) {
      const { tor, circuitId } = torCircuitOf(number);
      this.#running[tor]?.tor.closeCircuit(circuitId);
    }
  }

  get #lasting(): AuthorizedClients {
    return this.#directories[0] ?? this.#kept;
  }

  get #directories(): readonly AuthorizedClients[] {
    if (this.#running.length === 0) return [this.#kept];
    return this.#running.flatMap(({ tor, services }) => services.map((name) => tor.restricted.clientsOf(name)));
  }
}

/** The keys to the public address in this data directory. */
function keysOf(dataDirectory: string): AuthorizedClients {
  return new AuthorizedClients(path.join(dataDirectory, 'tor', onionName));
}

/** The public address of this configuration, if it is private. */
export function privateAddressOf(
  { tor }: OnioncastConfig,
  dataDirectory: string,
  onError: (error: unknown) => void,
): PrivateAddress | undefined {
  return tor.enabled && tor.private ? new PrivateAddress(dataDirectory, onError) : undefined;
}

/**
 * Makes sure that files and configuration say the same of who finds the public address: to tor, one key in its directory is enough to hide it from
 * everybody else, whatever the configuration says. Throws CONFIG_INVALID.
 */
export async function checkWhoFinds({ tor }: OnioncastConfig, dataDirectory: string): Promise<void> {
  if (!tor.enabled || tor.private || tor.mode === 'operator') return;
  const keys = keysOf(dataDirectory);
  const names = await keys.list();
  if (names.length > 0) {
    throw new AppError(
      'CONFIG_INVALID',
      `The address is for those alone who were invited with a key (${shown(names)}), but tor.private is false: it would be open to everybody. ` +
        'Set tor.private = true, or take every invitation back with: onioncast invite --revoke NAME',
    );
  }
  await keys.openToAll();
}

function shown(names: readonly string[]): string {
  const [one, two, three, ...others] = names;
  const first = [one, two, three].filter((name) => name !== undefined).join(', ');
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
