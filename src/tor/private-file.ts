import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

/** Puts a secret into a file (0600), in place of what was there: all of it or nothing, and on the disk when this resolves. Throws DATA_DIRECTORY. */
// Threat: T26
export async function writePrivateFile(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await rm(draft, { force: true });
    {
      await using handle = await open(draft, 'wx', 0o600);
      await handle.writeFile(content);
      await handle.sync();
    }
    await rename(draft, file);
    await syncDirectory(dirname(file));
  } catch (cause) {
    throw new AppError('DATA_DIRECTORY', `${file} cannot be written.`, { cause });
  }
}

/** Makes sure that names in this directory are on the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, 'r');
  await handle.sync();
}

/** The content of a file, which must be one and have at most so many bytes; undefined if there is nothing of that name. Throws a RangeError otherwise. */
export async function readBounded(file: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    await using handle = await open(file, 'r');
    if (!(await handle.stat()).isFile()) throw new RangeError(`${file} is not a file.`);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes + 1));
    if (bytesRead > maxBytes) throw new RangeError(`${file} is larger than what it should be (${maxBytes} bytes).`);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
