import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';
import type { ServeEvent, TorState } from '../serve-event.ts';
import type { PublisherKeys } from '../split/publisher-key.ts';
import { clientLine, keepClientLine } from '../tor/client-key.ts';
import { encodeBase32 } from '../tor/onion-address.ts';
import { preparePrivateDirectory } from '../tor/onion-key.ts';
import { socksConnect } from '../tor/socks.ts';
import { TorService } from '../tor/tor-service.ts';
import type { TorStatus } from '../tor/tor-status.ts';

/** A tor that only connects. */
export interface PushTor {
  /** Opens a connection to an onion service, over a circuit of its own. Waits until tor has found its way into the network. */
  dial(address: string, signal: AbortSignal): Promise<Duplex>;
  close(): Promise<void>;
}

export interface PushTorOptions {
  readonly config: OnioncastConfig;
  /** For this alone. */
  readonly directory: string;
  readonly address: string;
  readonly keys: Pick<PublisherKeys, 'torClientSecret'>;
  report(event: ServeEvent): void;
}

const port = 80;
/** tor looks for a descriptor, builds circuits and meets the service: seconds, as a rule. */
const dialMs = 60_000;

const states: Record<TorStatus['state'], TorState> = {
  starting: 'starting',
  bootstrapping: 'bootstrapping',
  publishing: 'online',
  ready: 'online',
  restarting: 'restarting',
  failed: 'off',
  stopped: 'off',
};

/** Starts a tor with the key to this address. Throws as `TorService.start`. */
export async function openPushTor({ config, directory, address, keys, report }: PushTorOptions): Promise<PushTor> {
  await preparePrivateDirectory(directory);
  const keyDirectory = path.join(directory, 'keys');
  const privateKey = encodeBase32(keys.torClientSecret).toUpperCase();
  await keepClientLine(keyDirectory, clientLine(address, { privateKey }));
  const socketPath = path.join(directory, 'tor', 'socks');
  const gate = new Gate();
  let last = '';
  const service = new TorService({
    torBinary: config.tor.binary,
    directory: path.join(directory, 'tor'),
    services: [],
    socks: { socketPath, keyDirectory },
    extraTorrc: config.tor.extraTorrc,
    bridges: config.tor.bridges,
    onChange: (status) => {
      gate.set(states[status.state] === 'online');
      const { progress } = status;
      const state = states[status.state];
      // What tor says of its services does not apply here.
      const summary = state === 'online' ? '' : status.summary;
      const facts = JSON.stringify([state, progress, summary]);
      if (facts !== last) report({ kind: 'tor', state, progress, summary });
      last = facts;
    },
  });
  await service.start();
  return {
    dial: async (host, signal) => {
      await gate.wait(signal);
      // Another name for each try: tor then takes another circuit, and not one that may be broken.
      const user = randomBytes(8).toString('hex');
      return await socksConnect({ socketPath, host, port, user, timeoutMs: dialMs, signal });
    },
    close: () => service.close(),
  };
}

/** Lets through while it is open. */
class Gate {
  #isOpen = false;
  readonly #waiting = new Set<() => void>();

  set(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (isOpen) for (const go of [...this.#waiting]) go();
  }

  /** Rejects when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', settle);
        if (signal.aborted) reject(new Error('Stopped.'));
        else resolve();
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted) settle();
    });
  }
}
