import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/http/control/operations.ts';
import { onioncast } from '../support/command-line.ts';
import { logIn } from '../support/onion-server.ts';
import { Onioncast } from '../support/onioncast.ts';
import type { RawConnection } from '../support/raw-http.ts';
import { RawVisitor } from '../support/raw-visitor.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { bridgeOver } from '../support/tor-bridge.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

/** Visitors, each with a tor of their own. */
const clients = { ann: 0, bob: 1, stranger: 2 };
type Client = keyof typeof clients;

interface Guest {
  readonly visitor: RawVisitor;
  readonly chat: RawConnection;
}

describe('a private stream', () => {
  let data: string;
  let network: TorNetwork;
  let server: Onioncast | undefined;
  let host: string;
  let ann: Guest | undefined;
  let bob: Guest | undefined;
  const closers: (() => void)[] = [];
  const keys = new Map<string, string>();
  const links = new Map<string, string>();

  beforeAll(async () => {
    network = await startTorNetwork({ clients: 3 });
    await begin();
  });

  afterAll(async () => {
    await end();
    await network?.close();
  });

  // Another address, at which nobody has been invited yet.
  beforeSecondTry(async () => {
    await end();
    await begin();
  });

  async function begin(): Promise<void> {
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-tor-'));
    await mkdir(path.join(data, 'tor'), { mode: 0o700 });
    await network.seedDataDirectory(path.join(data, 'tor'));
    const config = `[tor]\nprivate = true\nextra_torrc = ${JSON.stringify(network.torrcLines)}\n[access]\nmode = "members"\n`;
    await writeFile(path.join(data, 'onioncast.toml'), config);
  }

  async function end(): Promise<void> {
    for (const close of closers.splice(0)) close();
    await server?.close();
    [server, ann, bob] = [undefined, undefined, undefined];
    await rm(data, { recursive: true, force: true });
  }

  async function publish(): Promise<void> {
    server = await Onioncast.start({ data, args: ['--tor'], env: { ONIONCAST_SOURCE: 'none' } });
    const online = await server.event('tor', ({ state }) => state === 'online', 90_000);
    host = new URL(online.address ?? '').host;
  }

  /** Two who have been invited have come in and stay, unless they are there already. */
  async function inside(): Promise<{ ann: Guest; bob: Guest }> {
    if (server === undefined) {
      await invite('Ann');
      await invite('Bob');
      await publish();
    }
    if (ann === undefined || bob === undefined) {
      await network.unlock(clients.ann, host, keys.get('Ann') ?? '');
      await network.unlock(clients.bob, host, keys.get('Bob') ?? '');
      // The key opens the address, the link the door behind it.
      expect(await seen('ann', isGate)).toBe(403);
      [ann, bob] = [await comeIn('ann', 'Ann'), await comeIn('bob', 'Bob')];
    }
    return { ann, bob };
  }

  async function invite(name: string, ...flags: string[]): Promise<void> {
    const { code, stdout, stderr } = await onioncast(data, ['invite', '--json', name, ...flags]);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
    const { key, path: link } = operations.inviteGuest.output.parse(JSON.parse(stdout));
    if (key !== undefined) keys.set(name, key);
    if (link !== undefined) links.set(name, link);
  }

  async function revoke(name: string): Promise<void> {
    const { code, stderr } = await onioncast(data, ['invite', '--revoke', name]);
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  }

  let circuits = 0;

  /** A browser of this client, on a circuit of its own. */
  async function browser(client: Client): Promise<{ visitor: RawVisitor; refusal: () => Error | undefined }> {
    circuits += 1;
    const bridge = await bridgeOver(network.socksPorts[clients[client]] ?? 0, host, `circuit${circuits}`);
    closers.push(() => bridge.close());
    return { visitor: new RawVisitor({ port: bridge.port }, host), refusal: () => bridge.failure };
  }

  /**
   * What a client that knows nobody here is told; tor's refusal where it does not even find the address. Asks again as a person would: for a refusal with all that its
   * tor knows, for the gate with another identity, since a tor that has asked each directory in vain asks none for a quarter of an hour.
   */
  async function seen(
    client: Client,
    isExpected: (answer: number | string) => boolean,
    tries = isExpected === isGate ? 30 : 8,
  ): Promise<number | string> {
    for (let left = tries; ; left -= 1) {
      const { visitor, refusal } = await browser(client);
      const answer = await visitor.get('/').then(
        ({ status }) => status,
        () => refusal()?.message ?? 'cut off',
      );
      if (isExpected(answer) || left <= 1) return answer;
      if (isExpected !== isGate) continue;
      await network.newIdentity(clients[client]);
      await delay(1000);
    }
  }

  /**
   * Waits until one client is refused while another one, which has come by the same introduction points, finds the address: three times in a row, as either
   * may be refused once while tor exchanges them.
   */
  async function untilDivided(out: Client, inside: Client): Promise<void> {
    let inRow = 0;
    for (let round = 0; inRow < 3; round += 1) {
      if (round === 40) throw new Error(`${out} still finds the address, or ${inside} does not`);
      const isDivided = isGate(await seen(inside, isGate)) && isShutOut(await seen(out, isShutOut, 1));
      inRow = isDivided ? inRow + 1 : 0;
    }
  }

  const isShutOut = (answer: number | string): boolean =>
    typeof answer === 'string' && answer.startsWith('SOCKS: reply');
  const isGate = (answer: number | string): boolean => answer === 403;

  /** Comes in by the link of this name, and stays in the chat. */
  async function comeIn(client: Client, name: string): Promise<Guest> {
    const { visitor } = await browser(client);
    expect((await visitor.fill(links.get(name) ?? '', {})).status).toBe(303);
    const chat = await visitor.open('/chat');
    closers.push(() => chat.close());
    expect(chat.received).toContain('200 OK');
    return { visitor, chat };
  }

  it('keeps the public half of a key alone, for its owner’s eyes, also before the address exists', async () => {
    await invite('Ann');
    await invite('Bob');
    const directory = path.join(data, 'tor/onion/authorized_clients');
    expect((await readdir(directory)).sort()).toEqual(['Ann.auth', 'Bob.auth', '_nobody.auth']);
    for (const file of await readdir(directory)) {
      expect((await stat(path.join(directory, file))).mode & 0o777).toBe(0o600);
      expect(await readFile(path.join(directory, file), 'utf8')).toMatch(/^descriptor:x25519:[A-Z2-7]{52}\n$/u);
    }
    expect(keys.get('Ann')).toMatch(/^[A-Z2-7]{52}$/u);
    expect((await onioncast(data, ['invite', 'ann'])).stderr).toContain('invited by this name already');
    expect((await onioncast(data, ['invite', '../x'])).stderr).toContain('letters');
    await publish();
  });

  it('T21 opens to those who have a key, and to everybody else there is nothing', async () => {
    const { ann } = await inside();
    expect((await ann.visitor.get('/')).status).toBe(200);
    expect(await seen('stranger', isShutOut)).toMatch(/^SOCKS: reply/u);
  });

  it('is closed to somebody at once whose invitation is taken back, and the others stay', async () => {
    const { ann, bob } = await inside();
    await revoke('Ann');
    await ann.chat.untilClosed(60_000);
    // Without a new identity: with all that their tor still knows from before. The descriptor it has kept leads nowhere within seconds.
    await untilDivided('ann', 'bob');
    expect((await bob.visitor.get('/')).status).toBe(200);
    expect(bob.chat.isClosed).toBe(false);
  });

  it('lets somebody in while it runs, and cuts everybody off for a moment where nobody knows who came by a key', async () => {
    const { bob } = await inside();
    await invite('Cid', '--key');
    await network.unlock(clients.ann, host, keys.get('Cid') ?? '');
    expect(await seen('ann', isGate)).toBe(403);
    await revoke('Cid');
    await bob.chat.untilClosed(60_000);
    await untilDivided('ann', 'bob');
    // The cookie is as good as before.
    const { visitor } = await browser('bob');
    for (const [name, value] of bob.visitor.cookies) visitor.cookies.set(name, value);
    expect((await visitor.get('/')).status).toBe(200);
  });

  it('opens to a password as well, for those who find the address', async () => {
    await inside();
    const { stdout } = await onioncast(data, ['invite', '--password', '--json']);
    const { password = '' } = operations.setDoorPassword.output.parse(JSON.parse(stdout));
    const local = new URL(server?.url ?? '');
    const login = server?.events.find((event) => event.kind === 'login');
    const desk = await logIn(new RawVisitor({ port: Number(local.port) }, local.host), login?.password ?? '');
    const changed = await desk.fill('/broadcaster/access', { do: 'door', mode: 'password', tripcodes: '' });
    expect(changed.status).toBe(303);
    const { visitor } = await browser('bob');
    expect((await visitor.fill('/', { password: 'guess' })).status).toBe(403);
    expect((await visitor.fill('/', { password })).status).toBe(303);
    expect((await visitor.get('/chat/form')).status).toBe(200);
    expect(await seen('stranger', isShutOut)).toMatch(/^SOCKS: reply/u);
  });
});
