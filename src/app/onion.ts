import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import type { OnionKind } from '../http/connection.ts';
import type { OnionAddressState, ServeEvent, TorState } from '../serve-event.ts';
import type { CircuitCounts } from '../tor/circuit-census.ts';
import type { CircuitFlow } from '../tor/circuit-flow.ts';
import type { AuthorizedClient } from '../tor/client-key.ts';
import { type OnionServicePlan, TorService } from '../tor/tor-service.ts';
import type { TorStatus } from '../tor/tor-status.ts';
import { inspectTor } from '../tor/tor-version.ts';
import { type OperatorServiceSettings, renderOperatorTorrc } from '../tor/torrc.ts';
import { deskClient, deskName, ensureDeskKey, onionName, temporaryName } from './desk-key.ts';
import type { OnionSockets } from './onion-sockets.ts';
import { checkWhoFinds, type PrivateAddress } from './private-address.ts';
import { ingestName, type PublisherAccess } from './publisher-access.ts';

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
  /** Closes a circuit of a visitor; without a tor of our own nobody can. */
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
  closeCircuit: () => undefined,
  close: async () => undefined,
};

/** A service that opens to one key alone: where tor finds us for it, and who finds it. */
interface LockedService {
  readonly name: typeof deskName | typeof ingestName;
  readonly socketPath: string;
  readonly client: AuthorizedClient;
  /** To be shown, this one time. */
  readonly newKey: string | undefined;
}

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
  const { config, dataDirectory, sockets, report } = options;
  const { enabled, rate, burst } = config.tor.pow;
  const open: OnionServicePlan = {
    name: onionName,
    targetSocketPath: sockets.onion,
    ...(enabled && { proofOfWork: { queueRate: rate, queueBurst: burst } }),
    isPrivate: config.tor.private,
  };
  const own = locked.map(({ name, socketPath, client }) => ({ name, targetSocketPath: socketPath, client }));
  const services: OnionServicePlan[] = [...own];
  if (config.tor.temporary) services.push({ ...open, name: temporaryName, isTemporary: true });
  const service = new TorService({
    torBinary: config.tor.binary,
    directory: path.join(dataDirectory, 'tor'),
    services: [open, ...services],
    ephemeral: config.ephemeral,
    extraTorrc: config.tor.extraTorrc,
    bridges: config.tor.bridges,
    onChange: statusReporter(options, locked),
    onFlow: options.onFlow,
  });
  options.privateAddress?.follow(service, [onionName, ...(config.tor.temporary ? [temporaryName] : [])]);
  try {
    await service.start();
    await sayWhoFinds(options);
  } catch (error) {
    await service.close();
    if (!(error instanceof AppError)) throw error;
    const todo = 'Until then the stream can be watched on this machine only.';
    report({ kind: 'warning', code: error.code, message: error.message, todo });
    report({ kind: 'tor', state: 'off', progress: 0, summary: error.message });
    return noOnion;
  }
  return {
    status: () => service.status,
    deskStatus: () => (sockets.desk === undefined ? undefined : withoutAddress(service.statusOf(deskName))),
    addresses: () => [
      stateOf('public', service.status),
      ...services.map(({ name }) => stateOf(name, service.statusOf(name))),
    ],
    circuits: () => service.circuits,
    closeCircuit: (circuitId) => service.closeCircuit(circuitId),
    close: () => service.close(),
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

/** Tells each address once, and of each service only what is new. */
function statusReporter({ report, onAddresses }: OnionOptions, locked: readonly LockedService[]) {
  const known = new Map<string, string>();
  const last = new Map<string, string>();
  const warned = new Set<string>();
  return (status: TorStatus, service: string): void => {
    const { address } = status;
    if (address !== undefined && address !== known.get(service)) {
      known.set(service, address);
      const kind = kindOf(service);
      const all = [...known].flatMap(([name, each]) => (kindOf(name) === kind ? [each] : []));
      if (kind !== undefined) onAddresses(all, kind);
    }
    const event = eventOf(service, status, locked);
    const facts = JSON.stringify(event);
    if (facts !== last.get(service)) report(event);
    last.set(service, facts);
    for (const message of status.warnings.filter((text) => !warned.has(text))) {
      warned.add(message);
      report({ kind: 'warning', code: 'TOOL_MISSING', message });
    }
  };
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

/** What is told of them. */
const lockedKinds = { [deskName]: 'desk', [ingestName]: 'publisher' } as const;

/** Where Debian's tor keeps its services, and where its AppArmor profile lets it. */
const operatorServiceDirectory = '/var/lib/tor/onioncast';

const publicStates: Record<TorStatus['state'], TorState> = {
  starting: 'starting',
  bootstrapping: 'bootstrapping',
  publishing: 'publishing',
  ready: 'online',
  restarting: 'restarting',
  failed: 'off',
  stopped: 'off',
};

function torEvent({ state, progress, summary, address }: TorStatus): ServeEvent {
  const known = address === undefined ? {} : { address: `http://${address}/` };
  return { kind: 'tor', state: publicStates[state], progress, summary, ...known };
}

/** Which door of ours a service leads to; a publisher elsewhere asks for no page. */
function kindOf(service: string): OnionKind | undefined {
  if (service === ingestName) return undefined;
  return service === deskName ? 'desk' : 'onion';
}

function eventOf(service: string, status: TorStatus, locked: readonly LockedService[]): ServeEvent {
  const own = locked.find(({ name }) => name === service);
  const { state, address } = status;
  if (own !== undefined) {
    return { kind: lockedKinds[own.name], state: publicStates[state], ...accessOf(address ?? '', own) };
  }
  if (service !== temporaryName) return torEvent(status);
  const known = address === undefined ? {} : { address: `http://${address}/` };
  return { kind: 'temporary', state: publicStates[state], ...known };
}

/** What opens the service, at the start that has made the key and never again. */
function accessOf(address: string, { newKey }: LockedService) {
  if (newKey === undefined) return {};
  return { ...(address !== '' && { address: `http://${address}/` }), clientKey: newKey };
}

function stateOf(name: string, { state, address }: TorStatus): OnionAddressState {
  return { name, ...(address !== undefined && { address }), state: publicStates[state] };
}

function withoutAddress({ address: _address, ...status }: TorStatus): Omit<TorStatus, 'address'> {
  return status;
}
