import { deskAddress, ensureDeskKey, renewDeskKey } from '../app/desk-key.ts';
import { AppError } from '../errors.ts';
import { clientLine } from '../tor/client-key.ts';
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
  const lines = [
    ...(isNewKey ? ['The old key opens nothing any more, as soon as Onioncast is started again.', ''] : []),
    ...(address === undefined ? ['It gets its address when Onioncast is started for the first time.'] : []),
    ...(address === undefined ? [] : [`  Address  http://${address}/broadcaster`]),
    `  Key      ${key.privateKey}`,
    '',
    'Tor Browser asks for the key when the address is opened; let it remember the key, and paste it.',
    ...(address === undefined
      ? []
      : [
          'For another tor, this is the one line of a file owner.auth_private in its ClientOnionAuthDir:',
          '',
          `  ${clientLine(address, key)}`,
        ]),
    ...(isNewKey && config.tor.mode === 'operator'
      ? ['', 'Start Onioncast: it prints what your tor must be told.']
      : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
