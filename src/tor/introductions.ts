import { setTimeout as delay } from 'node:timers/promises';
import type { TorControl } from './control.ts';

/** A circuit of ours that an onion service has to one of its introduction points. */
interface IntroductionCircuit {
  readonly id: string;
  /** Absent while the circuit is being built: then it may be any service's. */
  readonly address: string | undefined;
  readonly isEstablished: boolean;
}

export interface RenewalTimes {
  /** Between two looks at tor. */
  readonly lookMs: number;
  /** How long tor may take to launch circuits in place of closed ones, and to establish the last of them. */
  readonly patienceMs: number;
}

/** How often tor launches a circuit to an introduction point before it takes another point: once, and three times again (`MAX_INTRO_POINT_CIRCUIT_RETRIES`). */
const launches = 4;
const usualTimes: RenewalTimes = { lookMs: 200, patienceMs: 15_000 };

/**
 * Makes tor take other introduction points for a service, so that a descriptor that somebody has kept leads nowhere; circuits of visitors stay. tor knows
 * no command for it, but gives up a point whose circuit is lost too often. Within five minutes it launches only so many circuits, which are enough for one
 * renewal: a second one would leave the service without points. False if tor has none in the end.
 */
export async function renewIntroductions(
  control: Pick<TorControl, 'command' | 'getInfo'>,
  address: string,
  { lookMs, patienceMs }: RenewalTimes = usualTimes,
): Promise<boolean> {
  const service = address.replace(/\.onion$/, '');
  let closed = new Set<string>();
  const isRenewed = (circuits: readonly IntroductionCircuit[]): boolean => circuits.every(({ id }) => !closed.has(id));
  /** Waits until tor has put circuits in the place of those that were closed. */
  const settled = async (isThere: (circuits: readonly IntroductionCircuit[]) => boolean): Promise<boolean> => {
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += lookMs) {
      const circuits = await introductionCircuits(control);
      if (circuits.every((circuit) => circuit.address !== undefined) && isThere(ofService(circuits, service)))
        return true;
      await delay(lookMs);
    }
    return false;
  };
  for (let round = 0; round < launches; round += 1) {
    // As many as were there: each of them counts one more launch.
    if (round > 0) await settled((circuits) => isRenewed(circuits) && circuits.length >= closed.size);
    closed = new Set();
    for (const { id } of ofService(await introductionCircuits(control), service)) {
      closed.add(id);
      // It may have gone by itself meanwhile, which is as good.
      await control.command(`CLOSECIRCUIT ${id}`).catch(() => undefined);
    }
  }
  return await settled((circuits) => isRenewed(circuits) && circuits.some(({ isEstablished }) => isEstablished));
}

/** Ids of the circuits by which visitors have come to a service. */
export async function visitorCircuits(control: Pick<TorControl, 'getInfo'>, address: string): Promise<string[]> {
  const service = address.replace(/\.onion$/, '');
  const lines = (await control.getInfo('circuit-status')).split('\n');
  return lines.flatMap((line) => {
    const isOurs = line.includes('PURPOSE=HS_SERVICE_REND') && line.includes(`REND_QUERY=${service}`);
    return isOurs ? [idOf(line)] : [];
  });
}

function ofService(circuits: readonly IntroductionCircuit[], service: string): IntroductionCircuit[] {
  return circuits.filter(({ address }) => address === service);
}

/** Reads `GETINFO circuit-status` (control-spec, section 4.1.1). */
async function introductionCircuits(control: Pick<TorControl, 'getInfo'>): Promise<IntroductionCircuit[]> {
  const lines = (await control.getInfo('circuit-status')).split('\n');
  return lines
    .filter((line) => line.includes('PURPOSE=HS_SERVICE_INTRO'))
    .map((line) => ({
      id: idOf(line),
      address: /REND_QUERY=([a-z2-7]{56})/.exec(line)?.[1],
      isEstablished: line.includes('HS_STATE=HSSI_ESTABLISHED'),
    }));
}

function idOf(line: string): string {
  return line.slice(0, line.indexOf(' '));
}
