import { afterEach, expect, it } from 'vitest';
import { onioncast } from '../support/command-line.ts';
import { Onioncast } from '../support/onioncast.ts';

const servers: Onioncast[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(env: Readonly<Record<string, string>>): Promise<Onioncast> {
  const server = await Onioncast.start({ env });
  servers.push(server);
  return server;
}

async function stateOf(server: Onioncast): Promise<string> {
  const { stream } = JSON.parse(await (await fetch(`${server.url}/healthz`)).text());
  return stream.state;
}

it('shows nothing before the broadcast begins, the picture then, and nothing after it has ended', async () => {
  const server = await start({ ONIONCAST_SCHEDULE_START: '12h', ONIONCAST_SCHEDULE_STOP: '20h' });
  const schedule = async (...args: string[]) => await onioncast(server.data, ['schedule', ...args]);
  expect((await schedule('show')).stdout).toMatch(/nobody sees anything\.\nIt begins at .* UTC\.\nIt ends at /);
  expect(await stateOf(server)).toBe('offline');
  const page = await (await fetch(server.url)).text();
  expect(page).toContain('The broadcast has not started yet.');
  expect(await schedule('confirm')).toMatchObject({ code: 1, stderr: expect.stringContaining('[not-on-air]') });
  const live = server.nextEvent('stream', ({ state }) => state === 'live');
  expect((await schedule('begin')).stdout).toMatch(/^The broadcast is on\.\nIt ends at /);
  await live;
  expect(await schedule('set', '--start', '1h')).toMatchObject({ code: 1, stderr: expect.stringMatching(/is-on-air/) });
  expect(await schedule('set', '--stop', 'soon')).toMatchObject({ code: 1, stderr: expect.stringMatching(/moment/) });
  const ended = server.nextEvent('stream', ({ state }) => state === 'ended');
  expect((await schedule('end')).stdout).toBe('The broadcast is over: as was asked for.\n');
  await ended;
  expect(await stateOf(server)).toBe('ended');
  const again = server.nextEvent('stream', ({ state }) => state === 'live');
  expect(JSON.parse((await schedule('begin', '--json')).stdout)).toEqual({ phase: 'open' });
  await again;
});

it('ends when nobody confirms, and says so', async () => {
  const server = await start({ ONIONCAST_SOURCE: 'none', ONIONCAST_SCHEDULE_CONFIRM: '2s' });
  await server.event('note', ({ message }) => /nobody has confirmed for 2s/.test(message));
  const { stdout } = await onioncast(server.data, ['schedule']);
  expect(stdout).toBe('The broadcast is over: nobody confirmed.\n');
});
