import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { onioncast } from '../support/command-line.ts';
import { ChatReader, type ManyTors, startManyTors } from '../support/many-tors.ts';
import { tell } from '../support/playback.ts';
import { descendantsOf } from '../support/processes.ts';
import { startTorNetwork, type TorNetwork } from '../support/tor-network.ts';

const viewers = 12;
const patienceMs = 300_000;
const patience = { timeout: patienceMs, interval: 500 };

/**
 * Onionbalance knows networks for tests with votes every 20 s alone, and takes a minute and a half to announce what it has found. Where it knows four
 * directories it can go in circles for ever, looking for one for the second replica that has not got the first, and it need not know all from the start.
 */
describe('two tors behind one address, by Onionbalance', () => {
  let network: TorNetwork;
  let many: ManyTors;
  let host: string;
  let people = 0;
  const readers: ChatReader[] = [];

  beforeAll(async () => {
    network = await startTorNetwork({ relays: 3, votingSeconds: 20 });
    many = await startManyTors(network, ['instances = 2', 'spread = "onionbalance"'], ['', '2', 'onionbalance']);
  });

  afterAll(async () => {
    for (const reader of readers) reader.close();
    await many?.close();
    await network?.close();
  });

  /** Somebody new, on a circuit of their own; asks again as a browser's person would. */
  async function read(): Promise<ChatReader> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      people += 1;
      try {
        const socksPort = network.socksPorts[0] ?? 0;
        const reader = await ChatReader.open({ socksPort, host, user: `person${people}`, timeoutMs: 15_000 });
        readers.push(reader);
        return reader;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(250);
      }
    }
  }

  async function say(text: string): Promise<void> {
    expect((await onioncast(many.server.data, ['say', text])).code).toBe(0);
    await Promise.all(readers.filter(({ isLost }) => !isLost).map((reader) => reader.until(text, 60_000)));
  }

  it('is found by the one address, and both carry its visitors', async () => {
    const startedAt = performance.now();
    const { address = '' } = await many.server.event('tor', ({ state }) => state === 'online', patienceMs);
    host = new URL(address).host;
    const announced = performance.now() - startedAt;
    await Promise.all(Array.from({ length: viewers }, read));
    tell(
      `Announced after ${(announced / 1000).toFixed(0)} s, ${viewers} viewers after ${((performance.now() - startedAt) / 1000).toFixed(0)} s.`,
    );
    // By chance all could have come to one.
    await vi.waitUntil(async () => {
      const { tors } = await many.tors();
      const carried = tors.map(({ circuits = 0 }) => circuits);
      const isShared = carried.every((circuits) => circuits > 0);
      if (!isShared && carried.some((circuits) => circuits > 0)) await read();
      if (isShared) tell(`Circuits of each tor: ${carried.join(' and ')}.`);
      return isShared;
    }, patience);
    await say('all can hear this');
  });

  it('has the viewers of a killed tor back by the other, and the others notice nothing', async () => {
    const { tors } = await many.tors();
    const before = [...readers];
    process.kill(tors[1]?.pid ?? 0, 'SIGKILL');
    const killedAt = performance.now();
    const isBack = many.server.nextEvent(
      'tor-instance',
      ({ number, state }) => number === 2 && state === 'online',
      patienceMs,
    );
    await vi.waitUntil(() => before.some(({ isLost }) => isLost), patience);
    await delay(1000);
    const lost = before.filter(({ isLost }) => isLost).length;
    const times = await Promise.all(
      Array.from({ length: lost }, async () => {
        await read();
        return (performance.now() - killedAt) / 1000;
      }),
    );
    tell(`${lost} of ${before.length} viewers lost; back after ${times.map((time) => time.toFixed(1)).join(', ')} s.`);
    expect(lost).toBeLessThan(before.length);
    await say('nobody is missing');
    await isBack;
    tell(`The killed tor was online again after ${((performance.now() - killedAt) / 1000).toFixed(1)} s.`);
    expect((await many.tors()).tors.map(({ restarts }) => restarts)).toEqual([0, 1]);
  });

  it('goes on when Onionbalance itself is killed, which is started again', async () => {
    const program = descendantsOf(many.server.pid).find(({ command }) =>
      /^(?:onionbalance\b|\S*python)/u.test(command),
    );
    process.kill(program?.pid ?? 0, 'SIGKILL');
    await vi.waitUntil(async () => {
      const { balance } = await many.tors();
      return balance?.state === 'running' && balance.restarts === 1;
    }, patience);
    await read();
    await say('the address is still there');
  });

  it('sends newcomers to the other when one is taken out of use, and who is there stays', async () => {
    const circuitsOfSecond = async (): Promise<number> => (await many.tors()).tors[1]?.circuits ?? 0;
    const there = readers.filter(({ isLost }) => !isLost);
    const startedAt = performance.now();
    await many.tors('drain', '2');
    // Where both took them, so many in a row would hardly come to the first by chance, which may have three of four.
    let inRow = 0;
    await vi.waitUntil(async () => {
      await network.newIdentity();
      const before = await circuitsOfSecond();
      await read();
      inRow = (await circuitsOfSecond()) > before ? 0 : inRow + 1;
      return inRow === 20;
    }, patience);
    tell(`Twenty newcomers in a row came to the other ${((performance.now() - startedAt) / 1000).toFixed(0)} s later.`);
    expect(there.filter(({ isLost }) => isLost)).toEqual([]);
    await say('nobody had to go');
  });
});
