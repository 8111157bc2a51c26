import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Bytes that seal a ticket key, and randomness for each ticket. */
export const ticketKeyBytes = 32;
export const ticketRandomBytes = 12;

const cipher = 'aes-256-gcm';
const noteBytes = 10;
const tagBytes = 16;
const shape = /^[A-Za-z0-9_-]{51}$/;

/**
 * Tickets of the queue: a number and the time at which it was shown last, sealed for one viewer (AEAD). Whoever has one can neither read nor change it, nor
 * give it to another; and the server keeps nothing of it.
 */
// Threat: T17
export class QueueTickets {
  readonly #key: Uint8Array;

  /** `key`: 32 random bytes of this start of the server, since numbers begin anew with it. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Writes a ticket: 51 characters of base64url. `nowMs` on the clock by which it is read. */
  seal(number: number, viewerId: string, nowMs: number, random: Uint8Array): string {
    const note = Buffer.alloc(noteBytes);
    note.writeUIntBE(number, 0, 6);
    note.writeUInt32BE(Math.floor(nowMs / 1000), 6);
    const seal = createCipheriv(cipher, this.#key, random).setAAD(Buffer.from(viewerId));
    const sealed = Buffer.concat([seal.update(note), seal.final()]);
    return Buffer.concat([random, sealed, seal.getAuthTag()]).toString('base64url');
  }

  /** The number of a ticket that was made here for this viewer and shown within `lifeMs`; undefined for everything else. Total. */
  open(ticket: string, viewerId: string, nowMs: number, lifeMs: number): number | undefined {
    const bytes = shape.test(ticket) ? Buffer.from(ticket, 'base64url') : undefined;
    if (bytes === undefined || bytes.toString('base64url') !== ticket) return undefined;
    const open = createDecipheriv(cipher, this.#key, bytes.subarray(0, ticketRandomBytes), { authTagLength: tagBytes });
    open.setAAD(Buffer.from(viewerId)).setAuthTag(bytes.subarray(-tagBytes));
    const note = open.update(bytes.subarray(ticketRandomBytes, -tagBytes));
    try {
      open.final();
    } catch {
      // Not of our making, or for somebody else: the one way in which a seal says so.
      return undefined;
    }
    return note.readUInt32BE(6) * 1000 + lifeMs >= nowMs ? note.readUIntBE(0, 6) : undefined;
  }
}
