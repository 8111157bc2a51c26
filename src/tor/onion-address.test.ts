import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOnionAddress, onionAddressOf } from './onion-address.ts';

/** An example of the Tor Project, in rend-spec-v3 section 6. */
const example = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const publicKeys = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('isOnionAddress', () => {
  it('takes the address of any key', () => {
    expect(isOnionAddress(example)).toBe(true);
    fc.assert(fc.property(publicKeys, (key) => isOnionAddress(onionAddressOf(key))));
  });

  it('refuses an address with one character changed', () => {
    const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
    fc.assert(
      fc.property(publicKeys, fc.nat(55), fc.nat(31), (key, at, index) => {
        const address = onionAddressOf(key);
        const changed = `${address.slice(0, at)}${alphabet.charAt(index)}${address.slice(at + 1)}`;
        // Two bytes of checksum let one change in 65,536 through; a changed version never.
        fc.pre(changed !== address);
        return !isOnionAddress(changed) || changed === onionAddressOf(key);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['upper case', example.toUpperCase()],
    ['no suffix', example.slice(0, 56)],
    ['a subdomain', `www.${example}`],
    ['a trailing dot', `${example}.`],
    ['a line break', `${example}\n`],
    ['a version 2 address', 'expyuzz4wqqyqhjn.onion'],
    ['a wrong version', `${example.slice(0, 55)}a.onion`],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(isOnionAddress(text)).toBe(false);
  });
});
