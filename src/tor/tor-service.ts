import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import { type BridgeLine, planBridges } from './bridges.ts';
import { type AuthorizedClient, authorizeClient } from './client-key.ts';
import { type CircuitFlow, circuitFlowEvent, readCircuitFlow } from './circuit-flow.ts';
import { type CircuitCensus, type CircuitCounts, openCensus } from './circuit-census.ts';
import { CircuitCloser } from './circuit-closer.ts';
import { TorControl } from './control.ts';
import { anotherTorMessage, cleanNotice, explainExit, lastComplaint } from './notice-ring.ts';
import { readOnionAddress } from './onion-key.ts';
import { ServiceDirectories } from './service-directories.ts';
import { writePrivateFile } from './private-file.ts';
import { RestrictedServices } from './restricted-services.ts';
import { runTor } from './tor-command.ts';
import { TorProcess } from './tor-process.ts';
import {
  initialTorStatus,
  nextTorStatus,
  readBootstrapPhase,
  readTorEvent,
  subscribedEvents,
  type TorEvent,
  type TorStatus,
} from './tor-status.ts';
import { inspectTor, oldestSafeTor } from './tor-version.ts';
import { type ProofOfWorkQueue, renderTorrc, type SocksSettings, type TorrcSettings } from './torrc.ts';

/** An onion service that our own tor runs. */
export interface OnionServicePlan {
  /** Of its directory below that of tor; small letters. */
  readonly name: string;
  /** The unix socket of our listener for it; it may appear later. */
  readonly targetSocketPath: string;
  /** Asked for where tor can. */
  readonly proofOfWork?: ProofOfWorkQueue;
  /** Who alone finds it; everybody unless given. */
  readonly client?: AuthorizedClient;
  /** Its address is for this run alone, and for whoever may find the first service at its start. */
  readonly isTemporary?: boolean;
  /** Only those find it who have a key (`TorService.restricted`), of whom there may be none yet. */
  readonly isPrivate?: boolean;
  /** The address by which visitors come, which Onionbalance announces; its own unless given. */
  readonly front?: string;
}

/** Settings of our own tor and of the onion services on it. */
export interface TorServiceSettings {
  /** The program; a wrapper around it must `exec` tor, so that the process we start is tor itself. */
  readonly torBinary: string;
  /** For tor alone; made with 0700. Keeps the onion keys and tor's entry guards, which must outlive restarts. */
  readonly directory: string;
  /** The public one first: lines of `extraTorrc` that belong to a service belong to it. */
  readonly services: readonly OnionServicePlan[];
  /** Where services have their keys that outlive a run; `directory` unless given. */
  readonly keyDirectory?: string;
  /** What Onionbalance announces by way of this tor, which has no services of its own then. */
  readonly announced?: { readonly name: string; readonly address: string };
  /** Where we connect to an onion service of somebody else: `status` is `publishing` then, once tor has found its way into the network. */
  readonly socks?: SocksSettings;
  /** New addresses at each start, whose keys are kept in a temporary directory and deleted at the end. */
  readonly ephemeral?: boolean;
  readonly extraTorrc: readonly string[];
  /** The only ways into the network, if there are any. */
  readonly bridges?: readonly BridgeLine[];
  /** Called with each new status of a service. Must not throw. */
  onChange(status: TorStatus, service: string): void;
  /** Called, about once a second, for each circuit that carried something. Must not throw. */
  onFlow?(flow: CircuitFlow): void;
  /** Called whenever the circuits have been counted. Must not throw. */
  onCircuits?(counts: CircuitCounts): void;
}

/** What the status is called of a tor without services. */
const noService = '';
const attachTimeoutMs = 30_000;
const connectPauseMs = 50;
/** Linux allows 108 bytes for the path of a unix socket, with the zero at its end. */
const maxSocketPathBytes = 107;
/** A run that was useful for this long starts the back-off anew. */
const steadyRunMs = 60_000;
/** How long tor may take to follow its owner once the control connection is lost. */
const orphanTimeoutMs = 5000;
/** How long we wait for tor's own exit before a failure to attach is taken for the cause. */
const lastWordsMs = 500;

/** The pause before start number `attempt` (1 is the first after a failure): half a second, doubled each time, 30 s at most. */
export function restartDelayMs(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** (attempt - 1));
}

/** Our own tor with its onion services: launched, watched, launched again when it dies, ended with us. */
export class TorService {
  /** Who may find the services that are private. */
  readonly restricted: RestrictedServices;
  readonly #settings: TorServiceSettings;
  readonly #directory: string;
  readonly #directories: ServiceDirectories;
  readonly #stopping = new AbortController();
  readonly #closer: CircuitCloser;
  #census: CircuitCensus | undefined;
  /** tor's own state, seen from each service: they come and go together, but are announced one by one. */
  readonly #statuses: Map<string, TorStatus>;
  #process: TorProcess | undefined;
  #torrc: TorrcSettings | undefined;
  /** While we are connected to tor. */
  #control: TorControl | undefined;
  #supervision: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: TorServiceSettings) {
    this.#settings = settings;
    this.#directory = resolve(settings.directory);
    this.#directories = new ServiceDirectories(this.#directory, settings.services, settings.keyDirectory);
    this.#closer = new CircuitCloser({
      controlSocketPath: this.controlSocketPath,
      cookiePath: this.#cookiePath,
    });
    this.restricted = new RestrictedServices({
      control: () => this.#control,
      addressOf: (service) => this.statusOf(service).address,
      directoryOf: (service) => this.#directories.of(service),
      torrc: () => this.#torrc,
      writeTorrc: (torrc) => this.#writeTorrc(torrc),
    });
    const named = settings.announced === undefined ? settings.services : [settings.announced];
    const names = named.length === 0 ? [noService] : named.map(({ name }) => name);
    this.#statuses = new Map(names.map((name) => [name, initialTorStatus]));
  }

  /** Of the first service; of tor itself where there is none. */
  get status(): TorStatus {
    return [...this.#statuses.values()][0] ?? initialTorStatus;
  }

  statusOf(service: string): TorStatus {
    return this.#statuses.get(service) ?? initialTorStatus;
  }

  /** The process id of the tor that runs or ran last; it changes with each restart. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Where its control connection is made, by whoever knows the cookie in its directory. */
  get controlSocketPath(): string {
    return join(this.#directory, 'control');
  }

  /** What tor said last, addresses taken out, oldest first; for the operator who looks for a fault. */
  get notices(): readonly string[] {
    return this.#process?.notices ?? [];
  }

  /**
   * Resolves once tor is launched; the status tells the rest. Throws `TOOL_MISSING`, `DATA_DIRECTORY` or `CONFIG_INVALID` for what only
   * a person can mend.
   */
  async start(): Promise<void> {
    if (this.#supervision !== undefined) throw new Error('The tor service was already started.');
    try {
      await this.#prepare();
    } catch (error) {
      await this.#directories.forget();
      throw error;
    }
    if (this.#stopping.signal.aborted) return this.#directories.forget();
    this.#process = this.#launch();
    this.#supervision = this.#supervise(this.#process);
  }

  /** What its circuits say, of a moment ago; absent while that is not known. */
  get circuits(): CircuitCounts | undefined {
    return this.#census?.counts;
  }

  /** Closes a circuit of a visitor, as far as that is possible at the moment. */
  closeCircuit(circuitId: number): void {
    this.#closer.close(circuitId);
  }

  /** Ends tor, within 3 s; safe to call twice and before `start`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stopping.abort();
    this.#closer.stop();
    await this.#process?.stop();
    await this.#supervision;
    await this.#directories.forget();
    this.#take({ kind: 'stopped' });
  }

  async #prepare(): Promise<void> {
    const { torBinary, ephemeral = false, services } = this.#settings;
    // tor runs in its own directory and would look for a relative path there.
    const plans = services.map((plan) => ({ ...plan, targetSocketPath: resolve(plan.targetSocketPath) }));
    const tor = await inspectTor(torBinary);
    if (!tor.isSafe) {
      this.#warn(`tor ${tor.version} has known holes; install ${oldestSafeTor.join('.')} or later.`);
    }
    if (plans.some(({ proofOfWork }) => proofOfWork !== undefined) && !tor.hasProofOfWork) {
      this.#warn('This tor cannot ask for proof of work, which protects the service against floods.');
    }
    const { socks } = this.#settings;
    const sockets = [this.controlSocketPath, ...plans.map((plan) => plan.targetSocketPath)];
    if (socks !== undefined) sockets.push(socks.socketPath);
    sockets.forEach(refuseLongSocketPath);
    await this.#directories.prepare(ephemeral);
    for (const plan of plans) await this.#readyService(plan);
    this.#torrc = {
      dataDirectory: this.#directory,
      services: plans.map(({ name, targetSocketPath, proofOfWork, front }) => ({
        serviceDirectory: this.#directories.of(name),
        targetSocketPath,
        proofOfWork: tor.hasProofOfWork ? proofOfWork : undefined,
        isBehindFront: front !== undefined,
      })),
      controlSocketPath: this.controlSocketPath,
      ownerPid: process.pid,
      bridges: await planBridges(this.#settings.bridges ?? [], process.env['PATH'] ?? ''),
      extraTorrc: this.#settings.extraTorrc,
      socks,
    };
    await this.#writeTorrc(this.#torrc);
    await this.#verifyTorrc();
  }

  async #readyService({ name, client, isPrivate, front }: OnionServicePlan): Promise<void> {
    const file = join(this.#directories.of(name), 'ob_config');
    if (front !== undefined) await writePrivateFile(file, `MasterOnionAddress ${front}\n`);
    if (isPrivate) await this.restricted.clientsOf(name).closeToOthers();
    if (client !== undefined) await authorizeClient(this.#directories.of(name), client);
  }

  async #writeTorrc(torrc: TorrcSettings): Promise<void> {
    await writeFile(this.#torrcPath, renderTorrc(torrc), { mode: 0o600 });
  }

  async #verifyTorrc(): Promise<void> {
    const args = ['--verify-config', '--defaults-torrc', '/dev/null', '-f', this.#torrcPath];
    const { code, output } = await runTor(this.#settings.torBinary, args, this.#directory);
    if (code === 0) return;
    const reason = cleanNotice(lastComplaint(output.split('\n')) ?? `it ended with code ${code}.`);
    throw new AppError('CONFIG_INVALID', `tor refuses its configuration: ${reason}`);
  }

  get #torrcPath(): string {
    return join(this.#directory, 'torrc');
  }

  get #cookiePath(): string {
    return join(this.#directory, 'control_auth_cookie');
  }

  #launch(): TorProcess {
    this.restricted.launched();
    this.#take({ kind: 'launched' });
    this.#process = new TorProcess(this.#settings.torBinary, this.#torrcPath, this.#directory);
    return this.#process;
  }

  async #supervise(first: TorProcess): Promise<void> {
    let run = first;
    for (let attempt = 1; ; attempt += 1) {
      const startedAt = performance.now();
      const end = await this.#follow(run);
      if (this.#stopping.signal.aborted) return;
      this.#take(end);
      if (end.kind === 'failed') return;
      if (performance.now() - startedAt >= steadyRunMs) attempt = 1;
      await pause(restartDelayMs(attempt), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      run = this.#launch();
    }
  }

  /** Watches one run to its end and says why it ended; `failed` when there is no sense in another. */
  async #follow(run: TorProcess): Promise<Extract<TorEvent, { kind: 'exited' | 'failed' }>> {
    let failure: string | undefined;
    const control = await this.#attach(run).catch((error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    if (control === undefined) {
      await Promise.race([run.exited, delay(lastWordsMs)]);
      // When tor ended by itself, its own words say why; else the reason is ours, and we end it.
      if (run.hasExited) failure = undefined;
      else await run.stop();
    }
    if (control !== undefined) this.#census = openCensus(control, this.#settings, this.status.address);
    const exit = await run.exited;
    this.#census?.close();
    control?.close();
    if (exit.error !== undefined) return { kind: 'failed', reason: `tor cannot be launched: ${exit.error.message}` };
    return { kind: 'exited', reason: failure ?? explainExit(exit, run.notices) };
  }

  /** Becomes tor's owner, listens to its events, reads the addresses. */
  async #attach(run: TorProcess): Promise<TorControl> {
    const addresses = new Map<string, string>();
    const control = await this.#connect(run, {
      onEvent: (reply) => {
        const flow = readCircuitFlow(reply);
        if (flow !== undefined) return this.#settings.onFlow?.(flow);
        for (const [service, address] of addresses) {
          const event = readTorEvent(reply, address);
          if (event !== undefined) this.#take(event, service);
        }
      },
      onClose: () => {
        this.#control = undefined;
        // tor follows its owner at once; one that hangs is ended by force.
        const force = setTimeout(() => void run.stop(), orphanTimeoutMs);
        void run.exited.then(() => clearTimeout(force));
      },
    });
    try {
      await control.authenticate(this.#cookiePath);
      // A second tor in one directory waits for its lock while the socket is still that of the first, which is not ours to own.
      if ((await control.getInfo('process/pid')) !== String(run.pid)) throw new Error(anotherTorMessage);
      await control.takeOwnership();
      for (const { name } of this.#settings.services) {
        const address = await readOnionAddress(this.#directories.of(name));
        addresses.set(name, address);
        this.#take({ kind: 'address', address }, name);
      }
      const { announced } = this.#settings;
      if (announced !== undefined) {
        addresses.set(announced.name, announced.address);
        this.#take({ kind: 'address', address: announced.address });
      }
      const flows = this.#settings.onFlow === undefined ? [] : [circuitFlowEvent];
      await control.setEvents([...subscribedEvents, ...flows]);
      const phase = readBootstrapPhase(await control.getInfo('status/bootstrap-phase'));
      if (addresses.size === 0) addresses.set(noService, '');
      // An upload that nobody counted would leave the service "publishing" for hours, until tor's next one.
      else if (phase.progress === 100 && announced === undefined) throw new Error('tor was watched too late.');
      this.#take(phase);
      this.#control = control;
      await this.restricted.attached();
      return control;
    } catch (error) {
      control.close();
      throw error;
    }
  }

  async #connect(run: TorProcess, listener: Parameters<typeof TorControl.connect>[1]): Promise<TorControl> {
    const deadline = performance.now() + attachTimeoutMs;
    for (;;) {
      try {
        return await TorControl.connect(this.controlSocketPath, listener);
      } catch (error) {
        // Not there yet, or left over from a run before; anything lasting ends at the deadline.
        if (performance.now() > deadline) throw new Error('tor did not open its control socket.', { cause: error });
      }
      await Promise.race([delay(connectPauseMs), run.exited]);
      if (run.hasExited) throw new Error('tor ended before it opened its control socket.');
    }
  }

  #warn(text: string): void {
    this.#take({ kind: 'warning', text });
  }

  /** What has happened to one service, or to all of them. */
  #take(event: TorEvent, only?: string): void {
    for (const [service, status] of this.#statuses) {
      if (only !== undefined && only !== service) continue;
      const next = nextTorStatus(status, event);
      if (next === status) continue;
      this.#statuses.set(service, next);
      this.#settings.onChange(next, service);
    }
  }
}

function refuseLongSocketPath(path: string): void {
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return;
  throw new AppError('DATA_DIRECTORY', `The path of the socket ${path} is too long; choose a shorter data directory.`);
}

/** Sleeps; returns early, without complaint, when told to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
