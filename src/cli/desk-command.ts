import { deskAddress, ensureDeskKey, renewDeskKey } from '../app/desk-key.ts';
import { AppError } from '../errors.ts';
import { type ClientKey, clientLine } from '../tor/client-key.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';

/**
 * Prints what opens the broadcaster's own onion service, with another key if that is asked for. Throws CONFIG_INVALID where there is no such service,
 * DATA_DIRECTORY if the key cannot be kept or is in use.
 */
export async function runDesk(flags: ServeFlags, isNewKey: boolean, process: NodeJS.Process): Promise<void> {
  // Threat: T26. The key is for this user alone, even if this command is the one that makes it.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  if (config.broadcaster.door !== 'desk' || !config.tor.enabled) {
    throw new AppError(
      'CONFIG_INVALID',
      'There is no onion service of your own. It takes broadcaster.door = "desk", and tor.enabled.',
    );
  }
  if (config.ephemeral) {
    throw new AppError('CONFIG_INVALID', 'With "ephemeral" nothing is kept: every start makes and shows a new key.');
  }
  const key = isNewKey ? await renewDeskKey(config.data) : (await ensureDeskKey(config.data)).key;
  const address = await deskAddress(config);
  process.stdout.write(
    `${[...deskLines({ key, address, isNewKey, isOperator: config.tor.mode === 'operator' })].join('\n')}\n`,
  );
}

interface DeskFacts {
  readonly key: ClientKey;
  readonly address: string | undefined;
  readonly isNewKey: boolean;
  /** Whether the operator runs tor. */
  readonly isOperator: boolean;
}

function* deskLines({ key, address, isNewKey, isOperator }: DeskFacts): Generator<string> {
  if (isNewKey) {
    const restart = isOperator
      ? 'once your tor has it: start Onioncast, run the commands that it prints, restart tor.'
      : 'as soon as Onioncast is started again.';
    yield `The old key opens nothing any more ${restart}`;
    yield '';
  }
  if (address !== undefined) yield `  Address  http://${address}/broadcaster`;
  yield `  Key      ${key.privateKey}`;
  yield '';
  if (address === undefined) {
    yield isOperator
      ? 'The address is not known here: put it into tor.desk_address.'
      : 'It gets its address when Onioncast is started for the first time.';
  }
  yield 'Tor Browser asks for the key when the address is opened. Let it remember the key.';
  if (address === undefined) return;
  yield 'For another tor, this is the one line of a file owner.auth_private in its ClientOnionAuthDir:';
  yield '';
  yield `  ${clientLine(address, key)}`;
}
