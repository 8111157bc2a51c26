import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { operations } from '../../src/http/control/operations.ts';
import { TorControl } from '../../src/tor/control.ts';
import { builtProgram, onioncast, runCommand } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';
import { inTime, onionGet } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

let place: string;
let network: TorNetwork;
let visits = 0;
let tries = 0;
const servers: Onioncast[] = [];

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'onioncast-addresses-'));
  network = await startTorNetwork();
});

// Each case has servers and directories of its own, a second try of one too.
beforeEach(async () => {
  tries += 1;
  for (const server of servers.splice(0)) await server.close();
});

afterAll(async () => {
  for (const server of servers) await server.close();
  await network?.close();
  await rm(place, { recursive: true, force: true });
});

/** A path of this try alone. */
function own(name: string): string {
  return path.join(place, `${tries}-${name}`);
}

/** A server with a data directory of this name, and further lines of configuration. */
async function start(
  name: string,
  tor: readonly string[],
  more: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<Onioncast> {
  const data = own(name);
  await mkdir(path.join(data, 'tor'), { recursive: true, mode: 0o700 });
  await network.seedDataDirectory(path.join(data, 'tor'));
  const config = own(`${name}.toml`);
  const lines = ['source = "none"', '[tor]', `extra_torrc = ${JSON.stringify(network.torrcLines)}`, ...tor, ...more];
  await writeFile(config, `${lines.join('\n')}\n`);
  const server = await Onioncast.start({ data, args: ['--config', config, ...flags] });
  servers.push(server);
  return server;
}

async function addressOf(server: Onioncast, kind: 'tor' | 'temporary'): Promise<string> {
  const { address = '' } = await server.event(kind, ({ state }) => state === 'online', 90_000);
  return new URL(address).host;
}

/** A page, on a circuit of its own. */
async function statusAt(host: string, timeoutMs = 20_000): Promise<number> {
  visits += 1;
  const [socksPort = 0] = network.socksPorts;
  return (await onionGet({ socksPort, host, path: '/', user: `visit${visits}`, timeoutMs })).status;
}

async function statusInTime(host: string): Promise<number> {
  return await inTime(
    () => statusAt(host),
    () => network.newIdentity(),
  );
}

/** Where a server that keeps nothing has what it needs for the time. */
async function passingPlaceOf(server: Onioncast): Promise<string> {
  const { message } = await server.event('note', ({ message }) => message.includes('--data '));
  return message.slice(message.indexOf('--data ') + '--data '.length);
}

/** A relay of the network, as a bridge. */
function bridge(): { line: string; fingerprint: string } {
  const words = /DirAuthority \S+ orport=(\d+) .* ([0-9A-F]{40})$/m.exec(network.torrcLines.join('\n')) ?? [];
  const [, port = '', fingerprint = ''] = words;
  return { line: `127.0.0.1:${port} ${fingerprint}`, fingerprint };
}

/** The relays to which the tor of a server is connected. */
async function firstHops(server: Onioncast): Promise<string> {
  const control = await TorControl.connect(path.join(server.data, 'tor', 'control'));
  try {
    await control.authenticate(path.join(server.data, 'tor', 'control_auth_cookie'));
    return await control.getInfo('orconn-status');
  } finally {
    control.close();
  }
}

let address: string;
/** The data of the server that was there first. */
let first: string;

it('is published through a bridge and by no other way, with a second address for this run alone', async () => {
  const { line, fingerprint } = bridge();
  const server = await start('first', [`bridges = ["${line}"]`, 'temporary = true']);
  first = server.data;
  address = await addressOf(server, 'tor');
  const temporary = await addressOf(server, 'temporary');
  expect(temporary).not.toBe(address);
  expect([await statusInTime(address), await statusInTime(temporary)]).toEqual([200, 200]);
  const hops = (await firstHops(server)).match(/\$[0-9A-F]{40}/gu) ?? [];
  expect(new Set(hops)).toEqual(new Set([`$${fingerprint}`]));
  const shown = await runCommand(process.execPath, [
    ...[builtProgram, 'onion', 'show', '--json', '--data', server.data],
    ...['--config', own('first.toml')],
  ]);
  expect(JSON.parse(shown.stdout).addresses).toMatchObject([
    { name: 'public', address, state: 'online' },
    { name: 'temporary', address: temporary, state: 'online' },
  ]);
});

it('T27 is found at the same address after a backup was restored elsewhere, and goes when its time is over', async () => {
  const file = own('keys.backup');
  const before = own('first');
  await cp(first, before, {
    recursive: true,
    filter: (source) => !source.endsWith('.sock') && !source.endsWith('control'),
  });
  const secret = 'five words that nobody guesses\n';
  const onion = async (...args: string[]) =>
    await runCommand(process.execPath, [builtProgram, 'onion', ...args, '--passphrase-file', '-'], { input: secret });
  expect((await onion('backup', file, '--data', before)).code).toBe(0);
  await rm(before, { recursive: true });
  expect((await onion('restore', file, '--data', own('second'))).code).toBe(0);
  const server = await start('second', [], ['[schedule]', 'stop = "12h"', 'take_down = true']);
  expect(await addressOf(server, 'tor')).toBe(address);
  await network.newIdentity();
  expect(await statusInTime(address)).toBe(200);

  expect((await onioncast(server.data, ['schedule', 'set', '--stop', '1s'])).code).toBe(0);
  await server.event('tor', ({ state }) => state === 'off');
  await expect(statusAt(address, 5000)).rejects.toThrow(Error);
  // The page of this machine is still there.
  expect((await fetch(server.url)).status).toBe(200);
});

it('T21 is private too where nothing is kept, and so is the second address of a run: what they have for the time goes with them', async () => {
  const [passing, lasting] = await Promise.all([
    start('passing', ['private = true'], [], ['--ephemeral']),
    start('third', ['private = true', 'temporary = true']),
  ]);
  const hosts = [
    { server: passing, data: await passingPlaceOf(passing), host: await addressOf(passing, 'tor') },
    { server: lasting, data: lasting.data, host: await addressOf(lasting, 'temporary') },
  ];
  for (const { server, data, host } of hosts) {
    await expect(statusAt(host)).rejects.toThrow(/SOCKS/);
    const { stdout } = await onioncast(data, ['invite', '--json', '--key', 'Ann']);
    await network.unlock(0, host, operations.inviteGuest.output.parse(JSON.parse(stdout)).key ?? '');
    expect(await statusInTime(host)).toBe(200);
    await server.close();
  }
  await expect(stat(hosts[0]?.data ?? '')).rejects.toThrow(/ENOENT/);
  await expect(stat(path.join(lasting.data, 'tor', 'temporary'))).rejects.toThrow(/ENOENT/);
});
