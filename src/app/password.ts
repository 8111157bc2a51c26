import { randomBytes } from 'node:crypto';
import { renewBroadcasterPassword } from '../identity/password.ts';
import { SettingRepository } from '../store/settings.ts';
import { withIdleDatabase } from './idle-database.ts';

/**
 * Gives the broadcaster a new password and returns it; only its hash is kept. Throws DATA_DIRECTORY if it cannot be kept, or if a server is
 * running with this directory: that one would not hear of it.
 */
export async function renewPassword(dataDirectory: string): Promise<string> {
  return await withIdleDatabase(dataDirectory, async (database) => {
    const { password } = await renewBroadcasterPassword(new SettingRepository(database), randomBytes);
    return password;
  });
}
