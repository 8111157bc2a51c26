import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';

/** Where tor finds us: a unix socket for the public onion service and, if there are any, for the broadcaster's own and for a publisher elsewhere. */
export interface OnionSockets {
  readonly onion: string;
  readonly desk?: string;
  readonly ingest?: string;
}

/** The sockets of this configuration, in the data directory. */
export function onionSockets({ broadcaster, split }: OnioncastConfig, dataDirectory: string): OnionSockets {
  const socket = (name: string): string => path.join(dataDirectory, 'run', name);
  return {
    onion: socket('web.sock'),
    ...(broadcaster.door === 'desk' && { desk: socket('desk.sock') }),
    ...(split.enabled && { ingest: socket('ingest.sock') }),
  };
}
