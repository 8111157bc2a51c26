import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { checkBridges } from './bridge-check.ts';
import { checkDesk } from './desk-check.ts';
import { checkAddress, checkClock, checkData, checkOpenFiles, checkSource } from './machine-checks.ts';
import { checkFence, checkFfmpeg, checkNode, checkTor } from './program-checks.ts';
import { checkTors } from './tors-check.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'onioncast-doctor-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

const encoder = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffprobe',
  ladder: [],
  frameRate: 30,
  preset: 'auto',
  rate: 'quality',
  audioBitrate: 64_000,
  secondCodec: 'auto',
  passthrough: 'off',
  stallMs: 5000,
  fence: 'auto',
} as const;
const tor = {
  enabled: true,
  binary: 'tor',
  mode: 'managed',
  address: '',
  extraTorrc: [],
  pow: { enabled: true, rate: 1, burst: 1 },
} as const;

function script(name: string, body: string): string {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

describe('checks of programs', () => {
  it('knows an old Node', () => {
    expect(checkNode('22.18.0')).toMatchObject({ level: 'fail' });
    expect(checkNode('24.22.0')).toMatchObject({
      level: 'warn',
      todo: expect.stringMatching(/Install Node 24\.22\.1 or newer .* in place of the one we bring\.$/),
    });
    expect(checkNode('26.12.0')).toMatchObject({ level: 'warn' });
    for (const version of ['24.22.1', '24.23.0', '26.12.1', '27.0.0']) {
      expect(checkNode(version)).toMatchObject({ level: 'ok' });
    }
  });

  it('T40 says how far FFmpeg is fenced in, and what helps where that is not all the way', async () => {
    const [whole, ...more] = await checkFence(encoder, directory);
    expect(more).toEqual([]);
    if (whole?.level === 'ok') expect(whole.found).toContain('no network');
    else expect(whole?.todo).toContain('user namespaces');
    // One whose libraries lie elsewhere.
    const picky = script('picky-ffmpeg', `[ -e "${join(directory, 'picky-library')}" ] || exit 1\nexec ffmpeg "$@"`);
    writeFileSync(join(directory, 'picky-library'), '');
    expect(await checkFence({ ...encoder, ffmpeg: picky }, directory)).toMatchObject([{ level: 'warn' }]);
    expect(await checkFence({ ...encoder, fence: 'off' }, directory)).toMatchObject([{ level: 'warn' }]);
    expect(await checkFence({ ...encoder, ffmpeg: '/nowhere/ffmpeg' }, directory)).toEqual([]);
  });

  it('lets the real FFmpeg encode', async () => {
    const findings = await checkFfmpeg(encoder);
    expect(findings.map((finding) => [finding.what, finding.level])).toEqual([
      ['FFmpeg', 'ok'],
      ['Encoders', 'ok'],
      ['Fonts', 'ok'],
    ]);
  });

  it('says what to install when FFmpeg is missing, is something else, or lacks an encoder', async () => {
    const missing = await checkFfmpeg({
      ...encoder,
      ffmpeg: join(directory, 'nothing'),
      ffprobe: join(directory, 'nothing'),
    });
    expect(missing).toMatchObject([{ level: 'fail', todo: expect.stringContaining('apt install ffmpeg') }]);
    const other = await checkFfmpeg({ ...encoder, ffmpeg: script('other', 'echo hello') });
    expect(other).toMatchObject([{ level: 'fail', found: expect.stringContaining('does not answer as FFmpeg') }]);
    const bare = script(
      'bare',
      'case "$1" in -version) echo "ffmpeg version 9";; *) echo "Unknown encoder" >&2; exit 1;; esac',
    );
    expect(await checkFfmpeg({ ...encoder, ffmpeg: bare, ffprobe: join(directory, 'nothing') })).toMatchObject([
      { level: 'ok', found: '9' },
      { level: 'fail', found: expect.stringContaining('Unknown encoder') },
      { level: 'warn', what: 'Fonts' },
      { level: 'fail', what: 'ffprobe' },
    ]);
  });

  it('T28 refuses a tor with known holes and tells one without proof of work', async () => {
    const old = script('old-tor', 'echo "Tor version 0.4.8.10."');
    expect(await checkTor({ ...tor, binary: old })).toMatchObject({
      level: 'fail',
      todo: expect.stringContaining('0.4.9.11'),
    });
    const plain = script(
      'plain-tor',
      'case "$1" in --version) echo "Tor version 0.4.9.11.";; *) echo "pow: no";; esac',
    );
    expect(await checkTor({ ...tor, binary: plain })).toMatchObject({ level: 'warn' });
    expect(await checkTor({ ...tor, binary: join(directory, 'nothing') })).toMatchObject({ level: 'fail' });
    expect(await checkTor({ ...tor, enabled: false, binary: 'nothing' })).toMatchObject({ level: 'ok' });
  });
});

describe('checks of the machine', () => {
  it('sees whether an address is free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    expect(await checkAddress('RTMP', { host: '127.0.0.1', port: address.port })).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('is taken'),
    });
    await new Promise((resolve) => server.close(resolve));
    expect(await checkAddress('RTMP', { host: '127.0.0.1', port: address.port })).toMatchObject({ level: 'ok' });
    expect(await checkAddress('RTMP', 'off')).toMatchObject({ level: 'ok' });
  });

  it('T26 wants a data directory that is one, or can be made, for this user alone', () => {
    const open = join(directory, 'open');
    mkdirSync(open);
    chmodSync(open, 0o755);
    expect(checkData(open)).toMatchObject({ level: 'warn', todo: expect.stringContaining('chmod 700') });
    chmodSync(open, 0o700);
    expect(checkData(open)).toMatchObject({ level: 'ok' });
    expect(checkData(join(open, 'deep', 'down'))).toMatchObject({
      level: 'ok',
      found: expect.stringContaining('will be made'),
    });
    writeFileSync(join(directory, 'file'), '');
    expect(checkData(join(directory, 'file'))).toMatchObject({ level: 'fail' });
    expect(checkData('/proc/onioncast/data')).toMatchObject({
      level: 'fail',
      found: expect.stringContaining('cannot be made'),
    });
  });

  it('wants the source to be there', () => {
    expect(checkSource({ kind: 'test' }, {})).toMatchObject({ level: 'ok' });
    expect(checkSource({ kind: 'file', path: join(directory, 'absent') }, {})).toMatchObject({ level: 'fail' });
    expect(checkSource({ kind: 'dir', path: directory }, {})).toMatchObject({ level: 'ok' });
    expect(checkSource({ kind: 'file', path: directory }, {})).toMatchObject({ level: 'fail' });
  });

  it('doubts a clock from before this program', () => {
    expect(checkClock(0)).toMatchObject({ level: 'fail', found: 'it says 1970' });
    expect(checkClock(Date.UTC(2027, 1))).toMatchObject({ level: 'ok' });
    expect(checkClock(Date.UTC(2107, 1))).toMatchObject({ level: 'fail' });
  });

  it('compares the clock with what the Tor network said last', () => {
    const consensus =
      'network-status-version 3 microdesc\nvalid-after 2027-02-01 12:00:00\nfresh-until 2027-02-01 13:00:00\n';
    const at = (hours: number, minutes: number) => checkClock(Date.UTC(2027, 1, 1, hours, minutes), consensus);
    expect(at(12, 30)).toMatchObject({ level: 'ok', found: '2027-02-01, not behind the Tor network' });
    expect(at(11, 55)).toMatchObject({ level: 'ok' });
    expect(at(11, 0)).toMatchObject({ level: 'fail', found: expect.stringContaining('60 minutes or more behind') });
    expect(at(6, 0)).toMatchObject({ level: 'fail', found: expect.stringContaining('6 hours') });
    expect(checkClock(Date.UTC(2027, 1), 'damaged')).toMatchObject({ level: 'ok' });
  });

  it('compares the open files that are allowed with the connections wanted', () => {
    const limits = 'Limit   Soft  Hard\nMax open files            1024                 4096                 files\n';
    expect(checkOpenFiles(limits, 960)).toMatchObject({ level: 'ok' });
    expect(checkOpenFiles(limits, 961)).toMatchObject({ level: 'warn' });
    expect(checkOpenFiles(undefined, 961)).toMatchObject({ level: 'ok' });
  });
});

describe('the check of the desk', () => {
  const desk = (door: 'everywhere' | 'local' | 'desk', environment: Record<string, string> = {}) =>
    checkDesk(
      loadConfig({
        workingDirectory: directory,
        environment: { ...environment, ONIONCAST_DATA: directory, ONIONCAST_BROADCASTER_DOOR: door },
      }),
    );

  it('says by which ways the broadcaster comes', async () => {
    expect(await desk('everywhere')).toMatchObject({ level: 'ok', found: expect.stringContaining('wherever') });
    expect(await desk('local')).toMatchObject({ level: 'ok', found: expect.stringContaining('this machine') });
    expect(await desk('desk')).toMatchObject({ level: 'ok', found: expect.stringContaining('key will be made') });
  });

  it('says what its onion service lacks', async () => {
    expect(await desk('desk', { ONIONCAST_TOR_ENABLED: 'false' })).toMatchObject({ level: 'warn' });
    expect(await desk('desk', { ONIONCAST_TOR_MODE: 'operator' })).toMatchObject({
      level: 'warn',
      todo: 'Put it into tor.desk_address.',
    });
    writeFileSync(join(directory, 'desk-key'), 'no key', { mode: 0o600 });
    expect(await desk('desk')).toMatchObject({ level: 'fail', found: expect.stringContaining('holds no key') });
    rmSync(join(directory, 'desk-key'));
  });
});

describe('the check of several tors', () => {
  const several = { ...tor, instances: 2, spread: 'links', onionbalance: 'onionbalance', private: false } as const;
  const balanced = { ...several, spread: 'onionbalance' } as const;

  it('says how viewers are spread, and whether there are cores for that', async () => {
    expect(await checkTors({ ...several, instances: 1 }, 1)).toEqual([]);
    expect(await checkTors({ ...several, mode: 'operator' }, 1)).toEqual([]);
    expect(await checkTors(several, 4)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
    expect(await checkTors({ ...several, private: true }, 1)).toMatchObject([{ level: 'warn' }, { level: 'warn' }]);
  });

  it('says what to install where Onionbalance is missing, and that it knows no proof of work', async () => {
    const onionbalance = join(directory, 'absent');
    expect(await checkTors({ ...balanced, onionbalance }, 4)).toMatchObject([
      { level: 'ok' },
      { level: 'fail', found: expect.stringContaining('apt install onionbalance') },
    ]);
    const there = { ...balanced, onionbalance: script('balance', 'echo "onionbalance v0.2.2"') };
    const [, found] = await checkTors(there, 4);
    expect(found).toMatchObject({
      level: 'warn',
      found: expect.stringContaining('0.2.2, which knows no proof of work'),
    });
    const without = { ...there, pow: { ...tor.pow, enabled: false } };
    expect(await checkTors(without, 4)).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
  });
});

describe('the check of bridges', () => {
  const plain = { line: '192.0.2.1:443' };
  const disguised = { transport: 'obfs4' as const, line: 'obfs4 192.0.2.2:443 cert=a' };
  const check = async (bridges: readonly (typeof plain)[], searchPath = '', mode: 'managed' | 'operator' = 'managed') =>
    await checkBridges({ enabled: true, mode, bridges }, searchPath);

  it('says whether what disguises them is there', async () => {
    writeFileSync(join(directory, 'lyrebird'), '#!/bin/sh\n', { mode: 0o755 });
    const program = join(directory, 'lyrebird');
    expect(await check([disguised], directory)).toMatchObject([
      { level: 'ok', found: expect.stringContaining(program) },
    ]);
    expect(await check([disguised])).toMatchObject([{ level: 'fail', todo: expect.stringContaining('obfs4proxy') }]);
  });

  it('warns of bridges that hide nothing, and of those that are not used', async () => {
    expect(await check([plain])).toMatchObject([{ level: 'warn' }]);
    expect(await check([disguised], directory, 'operator')).toMatchObject([{ level: 'warn' }]);
    expect(await check([])).toEqual([]);
  });
});
