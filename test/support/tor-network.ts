import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TorControl } from '../../src/tor/control.ts';
import { decodeBase32 } from '../../src/tor/onion-address.ts';
import { TorProcess } from '../../src/tor/tor-process.ts';
import { type DelayProxy, startDelayProxy } from './delay-proxy.ts';
import { freePorts } from './free-ports.ts';
import type { Shape } from './shaped-wire.ts';
import { installRelayKeys } from './tor-network-keys.ts';
import {
  bridgeLines,
  joiningLines,
  type PlannedRelay,
  processLines,
  relayLines,
  seededState,
  voteNowCommand,
} from './tor-network-torrc.ts';

/** The shape of a private network. */
export interface TorNetworkOptions {
  /** tors with a SocksPort, for viewers; 1 by default. */
  readonly clients?: number;
  /** Relays beside the three authorities; 1 by default, and fewer build no onion service with vanguards. */
  readonly relays?: number;
  /** The path between both edges (viewers and the onion's own tor) and their first relay. */
  readonly delay?: Shape;
  /** Between two votes; half an hour unless given, in which no test sees a second one. Onionbalance takes test networks to have 20. */
  readonly votingSeconds?: number;
  readonly signal?: AbortSignal;
}

/** The tor of one viewer. */
export interface TorClient {
  readonly socksPort: number;
  /** Makes it forget its circuits and the descriptors it has read; tor does so every 10 s at most, and waits with what comes sooner. */
  newIdentity(): Promise<void>;
  /** Ends it; safe to call twice. */
  close(): Promise<void>;
}

/** A relay that the list of the network does not name, as one who has been told of it knows it. */
export interface DisguisedBridge {
  /** As https://bridges.torproject.org gives it. */
  readonly line: string;
  /** Where it listens for obfs4. */
  readonly port: number;
  readonly fingerprint: string;
  /** Ends it; safe to call twice. */
  close(): Promise<void>;
}

/** A Tor network on loopback, of real tor processes. */
export interface TorNetwork {
  /** Lines with which another tor joins: the product's, as its extra lines. */
  readonly torrcLines: readonly string[];
  /** One for each client, in order. */
  readonly socksPorts: readonly number[];
  /** Seconds from the start to each step. */
  readonly timings: Readonly<Record<string, number>>;
  /** Puts what the network knows of itself into a data directory, so that a tor started on it need not ask. */
  seedDataDirectory(directory: string): Promise<void>;
  /** Starts another tor with a SocksPort, for one viewer alone; `lines` are added to its configuration. Ends with the network at the latest. */
  addClient(lines?: readonly string[]): Promise<TorClient>;
  /** Starts a bridge that speaks obfs4 by this program, and resolves once it can serve. Ends with the network at the latest. */
  addBridge(program: string): Promise<DisguisedBridge>;
  /** Makes every client, or this one alone, forget its circuits and the descriptors it has read, as "New identity" does. */
  newIdentity(client?: number): Promise<void>;
  /** Gives a client the key to an onion service that is not for everybody, in base 32, as a person gives it to Tor Browser. */
  unlock(client: number, address: string, privateKey: string): Promise<void>;
  /** Ends every process and removes every file; safe to call twice. */
  close(): Promise<void>;
}

const authorities = 3;
const startTimeoutMs = 120_000;
const knowledgeFiles = ['cached-certs', 'cached-microdesc-consensus', 'cached-microdescs', 'cached-microdescs.new'];

/** Starts the network and resolves once its clients could build circuits (8 to 15 s). Rejects with the reason, leaving nothing behind. */
export async function startTorNetwork(options: TorNetworkOptions = {}): Promise<TorNetwork> {
  for (let triesLeft = 3; ; triesLeft -= 1) {
    const network = new PrivateTorNetwork(options);
    try {
      await network.start();
      return network;
    } catch (error) {
      await network.close();
      // The relays name their ports to each other beforehand, and another network may take one of them in the meantime.
      if (triesLeft <= 1 || !String(error).includes('Address already in use')) throw error;
    }
  }
}

/** A tor of the network and our connection to it. */
interface Member {
  readonly name: string;
  readonly directory: string;
  readonly run: TorProcess;
  readonly control: TorControl;
}

class PrivateTorNetwork implements TorNetwork {
  readonly timings: Record<string, number> = {};
  readonly #options: TorNetworkOptions;
  readonly #startedAt = performance.now();
  #signal: AbortSignal;
  readonly #runs = new Map<string, TorProcess>();
  readonly #killAll = (): void => {
    for (const { pid, hasExited } of this.#runs.values()) {
      if (pid !== undefined && !hasExited) process.kill(pid, 'SIGKILL');
    }
  };
  #directory = '';
  #joining: string[] = [];
  #socksPorts: number[] = [];
  #clients: Member[] = [];
  #clientsStarted = 0;
  #bridgesStarted = 0;
  #proxy: DelayProxy | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: TorNetworkOptions) {
    this.#options = options;
    this.#signal = this.#deadline();
    process.once('exit', this.#killAll);
  }

  get torrcLines(): readonly string[] {
    return this.#joining;
  }

  get socksPorts(): readonly number[] {
    return this.#socksPorts;
  }

  async start(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'onioncast-tor-network-'));
    const relays = await this.#planRelays();
    this.#joining = joiningLines(relays);
    const members = await Promise.all(relays.map((relay) => this.#startRelay(relay)));
    this.#mark('relays launched');
    await this.#vote(members.slice(0, authorities), relays.length);
    await this.#startEdges();
  }

  async seedDataDirectory(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const file of knowledgeFiles) {
      const source = join(this.#directory, 'a0', file);
      // tor keeps descriptors in one of two files at a time; the other one may be absent.
      await copyFile(source, join(directory, file)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    }
  }

  async newIdentity(client?: number): Promise<void> {
    const meant = this.#clients.filter((_, index) => client === undefined || index === client);
    await Promise.all(meant.map(({ control }) => control.signal('NEWNYM')));
  }

  async unlock(client: number, address: string, privateKey: string): Promise<void> {
    const member = this.#clients[client];
    if (member === undefined) throw new Error(`There is no client ${client}.`);
    const key = decodeBase32(privateKey.toLowerCase()).toString('base64');
    // One that is not kept on disk goes with the next new identity.
    const way = `${address.replace('.onion', '')} x25519:${key} Flags=Permanent`;
    await member.control.command(`ONION_CLIENT_AUTH_ADD ${way}`);
  }

  async addClient(lines: readonly string[] = []): Promise<TorClient> {
    this.#signal = this.#deadline();
    const { socksPort, member } = await this.#startClient(lines);
    return {
      socksPort,
      newIdentity: async () => await member.control.signal('NEWNYM'),
      close: () => this.#end(member),
    };
  }

  async addBridge(program: string): Promise<DisguisedBridge> {
    this.#signal = this.#deadline();
    const name = `b${this.#bridgesStarted}`;
    this.#bridgesStarted += 1;
    const directory = join(this.#directory, name);
    const { fingerprint } = await installRelayKeys(name, false, directory);
    await this.seedDataDirectory(directory);
    const [orPort = 0, port = 0] = await freePorts(2);
    const lines = bridgeLines({ name, fingerprint, orPort }, program, port, Date.now());
    const member = await this.#startMember(name, lines);
    // Its own circuits are of no concern, and in a network as small as this it may find no path for them.
    await this.#until(
      `${name} to know the network`,
      async () => (await member.control.getInfo('status/enough-dir-info')) === '1',
    );
    const told = join(directory, 'pt_state/obfs4_bridgeline.txt');
    const keys = await this.#until(
      `what ${name} tells of its obfs4`,
      async () => / cert=\S+ iat-mode=\d/u.exec(await readFile(told, 'utf8').catch(() => ''))?.[0],
    );
    return {
      ...{ port, fingerprint, line: `obfs4 127.0.0.1:${port} ${fingerprint}${keys}` },
      close: () => this.#end(member),
    };
  }

  async #end({ name, run }: Member): Promise<void> {
    this.#runs.delete(name);
    await run.stop();
  }

  #deadline(): AbortSignal {
    const deadline = AbortSignal.timeout(startTimeoutMs);
    return this.#options.signal === undefined ? deadline : AbortSignal.any([deadline, this.#options.signal]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.stop()));
    process.off('exit', this.#killAll);
    await this.#proxy?.close();
    if (this.#directory !== '') await rm(this.#directory, { recursive: true, force: true });
  }

  async #planRelays(): Promise<PlannedRelay[]> {
    const { relays = 1 } = this.#options;
    const names = [
      ...Array.from({ length: authorities }, (_, index) => `a${index}`),
      ...Array.from({ length: relays }, (_, index) => `r${index}`),
    ];
    const ports = await freePorts(names.length * 2);
    const planned = names.map(async (name, index): Promise<PlannedRelay> => {
      const isAuthority = index < authorities;
      const identity = await installRelayKeys(name, isAuthority, join(this.#directory, name));
      const [orPort = 0, dirPort = 0] = ports.slice(index * 2);
      return { ...identity, orPort, ...(isAuthority ? { dirPort } : {}) };
    });
    const result = await Promise.all(planned);
    this.#mark('keys');
    return result;
  }

  async #startRelay(relay: PlannedRelay): Promise<Member> {
    await writeFile(join(this.#directory, relay.name, 'state'), seededState(Date.now()));
    return await this.#startMember(relay.name, relayLines(relay, Date.now(), this.#options.votingSeconds));
  }

  /**
   * Lets the authorities vote only once each of them knows every relay: a consensus that lacks some would be final for half an hour.
   */
  async #vote(voters: readonly Member[], relayCount: number): Promise<void> {
    await this.#until('descriptors of all relays at all authorities', async () => {
      const known = await Promise.all(voters.map(({ control }) => control.getInfo('desc/all-recent')));
      return known.every((text) => count(text, /^router /gm) >= relayCount);
    });
    this.#mark('descriptors');
    const command = voteNowCommand(Date.now());
    await Promise.all(voters.map(({ control }) => control.command(command)));
    await this.#until('a consensus with all relays', async () => {
      const listed = await Promise.all(voters.map(({ control }) => control.getInfo('ns/all')));
      return listed.every((text) => count(text, /^r /gm) >= relayCount);
    });
    const written = join(this.#directory, 'a0/cached-microdesc-consensus');
    await this.#until('the consensus on disk', () =>
      stat(written).then(
        () => true,
        () => false,
      ),
    );
    this.#mark('consensus');
  }

  async #startEdges(): Promise<void> {
    const { clients = 1, delay: path } = this.#options;
    if (path !== undefined) {
      this.#proxy = await startDelayProxy({ ...path, target: 'socks5' });
      this.#joining = [...this.#joining, `Socks5Proxy 127.0.0.1:${this.#proxy.port}`];
    }
    const started = await Promise.all(Array.from({ length: clients }, () => this.#startClient([])));
    this.#socksPorts = started.map(({ socksPort }) => socksPort);
    this.#clients = started.map(({ member }) => member);
    this.#mark('clients');
  }

  async #startClient(lines: readonly string[]): Promise<{ socksPort: number; member: Member }> {
    const name = `c${this.#clientsStarted}`;
    this.#clientsStarted += 1;
    // Clients that start from nothing take long to notice a network as young as this.
    await this.seedDataDirectory(join(this.#directory, name));
    const keys = join(this.#directory, name, 'keys-of-services');
    await mkdir(keys, { mode: 0o700 });
    const own = ['SocksPort 127.0.0.1:auto', 'ClientOnly 1', `ClientOnionAuthDir ${keys}`];
    const member = await this.#startMember(name, [...own, ...lines]);
    await this.#until(`a bootstrapped ${name}`, async () =>
      (await member.control.getInfo('status/bootstrap-phase')).includes('PROGRESS=100'),
    );
    const listener = await member.control.getInfo('net/listeners/socks');
    return { socksPort: Number(/:(\d+)/u.exec(listener)?.[1]), member };
  }

  async #startMember(name: string, lines: readonly string[]): Promise<Member> {
    const directory = join(this.#directory, name);
    const torrc = join(directory, 'torrc');
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(torrc, [...processLines(directory), ...this.#joining, ...lines, ''].join('\n'));
    if (this.#closing !== undefined) throw new Error('The network is closed.');
    const run = new TorProcess('tor', torrc, directory);
    this.#runs.set(name, run);
    const control = await this.#until(`the control socket of ${name}`, () =>
      TorControl.connect(join(directory, 'control')).catch(() => undefined),
    );
    await control.authenticate(join(directory, 'control_auth_cookie'));
    return { name, directory, run, control };
  }

  /** Asks until the answer is true. Ends with the reason when a process ends, when the time is over or when told to stop. */
  async #until<Answer>(what: string, ask: () => Promise<Answer | undefined | false>): Promise<Answer> {
    for (;;) {
      for (const [name, { hasExited, notices }] of this.#runs) {
        if (hasExited) throw new Error(`${name} ended while waiting for ${what}:\n${notices.slice(-15).join('\n')}`);
      }
      if (this.#signal.aborted)
        throw new Error(`No ${what} in time: ${JSON.stringify(this.timings)}\n${this.#lastWords()}`);
      const answer = await ask();
      if (answer) return answer;
      await delay(50);
    }
  }

  #lastWords(): string {
    return [...this.#runs].map(([name, { notices }]) => `${name}: ${notices.slice(-4).join('\n    ')}`).join('\n');
  }

  #mark(step: string): void {
    this.timings[step] = Math.round((performance.now() - this.#startedAt) / 10) / 100;
  }
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
