import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describeKeys, type Exchange, importOnion, restoreKeys, rotateOnion } from '../app/onion-keys.ts';
import { type KnownAddress, knownAddresses, requireOwnKeys } from '../app/onion-view.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import { type OperationOutput, operations } from '../http/control/operations.ts';
import { readBounded, writePrivateFile } from '../tor/private-file.ts';
import { maxSealedBytes, seal, unseal } from '../tor/sealed-file.ts';
import { ControlClient } from './control/control-client.ts';
import { type SeenAddress, tellAddresses } from './onion-text.ts';
import { isConfirmed, readPassphrase } from './passphrase.ts';
import { type QrWish, usualQr } from './qr-option.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';

/** Flags of the commands about onion keys; each knows some of them. */
export interface OnionFlags extends Pick<ServeFlags, 'config' | 'data' | 'json'> {
  readonly qr?: QrWish;
  readonly yes?: boolean;
  readonly replace?: boolean;
  readonly as?: string;
  readonly passphraseFile?: string;
}

/** Prints every address, for whom it is and, while a server runs, whether it is published. Throws CONFIG_INVALID, KEY_REFUSED. */
export async function showOnions(flags: OnionFlags, process: NodeJS.Process): Promise<void> {
  const { stdout } = process;
  const config = loadServeConfig(flags, process);
  const addresses = merged(config, await knownAddresses(config), await askServer(config));
  if (flags.json) {
    stdout.write(`${JSON.stringify({ addresses })}\n`);
    return;
  }
  stdout.write(tellAddresses(addresses, flags.qr ?? usualQr(process)));
}

/** A new key and address in place of the old one. Throws KEY_REFUSED, CONFIG_INVALID, DATA_DIRECTORY while a server runs. */
export async function rotate(name: string, flags: OnionFlags, process: NodeJS.Process): Promise<void> {
  const config = ownKeys(flags, process);
  const question = `Whoever knows the address "${name}" will find nothing there any more.`;
  if (!flags.yes && !(await isConfirmed(process, question))) {
    process.stdout.write('Nothing was changed.\n');
    return;
  }
  tellExchanges([await rotateOnion(config.data, name)], process);
}

/** Writes all keys into a new file that a passphrase opens. Throws KEY_REFUSED, BACKUP_UNUSABLE. */
export async function backup(file: string, flags: OnionFlags, process: NodeJS.Process): Promise<void> {
  const config = ownKeys(flags, process);
  const target = path.resolve(file);
  await stat(target).then(
    () => {
      throw new AppError('BACKUP_UNUSABLE', `${target} is there already. Choose another name.`);
    },
    () => undefined,
  );
  const { text, addresses } = await describeKeys(config.data);
  const passphrase = await readPassphrase(process, flags.passphraseFile, true);
  await writePrivateFile(target, await seal(text, passphrase));
  process.stdout.write(
    [
      `${target} holds the keys of:`,
      ...addresses.map((address) => `  ${address}`),
      'Whoever has the file and the passphrase is these addresses. Keep them apart, and try the file once:',
      `  onioncast onion restore ${path.basename(target)} --data SOME-EMPTY-DIRECTORY`,
      '',
    ].join('\n'),
  );
}

/** Puts the keys of a backup in place. Throws BACKUP_UNUSABLE, KEY_REFUSED, DATA_DIRECTORY while a server runs. */
export async function restore(file: string, flags: OnionFlags, process: NodeJS.Process): Promise<void> {
  const config = ownKeys(flags, process);
  const bytes = await readBackup(path.resolve(file));
  const text = await unseal(bytes, await readPassphrase(process, flags.passphraseFile, false));
  tellExchanges(await restoreKeys(config.data, text, flags.replace === true), process);
}

/** Takes over a directory of tor's. Throws KEY_REFUSED, DATA_DIRECTORY while a server runs. */
export async function importDirectory(from: string, flags: OnionFlags, process: NodeJS.Process): Promise<void> {
  const config = ownKeys(flags, process);
  const wish = { from: path.resolve(from), name: flags.as ?? 'public', mayReplace: flags.replace === true };
  tellExchanges([await importOnion(config.data, wish)], process);
}

function ownKeys(flags: OnionFlags, process: NodeJS.Process): OnioncastConfig {
  // Threat: T26. What is written from here on is for this user alone.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  requireOwnKeys(config);
  return config;
}

async function readBackup(file: string): Promise<Buffer> {
  try {
    const bytes = await readBounded(file, maxSealedBytes);
    if (bytes !== undefined) return bytes;
  } catch (cause) {
    throw new AppError('BACKUP_UNUSABLE', `${file} cannot be read, or is no backup.`, { cause });
  }
  throw new AppError('BACKUP_UNUSABLE', `There is no file ${file}.`);
}

type Served = OperationOutput<'onions'>['addresses'];

/** What a running server says; undefined where none runs. */
async function askServer({ data }: OnioncastConfig): Promise<Served | undefined> {
  try {
    const { value } = await new ControlClient(data).ask('onions', {});
    return operations.onions.output.safeParse(value).data?.addresses;
  } catch (error) {
    if (error instanceof AppError && error.code === 'CONTROL_UNREACHABLE') return undefined;
    throw error;
  }
}

function merged({ tor }: OnioncastConfig, known: readonly KnownAddress[], served: Served = []): SeenAddress[] {
  const stateOf = (address: string) => served.find((each) => each.address === address)?.state;
  const here = known.map((each) => ({ ...each, state: stateOf(each.address) ?? ('off' as const) }));
  // Of this run alone.
  const others = served.flatMap(({ name, address, state }) => {
    if (address === undefined || known.some((each) => each.address === address)) return [];
    return [{ name, address, state, isPrivate: name === 'desk' || tor.private, clients: [] }];
  });
  return [...here, ...others];
}

function tellExchanges(exchanges: readonly Exchange[], { stdout }: NodeJS.Process): void {
  for (const { name, address, aside } of exchanges) {
    stdout.write(`${name}: http://${address}/\n`);
    if (aside === undefined) continue;
    stdout.write(`  in place of ${aside.address}, whose key is kept in ${aside.directory}. It comes back with:\n`);
    stdout.write(`  onioncast onion import ${aside.directory} --as ${name} --replace\n`);
  }
  stdout.write('Published with the next start of Onioncast.\n');
}
