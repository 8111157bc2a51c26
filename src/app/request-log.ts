import type { OnioncastConfig } from '../config/schema.ts';

/** Requests are written down only where the operator asks for it, without anything that tells who asked. */
export function requestLog(level: OnioncastConfig['log']['level']) {
  return level === 'info' || level === 'debug' ? { log: { level, stream: process.stderr } } : {};
}
