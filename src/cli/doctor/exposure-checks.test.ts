import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkAppArmor, checkListeners, checkSecrets, readListeners } from './exposure-checks.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'onioncast-exposure-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function row(address: string, port: number, state = '0A'): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return `   0: ${address}:${hex} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0\n`;
}

describe('what others can reach', () => {
  it.each([
    ['127.0.0.1', '0100007F'],
    ['127.3.2.1', '0102037F'],
    ['::1', '00000000000000000000000001000000'],
    ['::ffff:127.0.0.1', '0000000000000000FFFF00000100007F'],
  ])('T01 is not %s', (_name, address) => {
    expect(checkListeners(head + row(address, 1935), [1935])).toMatchObject({ level: 'ok' });
  });

  it.each([
    ['0.0.0.0', '00000000'],
    ['192.168.1.2', '0201A8C0'],
    ['::', '00000000000000000000000000000000'],
    ['an address of IPv6', 'B80D0120000000000000000001000000'],
  ])('T01 is %s, if something listens there at a port of ours', (_name, address) => {
    const found = checkListeners(head + row('0100007F', 5000) + row(address, 1935), [5000, 1935]);
    expect(found).toMatchObject({ level: 'fail', found: expect.stringContaining('port 1935') });
    expect(checkListeners(head + row(address, 1935), [5000])).toMatchObject({ level: 'ok' });
    expect(checkListeners(head + row(address, 1935, '01'), [1935])).toMatchObject({ level: 'ok' });
  });

  it.runIf(process.platform === 'linux')('is read from the system', async () => {
    const server = createServer().listen(0, '0.0.0.0');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    expect(checkListeners(readListeners(), [address.port])).toMatchObject({ level: 'fail' });
    await new Promise((resolve) => server.close(resolve));
    expect(checkListeners(readListeners(), [address.port])).toMatchObject({ level: 'ok' });
  });
});

describe('secrets', () => {
  it('T26 are found where others can read them, however deep, and links are not followed', () => {
    expect(checkSecrets(join(directory, 'absent'))).toMatchObject({ level: 'ok' });
    mkdirSync(join(directory, 'tor', 'onion'), { recursive: true, mode: 0o700 });
    mkdirSync(join(directory, 'run'), { mode: 0o750 });
    chmodSync(join(directory, 'run'), 0o750);
    const key = join(directory, 'tor', 'onion', 'hs_ed25519_secret_key');
    writeFileSync(key, '', { mode: 0o600 });
    symlinkSync('/etc/hostname', join(directory, 'link'));
    expect(checkSecrets(directory)).toMatchObject({ level: 'ok' });
    chmodSync(key, 0o640);
    expect(checkSecrets(directory)).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('tor/onion/hs_ed25519_secret_key'),
      todo: `Close it: chmod go= ${key}`,
    });
  });
});

describe('AppArmor', () => {
  const socket = '/srv/onioncast/data/run/web.sock';

  function write(file: string, text: string): void {
    mkdirSync(join(directory, 'etc/apparmor.d/local'), { recursive: true });
    writeFileSync(join(directory, 'etc/apparmor.d', file), text);
  }

  it('T28 is of no concern where it does not confine tor', () => {
    expect(checkAppArmor([socket], directory)).toMatchObject({ level: 'ok' });
  });

  it('T28 must let tor open each socket, in a line that is no remark', () => {
    write('system_tor', '');
    expect(checkAppArmor([socket], directory)).toMatchObject({
      level: 'warn',
      todo: expect.stringContaining(`${socket} rw,`),
    });
    write('local/system_tor', `# ${socket} rw,\n${socket} r,\n`);
    expect(checkAppArmor([socket], directory)).toMatchObject({ level: 'warn' });
    write('local/system_tor', `  ${socket} rw,   # Onioncast\n`);
    expect(checkAppArmor([socket], directory)).toMatchObject({ level: 'ok' });
    const desk = socket.replace('web', 'desk');
    expect(checkAppArmor([socket, desk], directory)).toMatchObject({
      level: 'warn',
      found: expect.stringContaining(desk),
    });
  });
});
