import { createCipheriv, createDecipheriv } from 'node:crypto';

/** What sealing adds to a message. */
export const sealBytes = 16;

const cipher = 'aes-256-gcm';
const nonceBytes = 12;

/**
 * Seals the messages of one direction of one connection (AES-256-GCM). Their number is never sent and counts on both sides: a message that is repeated,
 * left out, moved or changed cannot be opened, nor anything after it. Threat: T42.
 */
export class Sealer {
  readonly #key: Buffer;
  readonly #nonce = Buffer.alloc(nonceBytes);

  constructor(key: Buffer) {
    this.#key = key;
  }

  seal(message: Uint8Array): Buffer {
    const sealing = createCipheriv(cipher, this.#key, this.#nonce, { authTagLength: sealBytes });
    const body = sealing.update(message);
    sealing.final();
    count(this.#nonce);
    return Buffer.concat([body, sealing.getAuthTag()]);
  }
}

/** The other end of a `Sealer`. */
export class Opener {
  readonly #key: Buffer;
  readonly #nonce = Buffer.alloc(nonceBytes);

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The message; undefined if it is not the one that was sealed next. */
  open(sealed: Uint8Array): Buffer | undefined {
    if (sealed.length < sealBytes) return undefined;
    const opening = createDecipheriv(cipher, this.#key, this.#nonce, { authTagLength: sealBytes });
    opening.setAuthTag(sealed.subarray(-sealBytes));
    const message = opening.update(sealed.subarray(0, -sealBytes));
    try {
      opening.final();
    } catch {
      // Node says no more than that the tag is wrong.
      return undefined;
    }
    count(this.#nonce);
    return message;
  }
}

function count(nonce: Buffer): void {
  nonce.writeBigUInt64BE(nonce.readBigUInt64BE(4) + 1n, 4);
}
