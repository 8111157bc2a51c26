import path from 'node:path';
import type { OnioncastConfig } from '../config/schema.ts';

/** Where tor finds us: a unix socket for the public onion service and, if there is one, for the broadcaster's own. */
export interface OnionSockets {
  readonly onion: string;
  readonly desk?: string;
}

/** The sockets of this configuration, in the data directory. */
export function onionSockets({ broadcaster }: OnioncastConfig, dataDirectory: string): OnionSockets {
  const socket = (name: string): string => path.join(dataDirectory, 'run', name);
  return { onion: socket('web.sock'), ...(broadcaster.door === 'desk' && { desk: socket('desk.sock') }) };
}
