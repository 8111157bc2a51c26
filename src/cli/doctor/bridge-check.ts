import type { OnioncastConfig } from '../../config/schema.ts';
import { advice, findObfs4 } from '../../tor/bridges.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Whether the bridges have what they need; nothing where there are none. */
export async function checkBridges(
  { enabled, mode, bridges }: Pick<OnioncastConfig['tor'], 'enabled' | 'mode' | 'bridges'>,
  searchPath: string,
): Promise<Finding[]> {
  if (!enabled || bridges.length === 0) return [];
  if (mode === 'operator') {
    return [warn('Bridges', 'not used: the tor is yours (tor.mode)', 'Put them into the torrc of your tor.')];
  }
  const disguised = bridges.filter(({ transport }) => transport === 'obfs4').length;
  if (disguised === 0) {
    return [
      warn(
        'Bridges',
        `${bridges.length}, none disguised`,
        'Whoever watches the line can tell Tor from them: take obfs4.',
      ),
    ];
  }
  const program = await findObfs4(searchPath);
  if (program === undefined) return [fail('Bridges', 'nothing here speaks obfs4', advice)];
  return [ok('Bridges', `${bridges.length}, ${disguised} of them obfs4 by ${program}`)];
}
