import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isViewerToken, mintViewerToken } from './viewer-token.ts';

const secret = Buffer.alloc(32, 7);
const random = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('what the server mints it recognises, and no other server does', () => {
  fc.assert(
    fc.property(random, (bytes) => {
      const token = mintViewerToken(bytes, secret);
      expect(token).toMatch(/^[A-Za-z0-9_-]{44}$/);
      expect(isViewerToken(token, secret)).toBe(true);
      expect(isViewerToken(token, Buffer.alloc(32, 8))).toBe(false);
    }),
  );
});

test('a token changed at any one place is refused', () => {
  const token = mintViewerToken(Buffer.alloc(16, 1), secret);
  for (let index = 0; index < token.length; index += 1) {
    const other = token[index] === 'A' ? 'B' : 'A';
    expect(isViewerToken(token.slice(0, index) + other + token.slice(index + 1), secret)).toBe(false);
  }
});

test('anything of another shape is refused without an exception', () => {
  const token = mintViewerToken(Buffer.alloc(16, 1), secret);
  for (const text of ['', 'x', token.slice(1), `${token}A`, `${token}\n`, token.replace(/^./, 'é'), '"'.repeat(44)]) {
    expect(isViewerToken(text, secret)).toBe(false);
  }
  fc.assert(fc.property(fc.string(), (text) => !isViewerToken(text, secret)));
});

test('too little randomness is a mistake of the caller', () => {
  expect(() => mintViewerToken(new Uint8Array(15), secret)).toThrow(RangeError);
});
