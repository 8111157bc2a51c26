import type { OnioncastConfig } from '../../config/schema.ts';
import { AppError } from '../../errors.ts';
import { inspectOnionbalance } from '../../tor/onionbalance.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

type TorsConfig = Pick<
  OnioncastConfig['tor'],
  'enabled' | 'mode' | 'instances' | 'spread' | 'onionbalance' | 'private'
> & { readonly pow: Pick<OnioncastConfig['tor']['pow'], 'enabled'> };

/** Whether several tors have what they need; nothing where there is one. */
export async function checkTors(tor: TorsConfig, cores: number): Promise<Finding[]> {
  const { enabled, mode, instances, spread } = tor;
  if (!enabled || mode === 'operator' || instances === 1) return [];
  return [countFinding(instances, cores), spread === 'links' ? linksFinding(tor) : await balanceFinding(tor)];
}

function countFinding(instances: number, cores: number): Finding {
  if (instances <= cores) return ok('Tors', `${instances}, on ${cores} cores`);
  const todo = 'One tor takes one core at most, and encoding takes its part: set tor.instances lower.';
  return warn('Tors', `${instances}, on ${cores} core${cores === 1 ? '' : 's'}`, todo);
}

function linksFinding({ instances, private: isPrivate }: TorsConfig): Finding {
  if (!isPrivate) return ok('Spread', `${instances} addresses; newcomers to the first are sent on`);
  const todo = 'Give viewers different addresses: each asks for the same key once.';
  return warn('Spread', 'nobody is sent on to another address, since they are private', todo);
}

async function balanceFinding({ onionbalance, pow }: TorsConfig): Promise<Finding> {
  try {
    const version = await inspectOnionbalance(onionbalance);
    if (!pow.enabled) return ok('Spread', `one address, by Onionbalance ${version}`);
    return warn(
      'Spread',
      `one address, by Onionbalance ${version}, which knows no proof of work`,
      'Against floods there are the limits for each circuit alone. tor.spread = "links" has it; tor.pow.enabled = false says that this is as you want it.',
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return fail('Spread', error.message, 'Or do without: tor.spread = "links".');
  }
}
