import { beforeEach } from 'vitest';

/**
 * Makes everything anew before a case is tried for a second time: what the first try has left (servers that run, names that are taken, somebody on the air) would be in
 * its way. The cases behind it go on with what is new, so that none may need what one before it has done.
 */
export function beforeSecondTry(renew: () => Promise<unknown>): void {
  beforeEach(async ({ task }) => {
    if ((task.result?.retryCount ?? 0) > 0) await renew();
  });
}
