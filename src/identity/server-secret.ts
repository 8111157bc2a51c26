/** The place that remembers the server's secret. */
export interface SecretStore {
  get(key: 'server-secret'): string | undefined;
  set(key: 'server-secret', value: string): boolean;
}

const secretBytes = 32;

/**
 * The secret behind viewer tokens, tags and forms: made at the first start, the same after every restart, so that people are recognised again.
 * Where nothing can be kept it is new each time.
 */
export function ensureServerSecret(settings: SecretStore, random: (size: number) => Uint8Array): Buffer {
  const kept = Buffer.from(settings.get('server-secret') ?? '', 'base64url');
  if (kept.length === secretBytes) return kept;
  const secret = Buffer.from(random(secretBytes));
  settings.set('server-secret', secret.toString('base64url'));
  return secret;
}
