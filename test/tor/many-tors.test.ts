import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onioncast } from '../support/command-line.ts';
import { ChatReader, type ManyTors, startManyTors } from '../support/many-tors.ts';
import { tell } from '../support/playback.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { inTime, onionGet, type OnionResponse } from '../support/socks.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const patienceMs = 60_000;

describe('two tors with an address each', () => {
  let network: TorNetwork;
  let many: ManyTors;
  let [first, second] = ['', ''];
  let people = 0;
  const readers: ChatReader[] = [];

  beforeAll(async () => {
    network = await startTorNetwork();
    await start();
  });

  afterAll(async () => {
    await stop();
    await network?.close();
  });

  // Who is there, who was sent where and what is in use is of the first try.
  beforeSecondTry(async () => {
    await stop();
    await start();
  });

  async function start(): Promise<void> {
    many = await startManyTors(network, ['instances = 2'], ['', '2']);
    [first = '', second = ''] = await Promise.all([1, 2].map(addressOf));
  }

  async function stop(): Promise<void> {
    for (const reader of readers.splice(0)) reader.close();
    await many?.close();
  }

  async function addressOf(number: number): Promise<string> {
    const isOnline = (event: { number: number; state: string }): boolean =>
      event.number === number && event.state === 'online';
    return (await many.server.event('tor-instance', isOnline, 90_000)).address ?? '';
  }

  /** Somebody new, on a circuit of their own. */
  function somebody(host: string) {
    people += 1;
    return { socksPort: network.socksPorts[0] ?? 0, host, user: `person${people}`, timeoutMs: 20_000 };
  }

  const newIdentity = (): Promise<void> => network.newIdentity();

  async function read(host: string): Promise<ChatReader> {
    const reader = await inTime(() => ChatReader.open(somebody(host)), newIdentity);
    readers.push(reader);
    return reader;
  }

  async function page(host: string): Promise<OnionResponse> {
    return await inTime(() => onionGet({ ...somebody(host), path: '/?script=0' }), newIdentity);
  }

  async function say(text: string): Promise<void> {
    expect((await onioncast(many.server.data, ['say', text])).code).toBe(0);
  }

  it('take newcomers in turn, and who loses one tor comes back by the other while its own comes back', async () => {
    const [one, two] = [await read(first), await read(first)];
    const sent = await page(first);
    expect([sent.status, sent.headers.location]).toEqual([302, `http://${second}/?script=0`]);
    const arrived = await page(second);
    expect(arrived.status).toBe(200);
    expect(arrived.body).toContain(`href="http://${first}/"`);
    const other = await read(second);

    const { tors } = await many.tors();
    const isBack = many.server.nextEvent(
      'tor-instance',
      ({ number, state }) => number === 1 && state === 'online',
      90_000,
    );
    process.kill(tors[0]?.pid ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    await Promise.all([one.lost(patienceMs), two.lost(patienceMs)]);
    const back = await read(second);
    const byOther = performance.now() - killedAt;
    await say('one tor is gone');
    await Promise.all([other, back].map((reader) => reader.until('one tor is gone', patienceMs)));

    expect((await isBack).address).toBe(first);
    await network.newIdentity();
    const home = await read(first);
    tell(
      `Viewers of a killed tor: back by the other address after ${(byOther / 1000).toFixed(1)} s, ` +
        `by their own after ${((performance.now() - killedAt) / 1000).toFixed(1)} s.`,
    );
    await say('both are there');
    await Promise.all([home, other, back].map((reader) => reader.until('both are there', patienceMs)));
    const after = await many.tors();
    expect(after.tors.map(({ restarts }) => restarts)).toEqual([1, 0]);
    expect(after.tors[1]?.pid).toBe(tors[1]?.pid);
  });

  it('are taken out of use one by one: newcomers go elsewhere, and who is there stays', async () => {
    const reader = await read(second);
    expect((await many.tors('drain', '2')).tors[1]).toMatchObject({ state: 'online', isDraining: true });
    expect((await page(second)).headers.location).toBe(`http://${first}/?script=0`);
    expect((await page(first)).status).toBe(200);
    const refused = await onioncast(many.server.data, ['tor', 'drain', '1']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('[last-tor]')]);
    await say('still here');
    await reader.until('still here', patienceMs);
    const health = await (await fetch(`${many.server.url}/healthz`)).json();
    expect(health).toMatchObject({ tors: { spread: 'links', tors: [{ isDraining: false }, { isDraining: true }] } });
  });
});
