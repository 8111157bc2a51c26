import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintClientKey } from './client-key.ts';
import { runTor } from './tor-command.ts';
import { type OnionServiceSettings, renderOperatorTorrc, renderTorrc, type TorrcSettings } from './torrc.ts';

const onion: OnionServiceSettings = {
  serviceDirectory: '/var/lib/onioncast/tor/onion',
  targetSocketPath: '/run/onioncast/web.sock',
  proofOfWork: { queueRate: 25, queueBurst: 250 },
};
const desk: OnionServiceSettings = {
  serviceDirectory: '/var/lib/onioncast/tor/desk',
  targetSocketPath: '/run/onioncast/desk.sock',
};
const settings: TorrcSettings = {
  dataDirectory: '/var/lib/onioncast/tor',
  services: [onion],
  controlSocketPath: '/var/lib/onioncast/tor/control',
  ownerPid: 1,
  extraTorrc: [],
};

describe('renderTorrc', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'onioncast-torrc-'));
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  async function verify(torrc: string): Promise<string> {
    const path = join(directory, 'torrc');
    await writeFile(path, torrc);
    const { output } = await runTor('tor', ['--verify-config', '--defaults-torrc', '/dev/null', '-f', path]);
    return output;
  }

  it.each<[string, Partial<TorrcSettings>]>([
    ['with proof of work', {}],
    ['without proof of work', { services: [{ ...onion, proofOfWork: undefined }] }],
    ['with two services', { services: [onion, desk] }],
    ['with more introduction points', { extraTorrc: ['HiddenServiceNumIntroductionPoints 5', '# a comment', ''] }],
    ['of a private network', { extraTorrc: ['TestingTorNetwork 1', `DirAuthority a 127.0.0.1:1 ${'F'.repeat(40)}`] }],
    [
      'with awkward paths',
      { services: [{ serviceDirectory: '/tmp/a b#c"d\\é\u{1f9c5}', targetSocketPath: '/tmp/a b#c"d\\é.sock' }] },
    ],
  ])('is taken by tor %s', async (_, changes) => {
    const output = await verify(renderTorrc({ ...settings, ...changes }));
    expect(output).toContain('Configuration was valid');
    const complaints = output.match(/\[(?:warn|err)\].*/g) ?? [];
    const expected = /running Tor as root|TestingTorNetwork is set|You have used DirAuthority/;
    expect(complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
  });

  it('takes visitors who come by the address of Onionbalance, where that is asked for', async () => {
    const serviceDirectory = join(directory, 'backend');
    await mkdir(serviceDirectory, { mode: 0o700 });
    await writeFile(join(serviceDirectory, 'ob_config'), `MasterOnionAddress ${'a'.repeat(55)}d.onion\n`);
    const behind = { ...onion, serviceDirectory, isBehindFront: true, proofOfWork: undefined };
    const torrc = renderTorrc({ ...settings, services: [behind, desk] });
    expect(torrc.match(/^HiddenServiceOnionBalanceInstance 1$/gm)).toHaveLength(1);
    // tor looks at the address, and this one is nobody's.
    expect(await verify(torrc)).toMatch(/Configuration was valid|OnionBalance/);
    expect(renderTorrc(settings)).not.toContain('OnionBalance');
  });

  it('T28 opens a socket, and no port, to connect to others', async () => {
    // tor closes the directory of the keys to everybody else, so it has to be one of our own.
    const own = { socketPath: join(directory, 'socks'), keyDirectory: join(directory, 'keys') };
    await mkdir(own.keyDirectory, { mode: 0o700 });
    expect(await verify(renderTorrc({ ...settings, services: [], socks: own }))).toContain('Configuration was valid');
    const torrc = renderTorrc({
      ...settings,
      services: [],
      socks: { socketPath: '/run/a "b"', keyDirectory: '/run/keys' },
    });
    expect(torrc.match(/^SocksPort .*$/gm)).toEqual(['SocksPort unix:"/run/a \\"b\\"" ExtendedErrors']);
    expect(torrc).toMatch(/^ClientOnionAuthDir "\/run\/keys"$/m);
  });

  it('T28 opens no port, keeps the service anonymous and names no address', () => {
    const torrc = renderTorrc(settings);
    expect(torrc).toMatch(/^SocksPort 0$/m);
    expect(torrc).toMatch(/^ControlPort 0$/m);
    expect(torrc).toMatch(/^HiddenServiceExportCircuitID haproxy$/m);
    expect(torrc).not.toMatch(/SingleHop|NonAnonymous|0\.0\.0\.0|127\.0\.0\.1|SafeLogging 0/);
  });

  it.each([
    'HiddenServiceSingleHopMode 1',
    'hiddenservicenonanonymousmode 1',
    '  HiddenServiceSingleHop 1',
    '+SocksPort 9050',
    '/SocksPort',
    'ORPort 9001',
    'ControlPort 9051',
    'HiddenServiceDir /tmp/other',
    '%include /etc/tor/torrc',
    'Nickname a\nSocksPort 9050',
    'Nickname a\rSocksPort 9050',
    'Nickname a\u0000',
    'Nickname a \\',
  ])('refuses the extra line %j', (line) => {
    expect(() => renderTorrc({ ...settings, extraTorrc: [line] })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it.each(['\n', '\r', '\0', '\u0085'])('refuses a path with the control character %j', (character) => {
    const targetSocketPath = `/run/web${character}SocksPort 9050`;
    const services = [{ ...onion, targetSocketPath }];
    expect(() => renderTorrc({ ...settings, services })).toThrow(/control character/);
  });

  it.each([Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY])('refuses a queue rate of %d', (queueRate) => {
    const services = [{ ...onion, proofOfWork: { queueRate, queueBurst: 1 } }];
    expect(() => renderTorrc({ ...settings, services })).toThrow(/whole numbers/);
  });

  it('lets lines of the operator speak of the first service', () => {
    const torrc = renderTorrc({ ...settings, services: [onion, desk], extraTorrc: ['HiddenServiceMaxStreams 5'] });
    const [, ...services] = torrc.split('HiddenServiceDir ');
    expect(services.map((lines) => /^"[^"]*\/(\w+)"/.exec(lines)?.[1])).toEqual(['desk', 'onion']);
    expect(services[0]).not.toContain('PoW');
    expect(services[1]).toContain('HiddenServiceMaxStreams 5');
  });

  it('tells an operator to give the key to a service before it is there', async () => {
    const client = mintClientKey();
    const lines = renderOperatorTorrc([onion, { ...desk, client: { name: 'owner', publicKey: client.publicKey } }]);
    const file = '/var/lib/onioncast/tor/desk/authorized_clients/owner.auth';
    expect(lines).toContain(`#   echo descriptor:x25519:${client.publicKey} > ${file}\n`);
    expect(lines).not.toContain(client.privateKey);
    expect(lines.indexOf(file)).toBeLessThan(lines.indexOf('HiddenServiceDir'));
    expect(lines).toContain('#   /run/onioncast/web.sock rw,\n#   /run/onioncast/desk.sock rw,\n');
    expect(await verify(`SocksPort 0\nDataDirectory ${directory}\n${lines}`)).toContain('Configuration was valid');
  });

  it('gives an operator lines that their tor takes, and the line for AppArmor', async () => {
    const lines = renderOperatorTorrc([onion]);
    expect(lines).toContain('#   /run/onioncast/web.sock rw,');
    expect(renderOperatorTorrc([{ ...onion, targetSocketPath: '/run/on air/web.sock' }])).toContain(
      '#   "/run/on air/web.sock" rw,',
    );
    expect(renderOperatorTorrc([{ ...onion, targetSocketPath: "/on 'air'/run/web.sock" }])).toContain(
      `#   chmod 710 '/on '\\''air'\\''' && chmod 2710 '/on '\\''air'\\''/run'\n`,
    );
    expect(await verify(`SocksPort 0\nDataDirectory ${directory}\n${lines}`)).toContain('Configuration was valid');
  });
});
