import type { SettingRepository } from '../store/settings.ts';

/** So many starts are told apart; then the count begins anew. */
const most = 1023;

/**
 * Counts this start of the server and returns which one it is, from 0. For numbers that must not come back over a restart without telling a clock. Where the disk
 * refuses, the next start has the same number.
 */
export function countStart(settings: Pick<SettingRepository, 'get' | 'set'>): number {
  const last = Number(settings.get('starts') ?? -1);
  const start = Number.isInteger(last) && last >= -1 && last < most ? last + 1 : 0;
  settings.set('starts', String(start));
  return start;
}
