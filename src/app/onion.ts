import type { PublicAddress } from '../admission/spread.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import type { OnionKind } from '../http/connection.ts';
import type { OnionAddressState, ServeEvent, TorInstanceState, TorsState } from '../serve-event.ts';
import type { CircuitCounts } from '../tor/circuit-census.ts';
import type { CircuitFlow } from '../tor/circuit-flow.ts';
import type { OnionServicePlan } from '../tor/tor-service.ts';
import type { TorStatus } from '../tor/tor-status.ts';
import { inspectTor } from '../tor/tor-version.ts';
import { type OperatorServiceSettings, renderOperatorTorrc } from '../tor/torrc.ts';
import { deskClient, deskName, ensureDeskKey, temporaryName } from './desk-key.ts';
import {
  accessOf,
  circuitsReporter,
  type LockedService,
  lockedKinds,
  stateOf,
  statusReporter,
} from './onion-events.ts';
import type { OnionSockets } from './onion-sockets.ts';
import { checkWhoFinds, type PrivateAddress } from './private-address.ts';
import { ingestName, type PublisherAccess } from './publisher-access.ts';
import { type DrainRefusal, publicNames, TorFleet } from './tor-fleet.ts';

/** The onion services, if there are any. */
export interface Onion {
  /** For supervisors; absent without a tor of our own. */
  status(): TorStatus | undefined;
  /** The same of the broadcaster's own service, without its address. */
  deskStatus(): Omit<TorStatus, 'address'> | undefined;
  /** All of this run, by the names that people know. */
  addresses(): readonly OnionAddressState[];
  /** What the circuits of our tor say; absent while nobody knows. */
  circuits(): CircuitCounts | undefined;
  /** Our own tors, one by one; absent without. */
  tors(): TorsState | undefined;
  /** The addresses among which newcomers are spread; none where there is one address. */
  publicAddresses(): readonly PublicAddress[];
  /** Takes one of them out of use for newcomers, or back; undefined: it is done. */
  drain(number: number, isDraining: boolean): DrainRefusal | undefined;
  /** Closes a circuit of a visitor, by its number among those of all our tors; without a tor of our own nobody can. */
  closeCircuit(circuitId: number): void;
  close(): Promise<void>;
}

export interface OnionOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly sockets: OnionSockets;
  /** Who finds the public service, if that is not everybody. */
  readonly privateAddress?: PrivateAddress | undefined;
  report(event: ServeEvent): void;
  /** All addresses of a kind, `<56 characters>.onion`, whenever another one is known. */
  onAddresses(addresses: readonly string[], kind: OnionKind): void;
  /** What circuits carry, from a tor of our own. */
  onFlow(flow: CircuitFlow): void;
  /** Where a publisher may send from elsewhere: who it is. */
  readonly publisher?: PublisherAccess | undefined;
}

const noOnion: Onion = {
  status: () => undefined,
  deskStatus: () => undefined,
  addresses: () => [],
  circuits: () => undefined,
  tors: () => undefined,
  publicAddresses: () => [],
  drain: () => 'unknown-tor',
  closeCircuit: () => undefined,
  close: async () => undefined,
};

/**
 * Publishes the web server's sockets as onion services: with a tor of our own, or by telling the operator what their tor needs.
 * A tor that cannot be started is a warning: the page of this machine goes on without it.
 */
export async function openOnion(options: OnionOptions): Promise<Onion> {
  const { config } = options;
  if (!config.tor.enabled) return noOnion;
  await checkWhoFinds(config, options.dataDirectory);
  const locked = await lockedServices(options);
  return config.tor.mode === 'operator' ? await adviseOperator(options, locked) : await runTor(options, locked);
}

/** The broadcaster's own, and that of a publisher elsewhere. */
async function lockedServices({ dataDirectory, sockets, publisher }: OnionOptions): Promise<LockedService[]> {
  const locked: LockedService[] = [];
  if (sockets.desk !== undefined) {
    const { key, isNew } = await ensureDeskKey(dataDirectory);
    const client = { name: deskClient, publicKey: key.publicKey };
    locked.push({ name: deskName, socketPath: sockets.desk, client, newKey: isNew ? key.privateKey : undefined });
  }
  if (sockets.ingest !== undefined && publisher !== undefined) {
    const { client, isNew, keys } = publisher;
    const newKey = isNew ? keys.publisherKey : undefined;
    locked.push({ name: ingestName, socketPath: sockets.ingest, client, newKey });
  }
  return locked;
}

async function runTor(options: OnionOptions, locked: readonly LockedService[]): Promise<Onion> {
  const { config, sockets, report } = options;
  const services = ownServices(options, locked);
  const onChange = statusReporter(options, locked);
  let fleet: TorFleet | undefined;
  try {
    const onTor = (tor: TorInstanceState): void => report({ kind: 'tor-instance', ...tor });
    const onCircuits = circuitsReporter(options);
    fleet = await TorFleet.prepare({ ...options, services, onChange, onTor, onCircuits });
    options.privateAddress?.follow(
      fleet.members.map(({ tor, service }, index) => ({
        tor,
        services: [service, ...(index === 0 && config.tor.temporary ? [temporaryName] : [])],
      })),
    );
    await fleet.start();
    await sayWhoFinds(options);
  } catch (error) {
    await fleet?.close();
    if (!(error instanceof AppError)) throw error;
    const todo = 'Until then the stream can be watched on this machine only.';
    report({ kind: 'warning', code: error.code, message: error.message, todo });
    report({ kind: 'tor', state: 'off', progress: 0, summary: error.message });
    return noOnion;
  }
  return onionOf(fleet, config, services, sockets.desk !== undefined);
}

/** What the first tor carries beside the public service. */
function ownServices({ config, sockets }: OnionOptions, locked: readonly LockedService[]): OnionServicePlan[] {
  const { enabled, rate, burst } = config.tor.pow;
  const own = locked.map(({ name, socketPath, client }) => ({ name, targetSocketPath: socketPath, client }));
  if (!config.tor.temporary) return own;
  const temporary: OnionServicePlan = {
    name: temporaryName,
    targetSocketPath: sockets.onion,
    ...(enabled && { proofOfWork: { queueRate: rate, queueBurst: burst } }),
    isPrivate: config.tor.private,
    isTemporary: true,
  };
  return [...own, temporary];
}

function onionOf(
  fleet: TorFleet,
  config: OnioncastConfig,
  services: readonly OnionServicePlan[],
  hasDesk: boolean,
): Onion {
  const [, ...more] = publicNames(config);
  const others = [...more, ...services.map(({ name }) => name)];
  return {
    status: () => fleet.status,
    deskStatus: () => {
      const { address: _address, ...status } = fleet.statusOf(deskName);
      return hasDesk ? status : undefined;
    },
    addresses: () => [stateOf('public', fleet.status), ...others.map((name) => stateOf(name, fleet.statusOf(name)))],
    circuits: () => fleet.circuits,
    tors: () => fleet.state,
    publicAddresses: () => fleet.publicAddresses,
    drain: (number, isDraining) => fleet.drain(number, isDraining),
    closeCircuit: (circuitId) => fleet.closeCircuit(circuitId),
    close: () => fleet.close(),
  };
}

/** An address that nobody finds looks like one that does not work. */
async function sayWhoFinds({ privateAddress, report }: OnionOptions): Promise<void> {
  if (privateAddress === undefined) return;
  const { length } = await privateAddress.list();
  const todo = 'To invite somebody: onioncast invite NAME';
  const invited = length === 1 ? '1 key opens it' : `${length} keys open it`;
  if (length > 0) report({ kind: 'note', message: `The address is private: ${invited}. ${todo}` });
  else
    report({
      kind: 'warning',
      code: 'CONFIG_INVALID',
      message: 'The address is private, and nobody has a key to it.',
      todo,
    });
}

async function adviseOperator(options: OnionOptions, locked: readonly LockedService[]): Promise<Onion> {
  const { config, sockets, report, onAddresses } = options;
  const { enabled, rate, burst } = config.tor.pow;
  const canWork = enabled && (await inspectTor(config.tor.binary)).hasProofOfWork;
  const open: OperatorServiceSettings = {
    serviceDirectory: operatorServiceDirectory,
    targetSocketPath: sockets.onion,
    proofOfWork: canWork ? { queueRate: rate, queueBurst: burst } : undefined,
  };
  const own = locked.map(({ name, socketPath, client }) => ({
    serviceDirectory: `${operatorServiceDirectory}-${name}`,
    targetSocketPath: socketPath,
    client,
  }));
  const lines = renderOperatorTorrc([open, ...own]);
  report({ kind: 'operator-torrc', lines: lines.trimEnd().split('\n') });
  const { address, deskAddress } = config.tor;
  for (const service of locked) {
    // The publisher's address is told by tor alone: nothing of ours depends on it.
    const its = service.name === deskName ? deskAddress : '';
    if (its !== '') onAddresses([its], 'desk');
    else if (service.name === deskName)
      warnOfAddress(report, 'tor.desk_address', `${operatorServiceDirectory}-${service.name}`);
    report({ kind: lockedKinds[service.name], state: its === '' ? 'off' : 'online', ...accessOf(its, service) });
  }
  const known = [
    { name: 'public', address, state: 'online' as const },
    { name: 'desk', address: deskAddress, state: 'online' as const },
  ];
  const addresses = () => known.filter((each) => each.address !== '');
  if (address === '') {
    warnOfAddress(report, 'tor.address', operatorServiceDirectory);
    return { ...noOnion, addresses };
  }
  onAddresses([address], 'onion');
  const summary = 'Published by your own tor';
  report({ kind: 'tor', state: 'online', progress: 100, summary, address: `http://${address}/` });
  return { ...noOnion, addresses };
}

function warnOfAddress(report: OnionOptions['report'], setting: string, directory: string): void {
  const message = `The onion address of ${directory} is not known yet, so nobody can be served under it.`;
  const todo = `Put the address from the file "hostname" of that directory into ${setting} and start again.`;
  report({ kind: 'warning', code: 'CONFIG_INVALID', message, todo });
}

/** Where Debian's tor keeps its services, and where its AppArmor profile lets it. */
const operatorServiceDirectory = '/var/lib/tor/onioncast';
