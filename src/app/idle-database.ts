import path from 'node:path';
import { AppError } from '../errors.ts';
import { Database } from '../store/database.ts';
import { databaseFile, openDataDirectory } from './data-directory.ts';

/** Does something with the database of a data directory that no server uses at this time. Throws DATA_DIRECTORY if one does, or if it cannot be used. */
export async function withIdleDatabase<Result>(
  dataDirectory: string,
  act: (database: Database) => Promise<Result>,
): Promise<Result> {
  const data = await openDataDirectory(dataDirectory, false);
  const database = Database.open({
    path: path.join(data.path, databaseFile),
    // A server goes on with memory; what a command keeps in memory would be gone with it.
    onWarning: ({ message, todo = '' }) => {
      throw new AppError('DATA_DIRECTORY', `${message} ${todo}`.trim());
    },
  });
  try {
    return await act(database);
  } finally {
    database.close();
  }
}
