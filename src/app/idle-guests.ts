import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { AccessInvitations } from '../access/access-invitations.ts';
import { DoorPassword } from '../access/door-password.ts';
import { DoorSettings } from '../access/door-settings.ts';
import { Guests } from '../access/guests.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import type { BoundOperation } from '../http/control/control-server.ts';
import { guestOperations } from '../http/control/guest-operations.ts';
import { AccessInvitationRepository } from '../store/access-invitations.ts';
import { SettingRepository } from '../store/settings.ts';
import { readOnionAddress } from '../tor/onion-key.ts';
import { onionName } from './desk-key.ts';
import { withIdleDatabase } from './idle-database.ts';
import { PrivateAddress } from './private-address.ts';

/**
 * Does something with the people who are invited, in a data directory that no server uses at this time. Throws DATA_DIRECTORY if one does, or if it cannot
 * be used, CONFIG_INVALID where nothing outlives the server.
 */
export async function withIdleGuests<Result>(
  config: OnioncastConfig,
  act: (operations: readonly BoundOperation[]) => Promise<Result>,
): Promise<Result> {
  if (config.ephemeral) {
    throw new AppError(
      'CONFIG_INVALID',
      'With "ephemeral" nothing is kept: start the server, and name its directory with --data.',
    );
  }
  const { tor, data } = config;
  const onionDirectory = path.join(data, 'tor', onionName);
  const made = tor.mode === 'operator' ? tor.address : await readOnionAddress(onionDirectory).catch(notYet);
  const onError = (error: unknown): void => {
    throw error;
  };
  const keys = new PrivateAddress(data, onError);
  // A key that is left over can be taken back also where the configuration wants none.
  const isKeyed = tor.mode === 'managed' && (tor.private || (await keys.list()).length > 0);
  return await withIdleDatabase(data, async (database) => {
    const store = new SettingRepository(database);
    const { kind, question: text, answers } = config.captcha;
    const settings = new DoorSettings(store, { ...config.access, kind, question: { text, answers } });
    const now = (): number => Date.now();
    const invitations = new AccessInvitations({ store: new AccessInvitationRepository(database), randomBytes, now });
    const doorMode = () => settings.access.mode;
    const guests = new Guests({ ...(isKeyed && { keys }), invitations, mode: doorMode });
    const doorPassword = new DoorPassword({ store, randomBytes, now });
    return await act(guestOperations({ guests, doorPassword, doorMode, address: () => made || undefined, now }));
  });
}

function notYet(error: unknown): undefined {
  if (!(error instanceof AppError)) throw error;
}
