import { describe, expect, it } from 'vitest';
import { desCrypt } from './des-crypt.ts';

describe('desCrypt', () => {
  it.each([
    ['tea', 'ea', 'eauWokonZwxw2'],
    ['istrip', 'st', 'stJ/WG5qp963c'],
    ['password', 'as', 'as1ozOtJW9BFA'],
    ['01234567', '12', '12JBvcplLXSGo'],
    ['', '..', '..X8NBuQ4l6uQ'],
    ['\u00e9', 'ab', 'abclsH8ttXiZ6'],
  ])('gives what crypt(3) gives for %j and %j', (password, salt, hash) => {
    expect(desCrypt(Buffer.from(password), salt)).toBe(hash);
  });

  it('looks at 8 bytes and at 7 bits of each', () => {
    expect(desCrypt(Buffer.from('012345678'), '12')).toBe(desCrypt(Buffer.from('01234567'), '12'));
    expect(desCrypt(Buffer.from([0xf4, 0xe5, 0xe1]), 'ea')).toBe('eauWokonZwxw2');
  });

  it.each(['', 'a', 'abc', 'a:', '\u00e9a'])('refuses the salt %j', (salt) => {
    expect(() => desCrypt(Buffer.from('tea'), salt)).toThrow(RangeError);
  });
});
