import { deskAddress, knownDeskKey } from '../../app/desk-key.ts';
import type { OnioncastConfig } from '../../config/schema.ts';
import { AppError } from '../../errors.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

type DeskConfig = Pick<OnioncastConfig, 'broadcaster' | 'tor' | 'data' | 'ephemeral'>;

/** By which ways the broadcaster comes to the desk, and whether its own onion service has what it needs. */
export async function checkDesk(config: DeskConfig): Promise<Finding> {
  const { broadcaster, tor } = config;
  if (broadcaster.door === 'local') return ok('Desk', 'on this machine alone (broadcaster.door)');
  if (broadcaster.door === 'everywhere') return ok('Desk', 'wherever the page is (broadcaster.door)');
  if (!tor.enabled) {
    return warn(
      'Desk',
      'on this machine alone, since tor is off',
      'Switch tor on, or let broadcaster.door be "local".',
    );
  }
  return await checkOwnOnion(config);
}

async function checkOwnOnion({ tor, data, ephemeral }: DeskConfig): Promise<Finding> {
  if (tor.mode === 'operator' && tor.deskAddress === '') {
    return warn('Desk', 'the address of its onion service is not known here', 'Put it into tor.desk_address.');
  }
  if (ephemeral) return ok('Desk', 'an onion service of its own, with another key at every start (ephemeral)');
  try {
    const address = await deskAddress({ tor, data });
    const key = (await knownDeskKey(data)) === undefined ? 'its key will be made' : 'its key is there';
    return ok('Desk', `${address ?? 'an onion service of its own, new at the first start'}; ${key}`);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail('Desk', error.message, 'Or do without: broadcaster.door = "local".');
  }
}
