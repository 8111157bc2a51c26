import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors.ts';

const fileName = 'stream-key';
/** RFC 4648 section 6, lower case: read aloud or typed without mistakes. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const keyBits = 128;
const keyPattern = /^[a-z2-7]{26}$/;

/**
 * The key that a publisher must show, from the file `stream-key` in `directory`; made on first use, readable by its owner alone.
 * Throws DATA_DIRECTORY.
 */
export async function loadStreamKey(directory: string): Promise<string> {
  const path = join(directory, fileName);
  const text = await readKeyFile(path);
  if (text === undefined) return rotateStreamKey(directory);
  const key = text.trim();
  if (!keyPattern.test(key)) {
    throw new AppError('DATA_DIRECTORY', `${path} does not hold a stream key. Delete it and a new one will be made.`);
  }
  // A copy from a backup may have come with the rights of everybody else's files.
  await inDirectory(path, () => chmod(path, 0o600));
  return key;
}

/** Replaces the key; whoever is live stays live. Throws DATA_DIRECTORY. */
export async function rotateStreamKey(directory: string): Promise<string> {
  const path = join(directory, fileName);
  const key = newKey();
  await inDirectory(path, async () => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await replaceFile(path, `${key}\n`);
  });
  return key;
}

/** Compares in constant time, whatever the lengths: both are hashed first. Threat: T41. */
export function isSameKey(candidate: string, key: string): boolean {
  return timingSafeEqual(digest(candidate), digest(key));
}

function newKey(): string {
  let bits = BigInt(`0x${randomBytes(keyBits / 8).toString('hex')}`);
  let key = '';
  for (let index = 0; index < Math.ceil(keyBits / 5); index += 1) {
    key += alphabet.charAt(Number(bits & 31n));
    bits >>= 5n;
  }
  return key;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(path, error);
  }
}

/** Written whole or not at all: half a key would lock the broadcaster out. */
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function inDirectory(path: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('DATA_DIRECTORY', `The stream key ${path} cannot be used: ${why}`, { cause });
}
