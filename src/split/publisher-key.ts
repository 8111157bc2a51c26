import { createHash, hkdfSync, type KeyObject } from 'node:crypto';
import { keyBytes, privateKeyFrom, publicBytesOf } from './x25519.ts';

/** What the server keeps: its own key, and whom it takes for the publisher. */
export interface ServerKeys {
  readonly own: KeyObject;
  /** Public half, 32 bytes. */
  readonly publisher: Buffer;
  /** Public half of the key with which the publisher's tor finds the onion service, 32 bytes. */
  readonly torClient: Buffer;
  /** What the publisher is given, one line. */
  readonly publisherKey: string;
}

/** What the publisher reads out of its line of text. */
export interface PublisherKeys {
  readonly own: KeyObject;
  /** Public half, 32 bytes. */
  readonly server: Buffer;
  /** For tor, 32 bytes. */
  readonly torClientSecret: Buffer;
}

const checkBytes = 4;
const textShape = /^[\w-]{91}$/;

/** Everything the server needs comes out of one secret of 32 bytes. */
export function serverKeysFrom(root: Uint8Array): ServerKeys {
  const own = privateKeyFrom(derive(root, 'server'));
  const seed = derive(root, 'publisher');
  const publisher = publisherKeysFrom(seed, publicBytesOf(own));
  const body = Buffer.concat([seed, publisher.server]);
  return {
    own,
    publisher: publicBytesOf(publisher.own),
    torClient: publicBytesOf(privateKeyFrom(publisher.torClientSecret)),
    publisherKey: Buffer.concat([body, check(body)]).toString('base64url'),
  };
}

/** Reads the line; undefined if it is not whole. White space within is forgiven: terminals break long lines. */
export function parsePublisherKey(text: string): PublisherKeys | undefined {
  const line = text.replace(/\s/gu, '');
  if (!textShape.test(line)) return undefined;
  const bytes = Buffer.from(line, 'base64url');
  const body = bytes.subarray(0, 2 * keyBytes);
  if (!check(body).equals(bytes.subarray(2 * keyBytes))) return undefined;
  return publisherKeysFrom(body.subarray(0, keyBytes), body.subarray(keyBytes));
}

function publisherKeysFrom(seed: Uint8Array, server: Buffer): PublisherKeys {
  return { own: privateKeyFrom(derive(seed, 'line')), server, torClientSecret: derive(seed, 'tor') };
}

function derive(secret: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `onioncast ${use}`, keyBytes));
}

/** Against a slip while copying, not against anybody. */
function check(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, checkBytes);
}
