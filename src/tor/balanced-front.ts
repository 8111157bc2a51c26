import { join } from 'node:path';
import { type Backend, type Balanced, balancedAt, decideBalance } from './balance-decision.ts';
import type { BridgeLine } from './bridges.ts';
import { inspectOnionbalance, isTestNetwork, renderBalanceConfig } from './onionbalance.ts';
import { OnionbalanceProcess } from './onionbalance-process.ts';
import { writePrivateFile } from './private-file.ts';
import { restartDelayMs, TorService } from './tor-service.ts';
import type { TorStatus } from './tor-status.ts';

export interface BalancedFrontSettings {
  readonly torBinary: string;
  readonly onionbalanceBinary: string;
  /** For its tor and its configuration. */
  readonly directory: string;
  /** The key of the one address, as tor keeps it. */
  readonly keyFile: string;
  /** `<56 characters>.onion`. */
  readonly address: string;
  /** What the address is called in `onChange`. */
  readonly name: string;
  readonly extraTorrc: readonly string[];
  readonly bridges: readonly BridgeLine[];
  /** The services behind it, at this moment. */
  backends(): readonly Backend[];
  /** Of the one address: `ready` when Onionbalance has announced it. Must not throw. */
  onChange(status: TorStatus, service: string): void;
}

/** How Onionbalance is. */
export interface BalanceStatus {
  readonly state: 'waiting' | 'running' | 'restarting' | 'stopped';
  /** Ends that nobody asked for, and runs that hung. */
  readonly restarts: number;
  readonly lastError?: string;
}

/** A run that was useful for this long starts the back-off anew. */
const steadyRunMs = 60_000;
const silent = 'Onionbalance had announced nothing for too long and was started again.';

/** The one address of several services: Onionbalance, and a tor by which it announces. Both are started again when they die, the services behind them go on. */
export class BalancedFront {
  readonly #settings: BalancedFrontSettings;
  readonly #tor: TorService;
  #run: OnionbalanceProcess | undefined;
  #balanced: Balanced | undefined;
  #firstAtMs: number | undefined;
  /** As its tor counts them, and when the last one was taken. */
  #uploads = 0;
  #announcedAtMs: number | undefined;
  /** When Onionbalance may be started after it has failed. */
  #notBeforeMs = 0;
  #attempts = 0;
  #status: BalanceStatus = { state: 'waiting', restarts: 0 };
  #due: NodeJS.Timeout | undefined;
  /** It is started and ended in turn. */
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isTorThere = false;

  constructor(settings: BalancedFrontSettings) {
    this.#settings = settings;
    const { name, address, torBinary, directory, extraTorrc, bridges } = settings;
    this.#tor = new TorService({
      ...{ torBinary, directory, extraTorrc, bridges },
      services: [],
      announced: { name, address },
      onChange: (status, service) => {
        this.#followTor(status);
        this.#followUploads(status);
        settings.onChange(status, service);
      },
    });
  }

  get status(): BalanceStatus {
    return this.#status;
  }

  /** Of the one address. */
  get torStatus(): TorStatus {
    return this.#tor.status;
  }

  /** Throws TOOL_MISSING without Onionbalance, and as `TorService.start`. */
  async start(): Promise<void> {
    await inspectOnionbalance(this.#settings.onionbalanceBinary);
    await this.#tor.start();
  }

  /** Something about the services behind the address may be new. */
  look(): void {
    if (this.#isStopped || !this.#isTorThere) return;
    const backends = this.#settings.backends();
    const nowMs = performance.now();
    if (backends.some(({ isPublished }) => isPublished)) this.#firstAtMs ??= nowMs;
    const [firstAtMs, announcedAtMs] = [this.#firstAtMs ?? nowMs, this.#announcedAtMs];
    const decision = decideBalance({ backends, running: this.#balanced, firstAtMs, announcedAtMs, nowMs });
    clearTimeout(this.#due);
    if (decision.kind === 'leave') return;
    const inMs = Math.max(decision.inMs, this.#notBeforeMs - nowMs);
    if (inMs > 0) {
      this.#due = setTimeout(() => this.look(), inMs).unref();
      return;
    }
    if (decision.because === 'silence') this.#status = { ...this.#status, ...this.#failedAgain(silent) };
    this.#startAnew(backends);
  }

  /** Safe to call twice. */
  async close(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#due);
    this.#end('stopped');
    await this.#turn;
    await this.#tor.close();
  }

  #followTor({ state }: TorStatus): void {
    const isThere = state === 'publishing' || state === 'ready';
    if (isThere === this.#isTorThere) return;
    this.#isTorThere = isThere;
    // It does not find its way back to a tor that was gone.
    if (isThere) this.look();
    else if (state === 'restarting' || state === 'failed') this.#end('waiting');
  }

  /** It says nothing of what it has announced; its tor does. */
  #followUploads({ descriptorUploads }: TorStatus): void {
    if (descriptorUploads > this.#uploads) {
      this.#announcedAtMs = performance.now();
      this.look();
    }
    this.#uploads = descriptorUploads;
  }

  #startAnew(backends: readonly Backend[]): void {
    const { keyFile, directory, onionbalanceBinary, extraTorrc } = this.#settings;
    const balanced = balancedAt(backends, performance.now());
    this.#balanced = balanced;
    this.#inTurn(async () => {
      await this.#stopRun();
      if (this.#isStopped || this.#balanced !== balanced) return;
      const configPath = join(directory, 'onionbalance.yaml');
      await writePrivateFile(configPath, renderBalanceConfig({ keyFile, backends: balanced.addresses }));
      const run = new OnionbalanceProcess({
        ...{ binary: onionbalanceBinary, home: directory, configPath },
        controlSocketPath: this.#tor.controlSocketPath,
        isTestNetwork: isTestNetwork(extraTorrc),
      });
      this.#run = run;
      this.#status = { ...this.#status, state: 'running' };
      void run.exited.then((exit) => this.#ended(run, exit.signal ?? `code ${exit.code}`));
    });
  }

  #end(state: BalanceStatus['state']): void {
    this.#balanced = undefined;
    this.#status = { ...this.#status, state };
    this.#inTurn(() => this.#stopRun());
  }

  async #stopRun(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    await run?.stop();
  }

  /** It has ended by itself. */
  #ended(run: OnionbalanceProcess, how: string): void {
    if (this.#run !== run) return;
    const nowMs = performance.now();
    const startedAtMs = this.#balanced?.startedAtMs ?? nowMs;
    this.#attempts = nowMs - startedAtMs >= steadyRunMs ? 1 : this.#attempts + 1;
    this.#notBeforeMs = nowMs + restartDelayMs(this.#attempts);
    this.#run = undefined;
    this.#balanced = undefined;
    const words = run.lastWords === undefined ? '.' : `: ${run.lastWords}`;
    const lastError = `Onionbalance ended (${how})${words}`;
    this.#status = { state: 'restarting', ...this.#failedAgain(lastError) };
    this.look();
  }

  #failedAgain(lastError: string): Pick<BalanceStatus, 'restarts' | 'lastError'> {
    return { restarts: this.#status.restarts + 1, lastError };
  }

  #inTurn(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(act).catch((error: unknown) => {
      // A file that cannot be written: it is tried again when something changes.
      this.#balanced = undefined;
      const lastError = error instanceof Error ? error.message : String(error);
      this.#status = { ...this.#status, state: 'waiting', lastError };
    });
  }
}
