import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintClientKey } from '../../src/tor/client-key.ts';
import { Onioncast } from '../support/onioncast.ts';
import { inTime, onionGet, type OnionResponse } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');

/** Visitors, each with a tor of their own. */
const [stranger, owner, guesser] = [0, 1, 2];

describe('the onion service of the broadcaster', () => {
  let data: string;
  let config: string;
  let network: TorNetwork;
  let server: Onioncast;

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-tor-'));
    network = await startTorNetwork({ clients: 3 });
    await mkdir(path.join(data, 'tor'), { mode: 0o700 });
    await network.seedDataDirectory(path.join(data, 'tor'));
    config = path.join(data, 'onioncast.toml');
    await writeFile(
      config,
      `[tor]\nextra_torrc = ${JSON.stringify(network.torrcLines)}\n[broadcaster]\ndoor = "desk"\n`,
    );
    server = await start();
  });

  afterAll(async () => {
    await server?.close();
    await network?.close();
    await rm(data, { recursive: true, force: true });
  });

  async function start(): Promise<Onioncast> {
    const started = await Onioncast.start({ data, args: ['--config', config] });
    await started.event('tor', (event) => event.state === 'online', 90_000);
    await started.event('desk', (event) => event.state === 'online', 90_000);
    return started;
  }

  async function publicHost(): Promise<string> {
    const { address = '' } = await server.event('tor', (event) => event.state === 'online');
    return new URL(address).host;
  }

  /** What `onioncast desk` tells. */
  async function tellDesk(...flags: string[]): Promise<{ host: string; key: string; line: string }> {
    const args = [program, 'desk', '--config', config, '--data', data, ...flags];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: data });
    const host = /^ {2}Address {2}http:\/\/(\S+)\/broadcaster$/m.exec(stdout)?.[1] ?? '';
    const key = /^ {2}Key {6}([A-Z2-7]{52})$/m.exec(stdout)?.[1] ?? '';
    return { host, key, line: /^ {2}(\S+:descriptor:x25519:\S+)$/m.exec(stdout)?.[1] ?? '' };
  }

  let visits = 0;

  /** A page, on a circuit of its own. */
  async function attempt(client: number, host: string, target: string): Promise<OnionResponse> {
    const socksPort = network.socksPorts[client] ?? 0;
    visits += 1;
    return await onionGet({ socksPort, host, path: target, user: `visit${visits}`, timeoutMs: 30_000 });
  }

  async function visit(client: number, host: string, target: string): Promise<OnionResponse> {
    return await inTime(
      () => attempt(client, host, target),
      () => network.newIdentity(client),
    );
  }

  /** With all that this client's tor knows, asking again as a person would. Resolves only if it is not refused each time. */
  async function insist(client: number, host: string, target: string): Promise<OnionResponse> {
    for (let left = 3; left > 0; left -= 1) {
      const answer = await attempt(client, host, target).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    return await attempt(client, host, target);
  }

  it('tells address and key once, and again to whoever asks on this machine', async () => {
    const online = await server.event('desk', (event) => event.state === 'online');
    const told = await tellDesk();
    expect(online).toMatchObject({ address: `http://${told.host}/`, clientKey: told.key });
    expect(told.line).toBe(`${told.host.replace('.onion', '')}:descriptor:x25519:${told.key}`);
    expect(told.host).not.toBe(await publicHost());
    const health = await (await fetch(`${server.url}/healthz`)).text();
    expect(JSON.parse(health)).toMatchObject({ tor: { state: 'ready' }, desk: { state: 'ready' } });
    expect(health).not.toContain(told.host);
  });

  it('opens to the key alone, and serves everything there', async () => {
    const { host, key } = await tellDesk();
    await network.unlock(owner, host, key);
    expect(await visit(owner, host, '/broadcaster')).toMatchObject({
      status: 200,
      body: expect.stringContaining('type="password"'),
    });
    expect((await visit(owner, host, '/')).status).toBe(200);
    expect((await visit(owner, host, '/chat/form')).status).toBe(200);
    await network.unlock(guesser, host, mintClientKey().privateKey);
    // The service can be found, as the owner has just shown: tor's answer is about these two.
    await expect(insist(stranger, host, '/')).rejects.toThrow(/SOCKS: reply/);
    await expect(insist(guesser, host, '/')).rejects.toThrow(/SOCKS: reply/);
  });

  it('leaves no desk on the public onion', async () => {
    const host = await publicHost();
    expect((await visit(stranger, host, '/')).status).toBe(200);
    const [desk, nowhere] = [await visit(stranger, host, '/broadcaster'), await visit(stranger, host, '/nowhere')];
    expect(desk.status).toBe(404);
    expect(desk.body).toBe(nowhere.body);
  });

  it('opens to a new key and no longer to the old one, at the same address', async () => {
    // A first try may have ended between two servers.
    if (server.hasExited) server = await start();
    const old = await tellDesk();
    await expect(tellDesk('--new-key')).rejects.toThrow(/is running/);
    await server.close();
    const renewed = await tellDesk('--new-key');
    expect(renewed.host).toBe(old.host);
    expect(renewed.key).not.toBe(old.key);
    server = await start();
    const again = await server.event('desk', (event) => event.state === 'online');
    expect(again).toEqual({ kind: 'desk', state: 'online' });
    await network.unlock(stranger, renewed.host, renewed.key);
    expect((await visit(stranger, renewed.host, '/broadcaster')).status).toBe(200);
    // Without a new identity: with all that the owner's tor still knows from before.
    await expect(insist(owner, old.host, '/broadcaster')).rejects.toThrow(Error);
  });
});
