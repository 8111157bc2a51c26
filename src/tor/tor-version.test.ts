import { describe, expect, it } from 'vitest';
import { compareTorVersions, inspectTor, oldestSafeTor, parseTorModules, parseTorVersion } from './tor-version.ts';

describe('parseTorVersion', () => {
  it.each([
    ['Tor version 0.4.9.11.\nThis build of Tor', [0, 4, 9, 11]],
    ['Tor 0.4.8.16-alpha-dev (git-0123456789abcdef)', [0, 4, 8, 16]],
    ['0.4.9.11', [0, 4, 9, 11]],
  ])('finds the version in %j', (text, version) => {
    expect(parseTorVersion(text)).toEqual(version);
  });

  it.each(['', 'Tor version 0.4.9.', 'ffmpeg version 5.1.9', '99999.4.9.11'])('finds none in %j', (text) => {
    expect(parseTorVersion(text)).toBeUndefined();
  });
});

describe('compareTorVersions', () => {
  it('orders by the first number that differs', () => {
    expect(compareTorVersions([0, 4, 9, 11], oldestSafeTor)).toBe(0);
    expect(compareTorVersions([0, 4, 9, 9], oldestSafeTor)).toBeLessThan(0);
    expect(compareTorVersions([0, 4, 8, 99], oldestSafeTor)).toBeLessThan(0);
    expect(compareTorVersions([0, 5, 0, 0], oldestSafeTor)).toBeGreaterThan(0);
  });
});

describe('parseTorModules', () => {
  it('names what is built in', () => {
    expect([...parseTorModules('relay: yes\ndirauth: no\npow: yes\n')]).toEqual(['relay', 'pow']);
    expect(parseTorModules('Unknown option').size).toBe(0);
  });
});

describe('inspectTor', () => {
  it('T28 asks the installed tor', async () => {
    const tor = await inspectTor('tor');
    expect(parseTorVersion(tor.version)).toBeDefined();
    expect(tor.isSafe).toBe(compareTorVersions(parseTorVersion(tor.version) ?? [0, 0, 0, 0], oldestSafeTor) >= 0);
  });

  it.each(['/nonexistent/tor', '/etc/hostname', 'true'])('says that %s is not tor', async (binary) => {
    await expect(inspectTor(binary)).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  });
});
