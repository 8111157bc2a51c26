import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';

/** Where tor finds us: a unix socket for the public onion service and, if there are any, for the broadcaster's own and for a publisher elsewhere. */
export interface OnionSockets {
  readonly onion: string;
  /** The same for the second tor that carries the public service, the third, and so on. */
  readonly more: readonly string[];
  readonly desk?: string;
  readonly ingest?: string;
}

/** The sockets of this configuration, in the data directory. */
export function onionSockets({ broadcaster, split, tor }: OnioncastConfig, dataDirectory: string): OnionSockets {
  const socket = (name: string): string => path.join(dataDirectory, 'run', name);
  return {
    onion: socket('web.sock'),
    more: Array.from({ length: tor.instances - 1 }, (_, index) => socket(`web-${index + 2}.sock`)),
    ...(broadcaster.door === 'desk' && { desk: socket('desk.sock') }),
    ...(split.enabled && { ingest: socket('ingest.sock') }),
  };
}
