import { type CircuitLimits, defaultCircuitLimits } from '../admission/circuits.ts';
import type { ListenerLimits } from './listeners.ts';

/** Every limit of the HTTP layer. Milliseconds and bytes. */
export interface WebLimits extends Omit<ListenerLimits, 'requestMs'> {
  /** For the PROXY line. */
  readonly proxyLineMs: number;
  /** For a whole request through tor. */
  readonly requestMs: number;
  /** For the body of a form. */
  readonly bodyMs: number;
  readonly bodyBytes: number;
  readonly circuit: CircuitLimits;
  /** Endless responses of one kind that a viewer may have open: three tabs; a browser has connections for two. */
  readonly perViewerAndKind: number;
}

export const defaultWebLimits: WebLimits = {
  headersMs: 10_000,
  requestMs: 25_000,
  bodyMs: 15_000,
  proxyLineMs: 2000,
  keepAliveMs: 5000,
  checkMs: 1000,
  stallMs: 30_000,
  headerBytes: 8192,
  headers: 64,
  // The largest message takes three times its bytes once every one of them is percent-encoded.
  bodyBytes: 16_384,
  requestsPerConnection: 200,
  connections: 4096,
  circuit: defaultCircuitLimits,
  perViewerAndKind: 3,
};
