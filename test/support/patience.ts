/**
 * How long a test waits for what must come, for `vi.waitFor`, `vi.waitUntil` and `expect.poll`: their own second is over before a busy machine has begun. Nothing
 * waits longer because of it, unless it fails.
 */
export const patience = { timeout: 30_000 } as const;
