import type { StreamState } from './stream-state.ts';

/** What happens to a broadcast, as the pipeline sees it. */
export type BroadcastEvent =
  /** A source was chosen and the encoder is being started. */
  | { readonly kind: 'source-begins'; readonly startedAtMs?: number }
  /** The first piece that a viewer can start from is there. */
  | { readonly kind: 'picture' }
  /** The source or the encoder failed; we expect it back. */
  | { readonly kind: 'picture-lost' }
  /** The source is over, or the wait for it was in vain. */
  | { readonly kind: 'source-over' };

/** Where a broadcast stands. A value: `advance` makes the next one. */
export interface Broadcast {
  readonly state: StreamState;
  /** When this state began, on the clock of `now`, in milliseconds. */
  readonly sinceMs: number;
  /** When the broadcast first went live (or says it began); kept over interruptions, dropped when it ends. */
  readonly liveSinceMs?: number;
}

/** The broadcast before anything happened. */
export function newBroadcast(nowMs: number): Broadcast {
  return { state: 'offline', sinceMs: nowMs };
}

/**
 * The next state. `startedAtMs` is the publisher's own account of when the broadcast began, already on the clock of `nowMs`;
 * an account in the future is not believed.
 */
export function advance(broadcast: Broadcast, event: BroadcastEvent, nowMs: number): Broadcast {
  switch (event.kind) {
    case 'source-begins': {
      const claimed = event.startedAtMs !== undefined && event.startedAtMs <= nowMs ? event.startedAtMs : undefined;
      const resumed = broadcast.state === 'interrupted' || broadcast.state === 'live';
      const liveSinceMs = claimed ?? (resumed ? broadcast.liveSinceMs : undefined);
      // Between two sources of one broadcast viewers are told that it is interrupted, not that another one starts.
      const state = resumed ? 'interrupted' : 'starting';
      return enter(broadcast, state, nowMs, liveSinceMs);
    }
    case 'picture':
      return enter(broadcast, 'live', nowMs, broadcast.liveSinceMs ?? nowMs);
    case 'picture-lost':
      if (broadcast.state === 'live') return enter(broadcast, 'interrupted', nowMs, broadcast.liveSinceMs);
      return broadcast;
    case 'source-over':
      if (broadcast.state === 'offline' || broadcast.state === 'ended') return broadcast;
      return enter(broadcast, broadcast.liveSinceMs === undefined ? 'offline' : 'ended', nowMs, undefined);
  }
}

function enter(from: Broadcast, state: StreamState, nowMs: number, liveSinceMs: number | undefined): Broadcast {
  const sinceMs = from.state === state ? from.sinceMs : nowMs;
  return liveSinceMs === undefined ? { state, sinceMs } : { state, sinceMs, liveSinceMs };
}

/** Whole seconds the broadcast has been running, absent when it is not. */
export function uptimeSeconds(broadcast: Broadcast, nowMs: number): number | undefined {
  if (broadcast.liveSinceMs === undefined) return undefined;
  return Math.max(0, Math.floor((nowMs - broadcast.liveSinceMs) / 1000));
}

/** Whole seconds of an interruption so far, else 0: since when nothing has been on air would tell when the server was started. */
// Threat: T07
export function waitedSeconds({ state, sinceMs }: Broadcast, nowMs: number): number {
  return state === 'interrupted' ? Math.max(0, Math.floor((nowMs - sinceMs) / 1000)) : 0;
}
