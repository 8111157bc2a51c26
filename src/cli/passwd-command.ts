import { renewPassword } from '../app/password.ts';
import { AppError } from '../errors.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';

/** Makes and prints a new password for the broadcaster. Throws CONFIG_INVALID where nothing is kept, DATA_DIRECTORY while a server runs. */
export async function runPasswd(flags: ServeFlags, process: NodeJS.Process): Promise<void> {
  // Threat: T26. The database is for this user alone, even if this command is the one that makes it.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  if (config.ephemeral) {
    throw new AppError(
      'CONFIG_INVALID',
      'With "ephemeral" nothing is kept: every start makes and shows a new password.',
    );
  }
  const password = await renewPassword(config.data);
  process.stdout.write(
    `The broadcaster's new password, shown this one time:\n\n  Name      ${config.broadcaster.login}\n  Password  ${password}\n\n` +
      'The old one no longer works. What Onioncast keeps is a hash of it.\n',
  );
}
