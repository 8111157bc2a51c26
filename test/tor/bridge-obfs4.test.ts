import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findObfs4 } from '../../src/tor/bridges.ts';
import { TorControl } from '../../src/tor/control.ts';
import { builtProgram, runCommand } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';
import { descendantsOf, isRunning, listeningPorts, type ProcessFacts } from '../support/processes.ts';
import { inTime, onionGet } from '../support/socks.ts';
import { type DisguisedBridge, startTorNetwork, type TorNetwork } from '../support/tor-network.ts';
import { canTrace, traced } from '../support/traced-calls.ts';

const onlineMs = 90_000;

describe('a bridge of obfs4', () => {
  let place: string;
  let network: TorNetwork;
  let bridge: DisguisedBridge;
  let visits = 0;
  let tries = 0;
  let server: Onioncast | undefined;

  beforeAll(async () => {
    place = await mkdtemp(path.join(tmpdir(), 'onioncast-obfs4-'));
    network = await startTorNetwork();
    const program = await findObfs4(process.env['PATH'] ?? '');
    if (program === undefined) throw new Error('Nothing here speaks obfs4: install obfs4proxy.');
    bridge = await network.addBridge(program);
  });

  // Each case has a server and a directory of its own, a second try of one too.
  beforeEach(async () => {
    tries += 1;
    await server?.close();
    server = undefined;
  });

  afterAll(async () => {
    await server?.close();
    await network?.close();
    await rm(place, { recursive: true, force: true });
  });

  /** A file of this try alone. */
  function own(name: string): string {
    return path.join(place, `${tries}-${name}`);
  }

  /** The server at the bridge. It knows the network, so that it need not wait for it to be an hour old. */
  async function start(
    options: Pick<Parameters<typeof Onioncast.start>[0] & object, 'env' | 'within'> = {},
  ): Promise<Onioncast> {
    const data = own('data');
    await mkdir(path.join(data, 'tor'), { recursive: true, mode: 0o700 });
    await network.seedDataDirectory(path.join(data, 'tor'));
    await configure();
    server = await Onioncast.start({ data, args: ['--config', own('config.toml')], ...options });
    return server;
  }

  async function configure(): Promise<void> {
    const tor = [`extra_torrc = ${JSON.stringify(network.torrcLines)}`, `bridges = ["${bridge.line}"]`];
    await writeFile(own('config.toml'), ['source = "none"', '[tor]', ...tor, ''].join('\n'));
  }

  async function statusInTime(host: string): Promise<number> {
    const visit = async (): Promise<number> => {
      visits += 1;
      const [socksPort = 0] = network.socksPorts;
      return (await onionGet({ socksPort, host, path: '/', user: `visit${visits}`, timeoutMs: 20_000 })).status;
    };
    return await inTime(visit, () => network.newIdentity());
  }

  /** What speaks obfs4 for the tor of the server. */
  function disguiser({ pid }: Onioncast): ProcessFacts | undefined {
    return descendantsOf(pid).find(({ command }) => /(^|\/)(lyrebird|obfs4proxy)\0/u.test(command));
  }

  /** The relays to which its tor is connected. */
  async function firstHops({ data }: Onioncast): Promise<Set<string>> {
    const control = await TorControl.connect(path.join(data, 'tor', 'control'));
    try {
      await control.authenticate(path.join(data, 'tor', 'control_auth_cookie'));
      return new Set((await control.getInfo('orconn-status')).match(/[0-9A-F]{40}/gu));
    } finally {
      control.close();
    }
  }

  async function addressOf(running: Onioncast): Promise<string> {
    const { address = '' } = await running.event('tor', ({ state }) => state === 'online', onlineMs);
    return new URL(address).host;
  }

  /** A PATH with everything but what speaks obfs4. */
  async function pathWithoutObfs4(): Promise<string> {
    const programs = own('programs');
    await mkdir(programs);
    const directories = (process.env['PATH'] ?? '').split(path.delimiter);
    for (const name of ['ffmpeg', 'ffprobe', 'tor']) {
      const places = directories.map((directory) => path.join(directory, name));
      await symlink(places.find((file) => existsSync(file)) ?? name, path.join(programs, name));
    }
    return programs;
  }

  /** The one line of doctor about bridges, and what it says to do. */
  async function doctorOnBridges(env: Readonly<Record<string, string>> = {}): Promise<string> {
    const args = [builtProgram, 'doctor', '--config', own('config.toml')];
    const { stdout, stderr } = await runCommand(process.execPath, args, {
      env: { ONIONCAST_ENCODER_LADDER: '240p', ...env },
      cwd: place,
    });
    return /^.*Bridges.*\n(?: .*\n)?/mu.exec(stdout)?.[0] ?? `${stdout}${stderr}`;
  }

  it.runIf(canTrace())('carries the page, and is the only place to which anything of the server connects', async () => {
    const trace = own('trace');
    const running = await start({ within: traced('connect', trace) });
    expect(await statusInTime(await addressOf(running))).toBe(200);
    expect(await firstHops(running)).toEqual(new Set([bridge.fingerprint]));
    const program = disguiser(running);
    const [door = 0, ...others] = listeningPorts(program?.pid ?? 0);
    expect(others).toEqual([]);
    await running.close();
    const calls = (await readFile(trace, 'utf8')).split('\n').filter((line) => /AF_(?!UNIX)/u.test(line));
    const places = calls.map(
      (line) => /htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)/u.exec(line)?.slice(1).toReversed().join(':') ?? line,
    );
    expect(new Set(places)).toEqual(new Set([`127.0.0.1:${door}`, `127.0.0.1:${bridge.port}`]));
  });

  it('is found again when what speaks obfs4 was killed, and nothing of it is left at the end', async () => {
    const running = await start();
    const host = await addressOf(running);
    const before = disguiser(running)?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    const after = await vi.waitUntil(() => {
      const pid = disguiser(running)?.pid;
      return pid === before ? undefined : pid;
    }, patience);
    await network.newIdentity();
    expect(await statusInTime(host)).toBe(200);
    expect(await firstHops(running)).toEqual(new Set([bridge.fingerprint]));
    await running.close();
    expect(isRunning(after)).toBe(false);
  });

  it('is used or nothing is: without what speaks obfs4 no tor is started, and doctor says what helps', async () => {
    const env = { PATH: await pathWithoutObfs4() };
    const running = await start({ env });
    expect(await running.event('warning')).toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('apt install obfs4proxy'),
    });
    expect(await running.event('tor')).toMatchObject({ state: 'off' });
    expect(descendantsOf(running.pid).filter(({ command }) => /(^|\/)tor\0/u.test(command))).toEqual([]);
    expect((await fetch(running.url)).status).toBe(200);
    await running.close();
    expect(await doctorOnBridges(env)).toMatch(/nothing here speaks obfs4[^]*apt install obfs4proxy/u);
    expect(await doctorOnBridges()).toMatch(/1, 1 of them obfs4 by \/\S+/u);
  });
});
