import type { Capcode } from './message.ts';

/** Who asks for something, as far as rules of the chat care. Comes from the session on the server, never from what was sent. */
export interface Requester {
  /** Stable for one viewer; the token cannot be told from it. Never shown to other viewers. */
  readonly viewerId: string;
  /** The Tor circuit of the request; absent for connections of this machine. Means nothing after a restart of tor. */
  readonly circuitId?: number;
  /** Staff stand above the limits that hold for everybody (`isExempt`). */
  readonly role?: Capcode;
}

/** Who is above the rules of pace, captchas, holds and filters: the one place that says so. */
export function isExempt({ role }: Pick<Requester, 'role'>): boolean {
  return role !== undefined;
}
