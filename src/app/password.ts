import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { AppError } from '../errors.ts';
import { renewBroadcasterPassword } from '../identity/password.ts';
import { Database } from '../store/database.ts';
import { SettingRepository } from '../store/settings.ts';
import { databaseFile, openDataDirectory } from './data-directory.ts';

/**
 * Gives the broadcaster a new password and returns it; only its hash is kept. Throws DATA_DIRECTORY if it cannot be kept, or if a server is
 * running with this directory: that one would not hear of it.
 */
export async function renewPassword(dataDirectory: string): Promise<string> {
  const data = await openDataDirectory(dataDirectory, false);
  const database = Database.open({
    path: path.join(data.path, databaseFile),
    // A server goes on with memory; a password in memory would be gone with this command.
    onWarning: ({ message, todo = '' }) => {
      throw new AppError('DATA_DIRECTORY', `${message} ${todo}`.trim());
    },
  });
  try {
    const { password } = await renewBroadcasterPassword(new SettingRepository(database), randomBytes);
    return password;
  } finally {
    database.close();
  }
}
