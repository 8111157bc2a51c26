import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:5000', { host: '127.0.0.1', port: 5000 }],
    ['127.9.9.9:0', { host: '127.9.9.9', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
    ['localhost:5000', { host: '127.0.0.1', port: 5000 }],
    ['5000', { host: '127.0.0.1', port: 5000 }],
    ['off', 'off'],
  ])('reads %s', (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'on',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:5000 ',
    '::1:5000',
    'OFF',
  ])('refuses %j and says what an address looks like', (text) => {
    expect(() => parseAddress(text)).toThrow('HOST:PORT');
  });

  it.each([
    '0.0.0.0:80',
    '[::]:80',
    '192.168.0.2:80',
    '[2001:db8::1]:80',
    'example.org:80',
    '127.0.0.1.evil:80',
    ':80',
    '[]:80',
    '1127.0.0.1:80',
  ])('refuses %s, which others can reach, and says why', (text) => {
    expect(() => parseAddress(text)).toThrow('without Tor');
  });

  it('reads back what it writes', () => {
    const loopback = fc.oneof(
      fc.constant('::1'),
      fc.ipV4().map((ip) => ip.replace(/^\d+/, '127')),
    );
    fc.assert(
      fc.property(loopback, fc.nat(65_535), (host, port) => {
        expect(parseAddress(formatAddress({ host, port }))).toEqual({ host, port });
      }),
    );
  });

  it('accepts nothing but this machine, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        let address: ReturnType<typeof parseAddress>;
        try {
          address = parseAddress(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(address === 'off' || address.host === '::1' || address.host.startsWith('127.')).toBe(true);
      }),
    );
  });
});
