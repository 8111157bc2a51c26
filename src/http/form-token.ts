import { createHmac, timingSafeEqual } from 'node:crypto';

/** Fresh randomness that a form token needs. */
export const formTokenRandomBytes = 16;

const macBytes = 16;
const hourMs = 60 * 60 * 1000;
const shape = /^[A-Za-z0-9_-]{43}$/;

/**
 * Proof that this server made this form for this viewer, valid in the hour of its making and in the next. The proof is masked with fresh randomness,
 * so that no two forms hold the same bytes. Throws a RangeError on too little randomness.
 */
// Threat: T08, T32
export function mintFormToken(
  form: string,
  viewerId: string,
  secret: Uint8Array,
  nowMs: number,
  random: Uint8Array,
): string {
  if (random.length < formTokenRandomBytes) throw new RangeError('a form token needs 16 random bytes');
  const mask = Buffer.from(random.subarray(0, macBytes));
  return Buffer.concat([mask, xor(mask, macOf(form, viewerId, secret, hourOf(nowMs)))]).toString('base64url');
}

/** Whether the token was made here, for this form and viewer, in this hour or the last one. */
export function isFormToken(token: string, form: string, viewerId: string, secret: Uint8Array, nowMs: number): boolean {
  if (!shape.test(token)) return false;
  const bytes = Buffer.from(token, 'base64url');
  const mac = xor(bytes.subarray(0, macBytes), bytes.subarray(macBytes));
  const hour = hourOf(nowMs);
  return [hour, hour - 1].some((made) => timingSafeEqual(mac, macOf(form, viewerId, secret, made)));
}

function hourOf(nowMs: number): number {
  return Math.floor(nowMs / hourMs);
}

function macOf(form: string, viewerId: string, secret: Uint8Array, hour: number): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['form', form, viewerId, hour]))
    .digest()
    .subarray(0, macBytes);
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));
}
