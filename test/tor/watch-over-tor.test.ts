import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { onioncast } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';
import { descendantsOf } from '../support/processes.ts';
import { inTime, onionGet, type SocksTarget, socksConnect } from '../support/socks.ts';
import { pictureMoves, say, textAppears } from '../support/watching.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

/** Opens a stream, sends what is no request, and waits for its end. */
async function sendNonsense(target: SocksTarget): Promise<void> {
  const socket = await socksConnect(target);
  const over = once(socket, 'close');
  socket.resume().on('error', () => undefined);
  socket.write('nonsense\r\n\r\n');
  await over;
}

const cases: { browser: BrowserName; script: boolean }[] = [
  { browser: 'chromium', script: true },
  { browser: 'firefox', script: true },
  { browser: 'firefox', script: false },
];

describe('the onion service, through a network of real tors', () => {
  let data: string;
  let network: TorNetwork;
  let server: Onioncast;
  let onion: string;

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-tor-'));
    network = await startTorNetwork();
    await mkdir(path.join(data, 'tor'), { mode: 0o700 });
    await network.seedDataDirectory(path.join(data, 'tor'));
    const config = path.join(data, 'onioncast.toml');
    await writeFile(config, `[tor]\nextra_torrc = ${JSON.stringify(network.torrcLines)}\n`);
    server = await Onioncast.start({ data, args: ['--config', config] });
    const online = await server.event('tor', (event) => event.state === 'online', 90_000);
    onion = online.address ?? '';
    await server.event('stream', (event) => event.state === 'live');
  });

  afterAll(async () => {
    await server?.close();
    await network?.close();
    await rm(data, { recursive: true, force: true });
  });

  const newIdentity = (): Promise<void> => network.newIdentity();

  for (const { browser, script } of cases) {
    it(`shows the page, a moving picture and a message there and back in ${browser} ${script ? 'with' : 'without'} script`, async () => {
      const socksPort = network.socksPorts[0] ?? 0;
      const page = await openBrowser(browser, { script, socksPort, preferences: script ? {} : likeTorBrowser() });
      try {
        await inTime(() => page.goto(onion), newIdentity);
        await pictureMoves(page, 60_000);
        const text = `over Tor from ${browser} ${script}`;
        await say(page, text);
        await textAppears(page, text, 60_000);
      } finally {
        await page.close();
      }
    });
  }

  it('tells the operator how tor is: its way into the network, uploads, introduction points, circuits and proof of work', async () => {
    const counted = await server.event('circuits', ({ introductionPoints }) => introductionPoints > 0, 60_000);
    expect(counted.descriptorUploads).toBeGreaterThan(0);
    expect(counted.effort).toBe(0);
    const health = await (await fetch(`${server.url}/healthz`)).json();
    expect(health).toMatchObject({
      tor: { state: 'ready', progress: 100, descriptorUploads: counted.descriptorUploads },
      circuits: { introductionPoints: counted.introductionPoints, visitors: expect.any(Number), suggestedEffort: 0 },
    });
    const { stdout } = await onioncast(data, ['status']);
    expect(stdout).toMatch(/^tor +ready, 100 %, [1-9]\d* descriptor uploads$/mu);
    expect(stdout).toMatch(/^circuits +\d+, [1-9]\d* introduction points, proof of work 0$/mu);
  });

  it('T15 closes the circuit of a visitor who goes on sending what is no request, and of nobody else', async () => {
    const target = { socksPort: network.socksPorts[0] ?? 0, host: new URL(onion).hostname, user: 'hostile' };
    const honest = await inTime(() => socksConnect({ ...target, user: 'honest' }), newIdentity);
    let receivedBytes = 0;
    honest.on('data', (bytes: Buffer) => (receivedBytes += bytes.length));
    honest.write(`GET /stream.mp4 HTTP/1.1\r\nHost: ${target.host}\r\n\r\n`);
    try {
      // The circuit may be closed before the last of them has come.
      await Promise.allSettled(Array.from({ length: 12 }, async () => await sendNonsense(target)));
      // Its connections would be dropped for a minute if the next one did not come by another circuit.
      const deadline = performance.now() + 90_000;
      const answer = async () => await onionGet({ ...target, path: '/' }).catch(() => undefined);
      let last = await answer();
      while (last?.status !== 200 && performance.now() < deadline) last = await answer();
      expect(last?.status).toBe(200);
      const soFar = receivedBytes;
      while (receivedBytes === soFar && performance.now() < deadline) await once(honest, 'data');
      expect(honest.destroyed).toBe(false);
    } finally {
      honest.destroy();
    }
  });

  it('comes back by itself at the same address when its tor is killed, while the local page goes on', async () => {
    const tor = descendantsOf(server.pid).find((facts) => /(^|\/)tor\0/u.test(facts.command));
    const again = server.nextEvent('tor', (event) => event.state === 'online', 90_000);
    process.kill(tor?.pid ?? 0, 'SIGKILL');
    await server.nextEvent('tor', (event) => event.state === 'restarting');
    expect((await fetch(`${server.url}/`)).status).toBe(200);
    expect((await again).address).toBe(onion);
  });
});
