import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../errors.ts';

/** Where everything is kept that must survive, or must not. */
export interface DataDirectory {
  readonly path: string;
  /** Removes it if it was only for this run. Safe to call twice. */
  close(): Promise<void>;
}

/** What others keep of their rights: a group that the operator gave passage to, for a tor of their own, may pass on to the socket. */
const allowedMode = 0o710;

/** Opens the data directory, ours alone (0700 unless its group may pass), and makes sure that it can be written. Throws DATA_DIRECTORY. */
export async function openDataDirectory(wanted: string, isEphemeral: boolean): Promise<DataDirectory> {
  if (isEphemeral) {
    const temporary = await mkdtemp(path.join(tmpdir(), 'onioncast-'));
    return { path: temporary, close: async () => await rm(temporary, { recursive: true, force: true }) };
  }
  try {
    await makeDirectory(wanted);
    await chmod(wanted, (await stat(wanted)).mode & allowedMode);
    await access(wanted, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(wanted, cause);
  }
  return { path: wanted, close: async () => undefined };
}

/** The database's name in the data directory. */
export const databaseFile = 'onioncast.sqlite';

const secretBytes = 32;

/** The server's secret, from which viewer tokens, tags and tripcodes are made: 32 random bytes in a file of its own (0600), made on first use. Throws DATA_DIRECTORY. */
export async function loadServerSecret(directory: string): Promise<Buffer> {
  const file = path.join(directory, 'server-secret');
  try {
    const secret = await readFile(file);
    if (secret.length === secretBytes) return secret;
    throw new AppError('DATA_DIRECTORY', `${file} is damaged. Delete it: visitors will get new identities.`);
  } catch (error) {
    if (!isMissing(error)) throw error instanceof AppError ? error : unusable(file, error);
  }
  const secret = randomBytes(secretBytes);
  try {
    await writeWhole(file, secret);
  } catch (cause) {
    throw unusable(file, cause);
  }
  return secret;
}

/** As `mkdir -p`. Node's own (`recursive`) never ends where a directory is there and takes no others, as `/proc`. */
async function makeDirectory(wanted: string): Promise<void> {
  try {
    await mkdir(wanted, { mode: 0o700 });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    if (!isMissing(error) || path.dirname(wanted) === wanted) throw error;
    await makeDirectory(path.dirname(wanted));
    await mkdir(wanted, { mode: 0o700 });
  }
}

/** On a full disk there is nothing rather than half a secret, which the next start would call damaged. */
async function writeWhole(file: string, content: Buffer): Promise<void> {
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  await using handle = await open(draft, 'wx', 0o600);
  await handle.writeFile(content);
  await handle.sync();
  await rename(draft, file);
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unusable(where: string, cause: unknown): AppError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason';
  return new AppError(
    'DATA_DIRECTORY',
    `${where} cannot be used (${reason}). Choose another place with --data, or correct its owner and rights.`,
    { cause },
  );
}
