import path from 'node:path';

/** Where the control socket of a server with this data directory is. */
export function controlSocketPath(dataDirectory: string): string {
  return path.join(dataDirectory, 'run', 'control.sock');
}
