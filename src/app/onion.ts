import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import { AppError } from '../errors.ts';
import type { ServeEvent, TorState } from '../serve-event.ts';
import { TorService } from '../tor/tor-service.ts';
import type { TorStatus } from '../tor/tor-status.ts';
import { inspectTor } from '../tor/tor-version.ts';
import { renderOperatorTorrc } from '../tor/torrc.ts';

/** The onion service, if there is one. */
export interface Onion {
  /** For supervisors; absent without a tor of our own. */
  status(): TorStatus | undefined;
  close(): Promise<void>;
}

export interface OnionOptions {
  readonly config: OnioncastConfig;
  readonly dataDirectory: string;
  readonly socketPath: string;
  report(event: ServeEvent): void;
  /** `<56 characters>.onion`, as soon as it is known. */
  onAddress(address: string): void;
}

const noOnion: Onion = { status: () => undefined, close: async () => undefined };

/**
 * Publishes the web server's socket as an onion service: with a tor of our own, or by telling the operator what their tor needs.
 * A tor that cannot be started is a warning: the page of this machine goes on without it.
 */
export async function openOnion(options: OnionOptions): Promise<Onion> {
  const { config } = options;
  if (!config.tor.enabled) return noOnion;
  return config.tor.mode === 'operator' ? await adviseOperator(options) : await runTor(options);
}

async function runTor({ config, dataDirectory, socketPath, report, onAddress }: OnionOptions): Promise<Onion> {
  const { enabled, rate, burst } = config.tor.pow;
  let known: string | undefined;
  const warned = new Set<string>();
  let last = '';
  const service = new TorService({
    torBinary: config.tor.binary,
    directory: path.join(dataDirectory, 'tor'),
    targetSocketPath: socketPath,
    ephemeral: config.ephemeral,
    proofOfWork: { enabled, queueRate: rate, queueBurst: burst },
    extraTorrc: config.tor.extraTorrc,
    onChange: (status) => {
      if (status.address !== undefined && status.address !== known) {
        known = status.address;
        onAddress(known);
      }
      const event = torEvent(status);
      const facts = JSON.stringify(event);
      if (facts !== last) report(event);
      last = facts;
      for (const message of status.warnings.filter((text) => !warned.has(text))) {
        warned.add(message);
        report({ kind: 'warning', code: 'TOOL_MISSING', message });
      }
    },
  });
  try {
    await service.start();
  } catch (error) {
    await service.close();
    if (!(error instanceof AppError)) throw error;
    const todo = 'Until then the stream can be watched on this machine only.';
    report({ kind: 'warning', code: error.code, message: error.message, todo });
    report({ kind: 'tor', state: 'off', progress: 0, summary: error.message });
    return noOnion;
  }
  return { status: () => service.status, close: () => service.close() };
}

async function adviseOperator({ config, socketPath, report, onAddress }: OnionOptions): Promise<Onion> {
  const { enabled, rate, burst } = config.tor.pow;
  const canWork = enabled && (await inspectTor(config.tor.binary)).hasProofOfWork;
  const lines = renderOperatorTorrc({
    serviceDirectory: operatorServiceDirectory,
    targetSocketPath: socketPath,
    proofOfWork: canWork ? { queueRate: rate, queueBurst: burst } : undefined,
  });
  report({ kind: 'operator-torrc', lines: lines.trimEnd().split('\n') });
  if (config.tor.address === '') {
    const message = 'The onion address is not known yet, so nobody can be served under it.';
    const todo = 'Put the address from the file "hostname" of that directory into tor.address and start again.';
    report({ kind: 'warning', code: 'CONFIG_INVALID', message, todo });
    return noOnion;
  }
  onAddress(config.tor.address);
  report({
    kind: 'tor',
    state: 'online',
    progress: 100,
    summary: 'Published by your own tor',
    address: `http://${config.tor.address}/`,
  });
  return noOnion;
}

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
