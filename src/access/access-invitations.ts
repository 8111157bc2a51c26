import { createHash } from 'node:crypto';
import type { AccessInvitation } from '../store/access-invitations.ts';

/** Where invitations are kept. */
export interface AccessInvitationStore {
  add(secretHash: string, invitation: Pick<AccessInvitation, 'label' | 'maxUses' | 'untilMs'>, nowMs: number): boolean;
  use(secretHash: string, nowMs: number): number | undefined;
  setRevoked(id: number, isRevoked: boolean): boolean;
  find(id: number): AccessInvitation | undefined;
  newest(count: number): AccessInvitation[];
}

export interface AccessInvitationsOptions {
  readonly store: AccessInvitationStore;
  randomBytes(size: number): Buffer;
  /** Unix milliseconds. */
  now(): number;
}

/** Bounds of an invitation. */
export const invitationBounds = {
  labelCharacters: 60,
  maxUses: 1000,
  minMs: 60_000,
  maxMs: 365 * 24 * 60 * 60 * 1000,
  listed: 200,
} as const;

const secretBytes = 16;
const secretShape = /^[A-Za-z0-9_-]{22}$/;

/** Links that let people in, as often as they are meant to. The secret is in the link alone. */
// Threat: T18
export class AccessInvitations {
  readonly #options: AccessInvitationsOptions;
  readonly #listeners = new Set<() => void>();

  constructor(options: AccessInvitationsOptions) {
    this.#options = options;
  }

  /** A new one; its secret is known only now. Undefined if it is out of bounds or could not be kept. */
  create(wish: { readonly label: string; readonly maxUses: number; readonly forMs: number }): string | undefined {
    const { label, maxUses, forMs } = wish;
    const { store, randomBytes, now } = this.#options;
    const { labelCharacters, maxUses: most, minMs, maxMs } = invitationBounds;
    const isFine =
      label.length <= labelCharacters && maxUses >= 1 && maxUses <= most && forMs >= minMs && forMs <= maxMs;
    if (!isFine || !Number.isInteger(maxUses)) return undefined;
    const secret = randomBytes(secretBytes).toString('base64url');
    return store.add(hashOf(secret), { label, maxUses, untilMs: now() + forMs }, now()) ? secret : undefined;
  }

  /** The newest first, revoked and used ones as well. */
  list(): readonly AccessInvitation[] {
    return this.#options.store.newest(invitationBounds.listed);
  }

  /** Puts out whoever came by it, at once. */
  revoke(id: number): void {
    this.#options.store.setRevoked(id, true);
    for (const listener of this.#listeners) listener();
  }

  /** Takes a revocation back. */
  restore(id: number): void {
    this.#options.store.setRevoked(id, false);
  }

  /** Uses one. Its id; undefined, and nobody learns why, if it opens nothing. */
  redeem(secret: string): number | undefined {
    return secretShape.test(secret) ? this.#options.store.use(hashOf(secret), this.#options.now()) : undefined;
  }

  /** Whether who came by it may stay. It may have been used up or have ended since. */
  isGood(id: number): boolean {
    return this.#options.store.find(id)?.isRevoked === false;
  }

  /** Calls back when somebody may have to go. */
  onRevoke(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** A secret of 128 random bits needs no slow hash. */
function hashOf(secret: string): string {
  return createHash('sha256').update('access-invitation:').update(secret).digest('base64url');
}
