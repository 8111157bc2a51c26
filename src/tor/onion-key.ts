import { chmod, lstat, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { isOnionAddress } from './onion-address.ts';

const maxHostnameBytes = 128;

/**
 * Makes sure that a directory for secrets exists, is ours and closed to everybody else: 0700, and 0600 for the files in it.
 * Wrong permissions are repaired, because tor refuses to start with them; a symbolic link or another owner is an error (`DATA_DIRECTORY`).
 */
// Threat: T26
export async function preparePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new AppError('DATA_DIRECTORY', `The directory ${path} cannot be made.`, { cause: error });
  });
  const stats = await lstat(path);
  if (!stats.isDirectory()) {
    throw new AppError('DATA_DIRECTORY', `${path} must be a directory and not a link or a file.`);
  }
  if (process.getuid !== undefined && stats.uid !== process.getuid()) {
    throw new AppError('DATA_DIRECTORY', `${path} belongs to another user; tor would refuse it.`);
  }
  if ((stats.mode & 0o777) !== 0o700) await chmod(path, 0o700);
  for (const entry of await readdir(path)) await closeEntry(join(path, entry));
}

/** Reads the address that tor wrote beside its key. Throws `DATA_DIRECTORY` when the file is missing or its content is no onion address. */
export async function readOnionAddress(serviceDirectory: string): Promise<string> {
  const path = join(serviceDirectory, 'hostname');
  const text = await readBeginning(path).catch((error: unknown) => {
    throw new AppError('DATA_DIRECTORY', `tor left no readable address in ${path}.`, { cause: error });
  });
  const address = text.trim();
  if (!isOnionAddress(address)) throw new AppError('DATA_DIRECTORY', `${path} does not hold an onion address.`);
  return address;
}

async function closeEntry(path: string): Promise<void> {
  const stats = await lstat(path).catch(unlessGone);
  // Another tor lives beside here, and files of its own come and go while it starts.
  if (stats === undefined) return;
  if (stats.isSymbolicLink()) {
    throw new AppError('DATA_DIRECTORY', `${path} is a symbolic link; secrets are not followed elsewhere.`);
  }
  const mode = stats.mode & 0o777;
  if (stats.isDirectory() && mode !== 0o700) await chmod(path, 0o700).catch(unlessGone);
  if (stats.isFile() && (mode & 0o077) !== 0) await chmod(path, 0o600).catch(unlessGone);
}

function unlessGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

async function readBeginning(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxHostnameBytes));
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
