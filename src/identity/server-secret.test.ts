import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ensureServerSecret } from './server-secret.ts';

describe('ensureServerSecret', () => {
  it('makes a secret once and gives the same one back ever after', () => {
    const kept = new Map<string, string>();
    const settings = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: string) => kept.set(key, value).size > 0,
    };
    const first = ensureServerSecret(settings, randomBytes);
    expect(first).toHaveLength(32);
    expect(ensureServerSecret(settings, randomBytes).equals(first)).toBe(true);
    kept.set('server-secret', 'short');
    expect(ensureServerSecret(settings, randomBytes)).toHaveLength(32);
  });
});
