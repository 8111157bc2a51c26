import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { startPush } from '../app/push-station.ts';
import { AppError } from '../errors.ts';
import { parsePublisherKey, type PublisherKeys } from '../split/publisher-key.ts';
import { isOnionAddress } from '../tor/onion-address.ts';
import { writePrivateFile } from '../tor/private-file.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';
import { runUntilStopped } from './serve.ts';

/** The flags of `push`. */
export type PushFlags = Pick<ServeFlags, 'config' | 'data' | 'source' | 'json'> & { readonly keyFile?: string };

const keyAdvice = 'The server shows it: onioncast publisher';
const maxKeyBytes = 1024;

/**
 * Sends to this server until asked to stop; returns the exit code. Throws CONFIG_INVALID for what is no address or no key, and what keeps it from
 * starting. The key comes from a file or is asked for, and never stands in the command line, which every program on this machine can read.
 */
// Threat: T41
export async function runPush(address: string, flags: PushFlags, process: NodeJS.Process): Promise<number> {
  // Threat: T26
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  const host = hostIn(address);
  const keys = await findKeys(path.join(config.data, 'push', `${host}.key`), host, flags, process);
  const start = (report: Parameters<Parameters<typeof runUntilStopped>[0]>[0]) =>
    startPush({ config, address: host, keys, report });
  return await runUntilStopped(start, flags.json === true, process);
}

function hostIn(address: string): string {
  const host = address
    .trim()
    .toLowerCase()
    .replace(/^http:\/\//u, '')
    .replace(/\/.*$/u, '');
  if (isOnionAddress(host)) return host;
  throw new AppError('CONFIG_INVALID', `"${address}" is not a whole onion address. ${keyAdvice}`);
}

/** From the file that is named, else from the one that was kept, else from whoever sits there; then it is kept. */
async function findKeys(
  kept: string,
  host: string,
  { keyFile }: PushFlags,
  process: NodeJS.Process,
): Promise<PublisherKeys> {
  const named = keyFile === undefined ? undefined : await readKeyFile(path.resolve(process.cwd(), keyFile));
  if (keyFile !== undefined && named === undefined)
    throw new AppError('CONFIG_INVALID', `The file ${keyFile} cannot be read.`);
  const text = named ?? (await readKeyFile(kept)) ?? (await askForKey(host, process));
  const keys = parsePublisherKey(text);
  if (keys === undefined)
    throw new AppError(
      'CONFIG_INVALID',
      `This is not a whole key: it is one line of 91 letters, digits, - and _. ${keyAdvice}`,
    );
  if (named === undefined) await writePrivateFile(kept, `${text.trim()}\n`);
  return keys;
}

async function readKeyFile(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).slice(0, maxKeyBytes);
  } catch {
    // Whether it is missing or locked: then the key is asked for.
    return undefined;
  }
}

async function askForKey(host: string, { stdin, stdout }: NodeJS.Process): Promise<string> {
  const lines = createInterface({ input: stdin, output: stdout, terminal: false });
  try {
    if (stdin.isTTY) stdout.write(`The key to ${host} (${keyAdvice}), then Enter:\n`);
    for await (const line of lines) return line.slice(0, maxKeyBytes);
    throw new AppError(
      'CONFIG_INVALID',
      `There is no key for ${host}: paste it when asked, or name a file with --key-file.`,
    );
  } finally {
    lines.close();
    // Nothing more is read: a terminal that is left open must not keep the program alive.
    stdin.pause();
  }
}
