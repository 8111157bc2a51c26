import { ensurePublisherAccess, ingestAddress, renewPublisherAccess } from '../app/publisher-access.ts';
import { AppError } from '../errors.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';

/**
 * Prints what a publisher elsewhere needs to send to this server, with another key if that is asked for. Throws CONFIG_INVALID where there is no onion
 * service for one, DATA_DIRECTORY if the key cannot be kept or is in use.
 */
export async function runPublisher(flags: ServeFlags, isNewKey: boolean, process: NodeJS.Process): Promise<void> {
  // Threat: T26. The key is for this user alone, even if this command is the one that makes it.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  if (!config.split.enabled || !config.tor.enabled)
    throw new AppError(
      'CONFIG_INVALID',
      'Nobody can send from elsewhere. It takes split.enabled = true, and tor.enabled.',
    );
  if (config.ephemeral)
    throw new AppError('CONFIG_INVALID', 'With "ephemeral" nothing is kept: every start makes and shows a new key.');
  const access = isNewKey ? await renewPublisherAccess(config.data) : await ensurePublisherAccess(config.data);
  const address = await ingestAddress(config);
  process.stdout.write(`${[...lines(access.keys.publisherKey, address, config.tor.mode === 'operator')].join('\n')}\n`);
}

function* lines(key: string, address: string | undefined, isOperator: boolean): Generator<string> {
  if (address !== undefined) yield `  Address  ${address}`;
  yield `  Key      ${key}`;
  yield '';
  if (address !== undefined) {
    yield 'At home, where the picture is made:';
    yield '';
    yield `  node bin/onioncast.cjs push ${address}`;
    yield '';
    yield 'It asks for the key the first time. Whoever has the key can broadcast here: send it by a way that you trust.';
    return;
  }
  yield isOperator
    ? 'The address is in the file "hostname" of the directory that your tor has for it.'
    : 'It gets its address when Onioncast is started for the first time.';
}
