import { peopleAmong } from '../tor/authorized-clients.ts';
import { AppError } from '../errors.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { knownOnions } from './onion-keys.ts';

/** An address, as the data directory or the configuration tells it. */
export interface KnownAddress {
  readonly name: string;
  readonly address: string;
  /** Whether only those find it who have a key, of whom there may be none yet. */
  readonly isPrivate: boolean;
  /** By what names keys to it are known. */
  readonly clients: readonly string[];
}

/** The addresses that this configuration has, running or not. Throws KEY_REFUSED for a damaged key. */
export async function knownAddresses(config: Pick<OnioncastConfig, 'tor' | 'data'>): Promise<KnownAddress[]> {
  if (config.tor.mode === 'managed') {
    const onions = await knownOnions(config.data);
    return onions.map(({ name, secret, clients }) => {
      const names = peopleAmong(clients.map((client) => client.name));
      return { name, address: secret.address, isPrivate: clients.length > 0, clients: names };
    });
  }
  const { address, deskAddress } = config.tor;
  return [
    ...(address === '' ? [] : [{ name: 'public', address, isPrivate: config.tor.private, clients: [] }]),
    ...(deskAddress === '' ? [] : [{ name: 'desk', address: deskAddress, isPrivate: true, clients: ['owner'] }]),
  ];
}

/** Throws CONFIG_INVALID where no key of ours lasts, or none is ours. */
export function requireOwnKeys({ tor, ephemeral }: Pick<OnioncastConfig, 'tor' | 'ephemeral'>): void {
  if (ephemeral) {
    throw new AppError('CONFIG_INVALID', 'With "ephemeral" nothing is kept: every start makes new keys.');
  }
  if (tor.mode === 'operator') {
    const sentence = 'With tor.mode = "operator" the keys are in the HiddenServiceDir of your own tor:';
    throw new AppError('CONFIG_INVALID', `${sentence} look after them there, while that tor is stopped.`);
  }
}
