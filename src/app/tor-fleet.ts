import path from 'node:path';
import type { PublicAddress } from '../admission/spread.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { circuitNumber, torCircuitOf } from '../http/circuit-number.ts';
import type { TorInstanceState, TorsState } from '../serve-event.ts';
import { BalancedFront } from '../tor/balanced-front.ts';
import type { CircuitCounts } from '../tor/circuit-census.ts';
import type { CircuitFlow } from '../tor/circuit-flow.ts';
import { loadClients, loadOnionKeys, writeClients, writeOnionSecret } from '../tor/onion-files.ts';
import { mintOnionSecret } from '../tor/onion-secret.ts';
import { type OnionServicePlan, TorService } from '../tor/tor-service.ts';
import type { TorStatus } from '../tor/tor-status.ts';
import { onionName } from './desk-key.ts';
import { Owned } from './owned.ts';
import { publicStates } from './onion-events.ts';
import type { OnionSockets } from './onion-sockets.ts';

export interface FleetOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly sockets: Pick<OnionSockets, 'onion' | 'more'>;
  /** What is on the first tor beside the public service. */
  readonly services: readonly OnionServicePlan[];
  /** Of the public addresses by `publicNames`, and of `services`. Must not throw. */
  onChange(status: TorStatus, service: string): void;
  /** Something about one of several tors is new. Must not throw. */
  onTor(tor: TorInstanceState): void;
  onFlow(flow: CircuitFlow): void;
  /** The circuits of all have been counted. Must not throw. */
  onCircuits?(circuits: CircuitCounts, status: TorStatus): void;
}

/** Why a tor is not taken out of use, or not taken back. */
export type DrainRefusal = 'unknown-tor' | 'last-tor' | 'nothing-to-do';

/** The names of the public addresses, and of their directories below `tor`: only with `tor.spread = "links"` are there several. */
export function publicNames({ tor }: Pick<OnioncastConfig, 'tor'>): readonly string[] {
  return isBalanced({ tor }) ? [onionName] : [onionName, ...further.slice(0, tor.instances - 1)];
}

/** Whether one address is carried by several tors. */
export function isBalanced({ tor }: Pick<OnioncastConfig, 'tor'>): boolean {
  return tor.instances > 1 && tor.spread === 'onionbalance';
}

const further = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];
/** A service behind the one address: its own is of no use to anybody. */
const backendName = 'backend';

interface Member {
  readonly tor: TorService;
  /** Of its part of the public service. */
  readonly service: string;
  isDraining: boolean;
}

/** Our own tors: each is launched, watched and launched again by itself, and one that dies touches no other. */
export class TorFleet {
  readonly #options: FleetOptions;
  readonly #members: readonly Member[];
  readonly #front: BalancedFront | undefined;
  readonly #owned = new Owned();
  readonly #told = new Map<number, string>();

  private constructor(options: FleetOptions, frontAddress: string | undefined) {
    this.#options = options;
    const { instances } = options.config.tor;
    this.#members = Array.from({ length: instances }, (_, index) => this.#plan(index, frontAddress));
    this.#front = frontAddress === undefined ? undefined : this.#planFront(frontAddress);
  }

  /** Prepares the tors of this configuration without starting any. Throws KEY_REFUSED, DATA_DIRECTORY. */
  static async prepare(options: FleetOptions): Promise<TorFleet> {
    const { config, dataDirectory } = options;
    const directory = path.join(dataDirectory, 'tor', onionName);
    if (isBalanced(config)) return new TorFleet(options, await frontAddressIn(directory));
    for (const name of publicNames(config).slice(1)) {
      // Who has a key to the first address has one to all.
      await writeClients(path.join(dataDirectory, 'tor', name), await loadClients(directory));
    }
    return new TorFleet(options, undefined);
  }

  /** Resolves once all are launched. Throws as `TorService.start` and `BalancedFront.start`; then it is to be closed. */
  async start(): Promise<void> {
    this.#owned.add(() => this.#front?.close());
    await this.#front?.start();
    for (const { tor } of this.#members) {
      this.#owned.add(() => tor.close());
      await tor.start();
    }
  }

  /** The tors, each with its part of the public service. */
  get members(): readonly { readonly tor: TorService; readonly service: string }[] {
    return this.#members;
  }

  /** Of the public address, of the first one if there are several. */
  get status(): TorStatus {
    return this.#front?.torStatus ?? this.statusOf(onionName);
  }

  statusOf(service: string): TorStatus {
    const index = Math.max(0, publicNames(this.#options.config).indexOf(service));
    return (this.#members[index] ?? this.#first).tor.statusOf(service);
  }

  /** What all their circuits say, taken together; absent while no tor says anything. */
  get circuits(): CircuitCounts | undefined {
    const known = this.#members.flatMap(({ tor }) => tor.circuits ?? []);
    if (known.length === 0) return undefined;
    const suggested = known.flatMap(({ suggestedEffort }) => suggestedEffort ?? []);
    const sum = (of: (counts: CircuitCounts) => number): number => known.reduce((total, one) => total + of(one), 0);
    return {
      visitors: sum(({ visitors }) => visitors),
      introductionPoints: sum(({ introductionPoints }) => introductionPoints),
      effort: Math.max(...known.map(({ effort }) => effort)),
      ...(suggested.length > 0 && { suggestedEffort: Math.max(...suggested) }),
    };
  }

  /** For supervisors and the operator. */
  get state(): TorsState {
    const { instances, spread: how } = this.#options.config.tor;
    const spread = instances === 1 ? 'none' : how;
    const balance = this.#front?.status;
    return { spread, tors: this.#members.map((_, index) => this.#stateOf(index)), ...(balance && { balance }) };
  }

  /** The public addresses among which newcomers are spread, in the order of the tors that carry them; none where there is one address. */
  get publicAddresses(): readonly PublicAddress[] {
    if (this.#members.length === 1 || this.#front !== undefined) return [];
    return this.#members.map(({ tor: { status }, isDraining }) => ({
      address: status.address,
      isOpen: status.state === 'ready' && !isDraining,
    }));
  }

  /** Takes a tor out of use for newcomers, or back. Undefined: it is done. */
  drain(number: number, isDraining: boolean): DrainRefusal | undefined {
    const member = this.#members[number - 1];
    if (member === undefined) return 'unknown-tor';
    if (member.isDraining === isDraining) return 'nothing-to-do';
    if (isDraining && this.#members.every((each) => each === member || each.isDraining)) return 'last-tor';
    member.isDraining = isDraining;
    this.#tell(number - 1);
    this.#front?.look();
    return undefined;
  }

  /** Closes a circuit by the number that it has among those of all our tors. */
  closeCircuit(number: number): void {
    const { tor, circuitId } = torCircuitOf(number);
    this.#members[tor]?.tor.closeCircuit(circuitId);
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    await this.#owned.close();
  }

  get #first(): Member {
    const [first] = this.#members;
    if (first === undefined) throw new Error('a fleet without a tor');
    return first;
  }

  #plan(index: number, front: string | undefined): Member {
    const { config, dataDirectory, sockets, services, onFlow } = this.#options;
    const { enabled, rate, burst } = config.tor.pow;
    const service = front === undefined ? (publicNames(config)[index] ?? '') : backendName;
    const plan: OnionServicePlan = {
      name: service,
      targetSocketPath: [sockets.onion, ...sockets.more][index] ?? '',
      isPrivate: config.tor.private,
      // Onionbalance announces no work, so that nobody would do any.
      ...(enabled && front === undefined && { proofOfWork: { queueRate: rate, queueBurst: burst } }),
      ...(front !== undefined && { front, isTemporary: true }),
    };
    const keyDirectory = path.join(dataDirectory, 'tor');
    const tor = new TorService({
      torBinary: config.tor.binary,
      directory: index === 0 ? keyDirectory : path.join(keyDirectory, String(index + 1)),
      keyDirectory,
      services: index === 0 ? [plan, ...services] : [plan],
      ephemeral: config.ephemeral,
      extraTorrc: config.tor.extraTorrc,
      bridges: config.tor.bridges,
      onChange: (status, of) => this.#follow(index, status, of),
      onCircuits: () => this.#tellCircuits(),
      onFlow: (flow) => onFlow({ ...flow, circuitId: circuitNumber({ tor: index, circuitId: flow.circuitId }) }),
    });
    return { tor, service, isDraining: false };
  }

  #planFront(address: string): BalancedFront {
    const { config, dataDirectory, onChange } = this.#options;
    const directory = path.join(dataDirectory, 'tor');
    const { binary, onionbalance, extraTorrc, bridges } = config.tor;
    return new BalancedFront({
      ...{ torBinary: binary, onionbalanceBinary: onionbalance, extraTorrc, bridges, address, onChange },
      directory: path.join(directory, 'onionbalance'),
      keyFile: path.join(directory, onionName, 'hs_ed25519_secret_key'),
      name: onionName,
      backends: () =>
        this.#members.map(({ tor: { status }, isDraining }) => ({
          address: status.address,
          isPublished: status.state === 'ready',
          ...{ isDraining, restarts: status.restarts },
        })),
    });
  }

  #follow(index: number, status: TorStatus, service: string): void {
    // Nobody comes by the address of a service behind another one.
    if (service !== backendName) this.#options.onChange(status, service);
    if (service !== this.#members[index]?.service) return;
    this.#tell(index);
    this.#front?.look();
  }

  #tell(index: number): void {
    if (this.#members.length === 1) return;
    const state = this.#stateOf(index);
    const facts = JSON.stringify([state.state, state.isDraining, state.restarts]);
    if (facts !== this.#told.get(index)) this.#options.onTor(state);
    this.#told.set(index, facts);
  }

  #tellCircuits(): void {
    const { circuits, status } = this;
    if (circuits !== undefined) this.#options.onCircuits?.(circuits, status);
  }

  #stateOf(index: number): TorInstanceState {
    const { tor, service, isDraining } = this.#members[index] ?? this.#first;
    const { state, progress, address, descriptorUploads, restarts, lastError } = tor.statusOf(service);
    const { circuits, pid } = tor;
    return {
      number: index + 1,
      ...{ state: publicStates[state], progress, isDraining, descriptorUploads, restarts },
      ...(address !== undefined && this.#front === undefined && { address }),
      ...(circuits !== undefined && { circuits: circuits.visitors, introductionPoints: circuits.introductionPoints }),
      ...(pid !== undefined && { pid }),
      ...(lastError !== undefined && { lastError }),
    };
  }
}

/** The address of the key that Onionbalance is given; the key is made with the first start. */
async function frontAddressIn(directory: string): Promise<string> {
  const known = await loadOnionKeys(directory);
  if (known !== undefined) return known.secret.address;
  const secret = mintOnionSecret();
  await writeOnionSecret(directory, secret);
  return secret.address;
}
