import { describe, expect, it } from 'vitest';
import { parseBridges } from './bridge.ts';

const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';
const cert = `cert=${'aB3+/'.repeat(14)}`;

describe('a bridge line', () => {
  it.each([
    [`192.0.2.1:443 ${fingerprint}`, { line: `192.0.2.1:443 ${fingerprint}` }],
    ['192.0.2.1:443', { line: '192.0.2.1:443' }],
    [`Bridge  [2001:db8::1]:9001 $${fingerprint}`, { line: `[2001:db8::1]:9001 ${fingerprint}` }],
    [
      `  obfs4 192.0.2.1:443\t${fingerprint} ${cert} iat-mode=2 `,
      { transport: 'obfs4', line: `obfs4 192.0.2.1:443 ${fingerprint} ${cert} iat-mode=2` },
    ],
  ])('is taken as it is handed out: %s', (line, bridge) => {
    expect(parseBridges([line])).toEqual([bridge]);
  });

  it.each([
    ['', /no address/],
    ['bridges.example:443', /no address|another transport/],
    ['192.0.2.77', /no address/],
    ['192.0.2.256:443', /no address/],
    ['192.0.2.1:0', /no address/],
    ['192.0.2.1:65536', /no address/],
    ['[192.0.2.1]:443', /no address/],
    [`192.0.2.1:443 ${fingerprint.slice(1)}`, /fingerprint/],
    [`192.0.2.1:443 ${fingerprint} ${cert}`, /no transport/],
    [`obfs4 192.0.2.1:443 ${fingerprint}`, /no cert=/],
    [`obfs4 192.0.2.1:443 ${fingerprint} ${cert} exec`, /key=value/],
    [`webtunnel [2001:db8::1]:443 ${fingerprint} url=https://example.com/x`, /extra_torrc/],
  ])('is refused with what is wrong, and never repeated: %s', (line, reason) => {
    const parse = () => parseBridges(['192.0.2.1:443', line]);
    expect(parse).toThrow(reason);
    expect(parse).toThrow(/^number 2 /);
    if (line !== '') expect(parse).not.toThrow(line);
  });
});
