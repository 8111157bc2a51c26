import type { OnionKind } from '../http/connection.ts';
import type { OnionAddressState, ServeEvent, TorState } from '../serve-event.ts';
import type { CircuitCounts } from '../tor/circuit-census.ts';
import type { AuthorizedClient } from '../tor/client-key.ts';
import type { TorStatus } from '../tor/tor-status.ts';
import { deskName, onionName, temporaryName } from './desk-key.ts';
import { ingestName } from './publisher-access.ts';

/** A service that opens to one key alone: where tor finds us for it, and who finds it. */
export interface LockedService {
  readonly name: typeof deskName | typeof ingestName;
  readonly socketPath: string;
  readonly client: AuthorizedClient;
  /** To be shown, this one time. */
  readonly newKey: string | undefined;
}

/** What is told of them. */
export const lockedKinds = { [deskName]: 'desk', [ingestName]: 'publisher' } as const;

/** What people are told of the states of a tor. */
export const publicStates: Record<TorStatus['state'], TorState> = {
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

/** Nothing of further public addresses: what is told of their tors says it. */
function eventOf(service: string, status: TorStatus, locked: readonly LockedService[]): ServeEvent | undefined {
  const own = locked.find(({ name }) => name === service);
  const { state, address } = status;
  if (own !== undefined) {
    return { kind: lockedKinds[own.name], state: publicStates[state], ...accessOf(address ?? '', own) };
  }
  if (service === onionName) return torEvent(status);
  if (service !== temporaryName) return undefined;
  const known = address === undefined ? {} : { address: `http://${address}/` };
  return { kind: 'temporary', state: publicStates[state], ...known };
}

/** What opens the service, at the start that has made the key and never again. */
export function accessOf(address: string, { newKey }: LockedService) {
  if (newKey === undefined) return {};
  return { ...(address !== '' && { address: `http://${address}/` }), clientKey: newKey };
}

/** For the list of addresses. */
export function stateOf(name: string, { state, address }: TorStatus): OnionAddressState {
  return { name, ...(address !== undefined && { address }), state: publicStates[state] };
}

/** Who hears of them. */
export interface StatusListener {
  report(event: ServeEvent): void;
  /** All addresses of a kind, `<56 characters>.onion`, whenever another one is known. */
  onAddresses(addresses: readonly string[], kind: OnionKind): void;
}

/** Tells each address once, and of each service only what is new. */
export function statusReporter({ report, onAddresses }: StatusListener, locked: readonly LockedService[]) {
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
    if (event !== undefined && facts !== last.get(service)) report(event);
    last.set(service, facts ?? '');
    for (const message of status.warnings.filter((text) => !warned.has(text))) {
      warned.add(message);
      report({ kind: 'warning', code: 'TOOL_MISSING', message });
    }
  };
}

/** Tells what is another count than before. */
export function circuitsReporter({ report }: Pick<StatusListener, 'report'>) {
  let last = '';
  return (circuits: CircuitCounts, { descriptorUploads }: TorStatus): void => {
    const { visitors, introductionPoints, effort, suggestedEffort = effort } = circuits;
    const counts = { descriptorUploads, introductionPoints, visitors, effort: suggestedEffort };
    const facts = JSON.stringify(counts);
    if (facts !== last) report({ kind: 'circuits', ...counts });
    last = facts;
  };
}
