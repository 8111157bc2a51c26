import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import { loadConfig } from '../config/load.ts';
import type { TorInstanceState } from '../serve-event.ts';
import { loadClients } from '../tor/onion-files.ts';
import type { OnionServicePlan } from '../tor/tor-service.ts';
import { knownOnions } from './onion-keys.ts';
import { onionSockets } from './onion-sockets.ts';
import { PrivateAddress } from './private-address.ts';
import { TorFleet } from './tor-fleet.ts';

let directory: string;
let fleets: TorFleet[];
let told: TorInstanceState[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'onioncast-fleet-'));
  fleets = [];
  told = [];
});

afterEach(async () => {
  for (const fleet of fleets) await fleet.close();
  await rm(directory, { recursive: true });
});

/** With the real tor, kept off the network. */
async function start(
  tor: readonly string[],
  { isEphemeral = false, services = [] as OnionServicePlan[] } = {},
): Promise<TorFleet> {
  const file = path.join(directory, 'onioncast.toml');
  await writeFile(file, ['[tor]', 'extra_torrc = ["DisableNetwork 1"]', ...tor, ''].join('\n'));
  const environment = { ONIONCAST_DATA: directory, ...(isEphemeral && { ONIONCAST_EPHEMERAL: 'true' }) };
  const config = loadConfig({ file, workingDirectory: directory, environment });
  const fleet = await TorFleet.prepare({
    ...{ config, dataDirectory: directory, sockets: onionSockets(config, directory), services },
    onChange: () => undefined,
    onTor: (state) => told.push(state),
    onFlow: () => undefined,
  });
  fleets.push(fleet);
  await fleet.start();
  await vi.waitUntil(() => fleet.state.tors.every(({ state }) => state === 'bootstrapping'), patience);
  return fleet;
}

async function torrc(...folders: string[]): Promise<string> {
  return await readFile(path.join(directory, 'tor', ...folders, 'torrc'), 'utf8');
}

describe('several tors with an address each', () => {
  it('have processes, sockets and keys of their own, and the keys stay together', async () => {
    const fleet = await start(['instances = 2']);
    const [one, other] = fleet.state.tors;
    expect([one?.number, other?.number]).toEqual([1, 2]);
    expect(one?.pid).not.toBe(other?.pid);
    expect((await knownOnions(directory)).map(({ name, secret }) => [name, secret.address])).toEqual([
      ['public', one?.address],
      ['second', other?.address],
    ]);
    const lines = await torrc('2');
    expect(lines).toContain(`DataDirectory "${directory}/tor/2"`);
    expect(lines).toContain(`HiddenServiceDir "${directory}/tor/second"`);
    expect(lines).toContain('/run/web-2.sock');
    expect(lines).toContain('HiddenServicePoWDefensesEnabled 1');
    expect(await torrc()).not.toContain('web-2.sock');
    expect((await stat(path.join(directory, 'tor', '2'))).mode & 0o777).toBe(0o700);
  });

  it('die one by one: the others go on, and the one comes back', async () => {
    const fleet = await start(['instances = 2']);
    const [one, other] = fleet.state.tors;
    process.kill(other?.pid ?? 0, 'SIGKILL');
    await vi.waitUntil(() => told.some(({ number, state }) => number === 2 && state === 'restarting'), patience);
    await vi.waitUntil(() => fleet.state.tors[1]?.state === 'bootstrapping', patience);
    expect(fleet.state.tors).toMatchObject([
      { pid: one?.pid, restarts: 0 },
      { restarts: 1, address: other?.address },
    ]);
    expect(fleet.state.tors[1]?.pid).not.toBe(other?.pid);
  });

  it('are taken out of use for newcomers one by one, but never all', async () => {
    const fleet = await start(['instances = 2']);
    expect(fleet.drain(3, true)).toBe('unknown-tor');
    expect(fleet.drain(2, false)).toBe('nothing-to-do');
    expect(fleet.drain(2, true)).toBeUndefined();
    expect(fleet.publicAddresses.map(({ isOpen }) => isOpen)).toEqual([false, false]);
    expect(fleet.drain(1, true)).toBe('last-tor');
    expect(told.at(-1)).toMatchObject({ number: 2, isDraining: true });
    expect(fleet.drain(2, false)).toBeUndefined();
    expect(fleet.drain(1, true)).toBeUndefined();
  });
});

describe('several tors and what else there is', () => {
  it('leave the desk and the publisher at the first one', async () => {
    const ingest = { name: 'ingest', targetSocketPath: path.join(directory, 'run', 'ingest.sock') };
    const fleet = await start(['instances = 2'], { services: [ingest] });
    expect(await torrc()).toContain('ingest.sock');
    expect(await torrc('2')).not.toContain('ingest');
    expect(fleet.statusOf('ingest').address).not.toBe(fleet.status.address);
    expect(fleet.publicAddresses.length).toBe(2);
  });

  it('have keys for this run alone where nothing is to be kept, and new ones the next time', async () => {
    const first = await start(['instances = 2'], { isEphemeral: true });
    const addresses = first.state.tors.map(({ address }) => address);
    expect(new Set(addresses).size).toBe(2);
    expect(await knownOnions(directory)).toEqual([]);
    await first.close();
    const next = await start(['instances = 2'], { isEphemeral: true });
    expect(next.state.tors.filter(({ address }) => addresses.includes(address))).toEqual([]);
  });

  it('T21 open to the same keys where nothing is to be kept', async () => {
    const fleet = await start(['private = true', 'instances = 2'], { isEphemeral: true });
    const keys = new PrivateAddress(directory, () => undefined);
    keys.follow(fleet.members.map(({ tor, service }) => ({ tor, services: [service] })));
    await keys.add('ann');
    const named = await Promise.all(
      fleet.members.map(async ({ tor, service }) => await tor.restricted.clientsOf(service).list()),
    );
    expect(named).toEqual([expect.arrayContaining(['ann']), expect.arrayContaining(['ann'])]);
  });
});

describe('several private tors', () => {
  it('T21 open to the same keys, those that were given while one of them was not there included', async () => {
    const single = await start(['private = true']);
    const keys = new PrivateAddress(directory, () => undefined);
    await keys.add('ann');
    await single.close();
    const fleet = await start(['private = true', 'instances = 2']);
    keys.follow(fleet.members.map(({ tor, service }) => ({ tor, services: [service] })));
    await keys.add('bob');
    const clients = async (name: string) => await loadClients(path.join(directory, 'tor', name));
    const [ofFirst, ofSecond] = [await clients('onion'), await clients('second')];
    expect(ofFirst.map(({ name }) => name)).toEqual(expect.arrayContaining(['ann', 'bob']));
    expect(ofSecond).toEqual(ofFirst);
  });
});

describe('several tors behind one address', () => {
  it('keep the address where it was, and are found by nobody by their own', async () => {
    const single = await start(['instances = 1']);
    const [{ address } = {}] = single.state.tors;
    await single.close();
    const binary = path.join(directory, 'onionbalance');
    await writeFile(binary, '#!/bin/sh\necho onionbalance v0.2.2\n', { mode: 0o755 });
    const fleet = await start(['instances = 2', 'spread = "onionbalance"', `onionbalance = "${binary}"`]);
    await vi.waitUntil(() => fleet.status.address !== undefined, patience);
    expect(fleet.status.address).toBe(address);
    expect(fleet.publicAddresses).toEqual([]);
    expect(fleet.state).toMatchObject({ spread: 'onionbalance', balance: { state: 'waiting', restarts: 0 } });
    for (const folders of [[], ['2']]) {
      const lines = await torrc(...folders);
      expect(lines).toContain('HiddenServiceOnionBalanceInstance 1');
      expect(lines).not.toMatch(/PoW|tor\/onion"/);
      const config = path.join(directory, 'tor', ...folders, 'temporary', 'backend', 'ob_config');
      expect(await readFile(config, 'utf8')).toBe(`MasterOnionAddress ${address}\n`);
    }
    // The keys of the services behind it are for this run alone, and nobody backs them up.
    expect((await knownOnions(directory)).map(({ name }) => name)).toEqual(['public']);
  });

  it('are refused without Onionbalance, with what to install', async () => {
    await expect(
      start(['instances = 2', 'spread = "onionbalance"', 'onionbalance = "./nothing"']),
    ).rejects.toMatchObject({ code: 'TOOL_MISSING', message: expect.stringContaining('apt install onionbalance') });
  });
});
