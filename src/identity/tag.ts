import { createHmac } from 'node:crypto';
import { legibleAlphabet } from './legible-alphabet.ts';

/**
 * Three characters that tell nameless people apart. Stable for one viewer and key, and says nothing about the viewer's token to those who see it.
 */
export function tagOf(viewerId: string, key: Buffer): string {
  const digest = createHmac('sha256', key).update('tag\0').update(viewerId).digest();
  return [...digest.subarray(0, 3)].map((byte) => legibleAlphabet.charAt(byte % legibleAlphabet.length)).join('');
}
