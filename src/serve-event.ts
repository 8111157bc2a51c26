import type { StreamState } from './broadcast/stream-state.ts';
import type { ErrorCode } from './errors.ts';

/**
 * Where our tor stands.
 * starting: the process is being started. bootstrapping: it builds its first circuits, `progress` says how far.
 * publishing: the onion service's descriptors are being uploaded. online: the address can be opened.
 * restarting: tor is gone and comes back by itself. off: there is no tor, and nobody is trying.
 */
export type TorState = 'starting' | 'bootstrapping' | 'publishing' | 'online' | 'restarting' | 'off';

/** An onion address of this run, by the name that people know. */
export interface OnionAddressState {
  readonly name: string;
  /** `<56 characters>.onion`; absent before tor has made it. */
  readonly address?: string;
  readonly state: TorState;
}

/** One of our tors. */
export interface TorInstanceState {
  /** From 1. */
  readonly number: number;
  /** Of its part of the public service. */
  readonly state: TorState;
  /** Its way into the network, in percent. */
  readonly progress: number;
  /** It goes on for those who are there, and newcomers are sent elsewhere. */
  readonly isDraining: boolean;
  /** `<56 characters>.onion`; absent where all have one, or before it is known. */
  readonly address?: string;
  /** How many directories took the description of its service since it was last started. */
  readonly descriptorUploads: number;
  /** Times that it died and was started again. */
  readonly restarts: number;
  /** Circuits of visitors. */
  readonly circuits?: number;
  readonly introductionPoints?: number;
  readonly pid?: number;
  readonly lastError?: string;
}

/** Our tors together. `balance`: Onionbalance, where it announces the one address. */
export interface TorsState {
  readonly spread: 'none' | 'links' | 'onionbalance';
  readonly tors: readonly TorInstanceState[];
  readonly balance?: {
    readonly state: 'waiting' | 'running' | 'restarting' | 'stopped';
    readonly restarts: number;
    readonly lastError?: string;
  };
}

/** What a running server tells whoever started it: the terminal draws it, `--json` prints one object a line, tests wait for it. */
export type ServeEvent =
  /** A local address is open. */
  | { readonly kind: 'listening'; readonly url: string }
  /** The broadcaster's login. `password` is there at the first start only: of an older one nothing is kept but a hash. */
  | { readonly kind: 'login'; readonly name: string; readonly password?: string }
  /** How to publish: server and key for OBS (absent when RTMP is off), address for HTTP POST with the same key (absent when push is off). */
  | { readonly kind: 'ingest'; readonly key: string; readonly server?: string; readonly pushUrl?: string }
  /** `progress` in percent, 0 to 100; `summary` in tor's own words; `address` with scheme, once it is known. */
  | {
      readonly kind: 'tor';
      readonly state: TorState;
      readonly progress: number;
      readonly summary: string;
      readonly address?: string;
    }
  /** One of several tors. */
  | ({ readonly kind: 'tor-instance' } & TorInstanceState)
  /** What the circuits of our tor say, counted every ten seconds; `effort`: of the proof of work that is asked for, or else was done. */
  | {
      readonly kind: 'circuits';
      readonly descriptorUploads: number;
      readonly introductionPoints: number;
      readonly visitors: number;
      readonly effort: number;
    }
  /** The broadcaster's own onion service, as `tor`. `clientKey` opens it, and is there only when it has just been made. */
  | {
      readonly kind: 'desk';
      readonly state: TorState;
      readonly address?: string;
      readonly clientKey?: string;
    }
  /** The second public address, which ends with this run. */
  | { readonly kind: 'temporary'; readonly state: TorState; readonly address?: string }
  /** The onion service of a publisher elsewhere, as `desk`; `clientKey` is what `onioncast push` asks for. */
  | {
      readonly kind: 'publisher';
      readonly state: TorState;
      readonly address?: string;
      readonly clientKey?: string;
    }
  /** The line of that publisher. `play`: what is shown of it; `bufferedSeconds` when that changed. */
  | {
      readonly kind: 'line';
      readonly isConnected: boolean;
      readonly play: 'off' | 'filling' | 'playing' | 'slate';
      readonly bufferedSeconds: number;
    }
  /** The line to a server elsewhere. `waitingSeconds`: what has been encoded and not sent. */
  | {
      readonly kind: 'sending';
      readonly state: 'connecting' | 'sending' | 'resumed' | 'lost';
      readonly waitingSeconds: number;
      readonly message?: string;
    }
  /** The stream changed. `run` counts the encoder's runs; `source` says what is on air: `test`, `rtmp`, `file`. */
  | { readonly kind: 'stream'; readonly state: StreamState; readonly run: number; readonly source?: string }
  /** Lines for the torrc of the operator's own tor. */
  | { readonly kind: 'operator-torrc'; readonly lines: readonly string[] }
  /** Something that is as it should be, and that the operator may wonder about. */
  | { readonly kind: 'note'; readonly message: string }
  /** The publisher could send better: what is wrong by name, and one sentence that says what to set. */
  | { readonly kind: 'hint'; readonly problem: string; readonly message: string }
  /** Something is not as it should be, and the server goes on without it. `todo` says what the operator can do. */
  | { readonly kind: 'warning'; readonly code: ErrorCode; readonly message: string; readonly todo?: string }
  /** Everything that was asked for has been started; tor may still be on its way. */
  | { readonly kind: 'ready' };

/** A running server. `close` stops everything it started and is safe to call twice. */
export interface RunningServer {
  /** Reads again what may change while it runs (title, emotes), and says so; what cannot be read is a warning. Nobody is cut off. */
  reload(): Promise<void>;
  close(): Promise<void>;
}
