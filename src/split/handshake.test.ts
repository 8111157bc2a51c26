import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameLimits, hearHello, helloBytes, PublisherHandshake, type Welcome, welcomeBytes } from './handshake.ts';
import { parsePublisherKey, type PublisherKeys, serverKeysFrom } from './publisher-key.ts';
import { Opener, Sealer } from './sealed.ts';

const root = Buffer.alloc(32, 5);
const server = serverKeysFrom(root);
const hello = { session: Buffer.alloc(16, 9), frameBytes: 5000 };

function publisherOf(key: string): PublisherKeys {
  const keys = parsePublisherKey(key);
  if (keys === undefined) throw new Error('not a key');
  return keys;
}

function greet(keys = publisherOf(server.publisherKey)): PublisherHandshake {
  return new PublisherHandshake({ ...keys, once: randomBytes(32) }, hello);
}

function meet(welcome: Welcome) {
  const publisher = greet();
  const answer = hearHello(publisher.message, server)?.answer(welcome, randomBytes(32));
  if (answer === undefined) throw new Error('not heard');
  return { publisher, answer, met: publisher.finish(answer.message) };
}

describe('T42 the handshake of a line', () => {
  it('gives both sides the same keys, another pair for each connection, and tells what each has to say', () => {
    const welcome = { resume: { stream: 3, offset: 2 ** 40 }, bufferSeconds: 10 };
    const { answer, met } = meet(welcome);
    expect(met).toEqual({ welcome, keys: answer.keys });
    expect(answer.keys.up).not.toEqual(answer.keys.down);
    expect(meet(welcome).answer.keys.up).not.toEqual(answer.keys.up);
    expect(hearHello(greet().message, server)?.hello).toEqual(hello);
  });

  it('has messages of one size each, whatever they say', () => {
    for (const welcome of [{ bufferSeconds: 0 }, { resume: { stream: 1, offset: 5 }, bufferSeconds: 60 }]) {
      const { publisher, answer } = meet(welcome);
      expect(publisher.message).toHaveLength(helloBytes);
      expect(answer.message).toHaveLength(welcomeBytes);
    }
  });

  it('hears nobody with another key, and is not taken in by another server', () => {
    const other = serverKeysFrom(Buffer.alloc(32, 6));
    const mixed = { ...publisherOf(other.publisherKey), server: publisherOf(server.publisherKey).server };
    expect(hearHello(greet(mixed).message, server)).toBeUndefined();
    const asked = greet();
    expect(hearHello(asked.message, other)).toBeUndefined();
    const answer = hearHello(asked.message, server)?.answer({ bufferSeconds: 1 }, randomBytes(32));
    const replayed = greet().finish(answer?.message ?? Buffer.alloc(0));
    expect(replayed).toBeUndefined();
  });

  it('refuses a changed, cut or invented message on either side, and never throws', () => {
    const { publisher, answer } = meet({ bufferSeconds: 10 });
    for (const [message, take] of [
      [publisher.message, (bytes: Buffer) => hearHello(bytes, server)],
      [answer.message, (bytes: Buffer) => publisher.finish(bytes)],
    ] as const) {
      for (let at = 0; at < message.length; at += 1) {
        const changed = Buffer.from(message);
        changed[at] = (changed[at] ?? 0) ^ 0x10;
        expect(take(changed)).toBeUndefined();
      }
      expect(take(message.subarray(1))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(hearHello(Buffer.from(bytes), server)).toBeUndefined();
      }),
    );
    // Points that make every secret zero (RFC 7748, section 6.1).
    const zero = Buffer.concat([Buffer.from('OCL1'), Buffer.alloc(helloBytes - 4)]);
    expect(hearHello(zero, server)).toBeUndefined();
  });

  it('takes frames of a size between its limits alone', () => {
    const heard = (frameBytes: number) => {
      const keys = publisherOf(server.publisherKey);
      const { message } = new PublisherHandshake({ ...keys, once: randomBytes(32) }, { ...hello, frameBytes });
      return hearHello(message, server)?.hello.frameBytes;
    };
    const { minBytes, maxBytes } = frameLimits;
    expect([minBytes - 1, minBytes, maxBytes, maxBytes + 1].map(heard)).toEqual([
      undefined,
      minBytes,
      maxBytes,
      undefined,
    ]);
  });
});

describe('the key of a publisher', () => {
  it('is one line that can be read with white space in it, and not with a slip in it', () => {
    const key = server.publisherKey;
    expect(key).toMatch(/^[\w-]{91}$/);
    const broken = `  ${key.slice(0, 40)}\n${key.slice(40)}\r\n`;
    expect(parsePublisherKey(broken)?.server).toEqual(parsePublisherKey(key)?.server);
    for (let at = 0; at < key.length - 1; at += 1) {
      const slip = `${key.slice(0, at)}${key[at] === 'A' ? 'B' : 'A'}${key.slice(at + 1)}`;
      expect(parsePublisherKey(slip)).toBeUndefined();
    }
    expect(parsePublisherKey(key.slice(1))).toBeUndefined();
  });

  it('opens the onion service whose client key the server knows, and holds nothing of the server', () => {
    expect(publisherOf(server.publisherKey).torClientSecret).toHaveLength(32);
    expect(Buffer.from(server.publisherKey, 'base64url').includes(root)).toBe(false);
    expect(serverKeysFrom(root).publisherKey).toBe(server.publisherKey);
  });
});

describe('T42 sealed messages', () => {
  const key = Buffer.alloc(32, 1);
  const messages = ['one', 'two', 'three'].map((text) => Buffer.from(text));

  it('open in order', () => {
    const [sealer, opener] = [new Sealer(key), new Opener(key)];
    expect(messages.map((message) => opener.open(sealer.seal(message)))).toEqual(messages);
  });

  it.each([
    ['repeated', ([one]: Buffer[]) => [one, one]],
    ['left out', ([one, , three]: Buffer[]) => [one, three]],
    ['moved', ([one, two]: Buffer[]) => [two, one]],
    ['cut short', ([one]: Buffer[]) => [one?.subarray(1)]],
    ['empty', () => [Buffer.alloc(0)]],
  ])('do not open when one is %s', (_, change) => {
    const [sealer, opener] = [new Sealer(key), new Opener(key)];
    const sealed = messages.map((message) => sealer.seal(message));
    const opened = change(sealed).map((message) => opener.open(message ?? Buffer.alloc(0)));
    expect(opened).toContain(undefined);
  });
});
