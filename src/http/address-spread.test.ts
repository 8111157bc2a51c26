import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { type Entrance, RawConnection } from '../../test/support/raw-http.ts';
import { RawVisitor } from '../../test/support/raw-visitor.ts';
import { type PublicAddress, Spread } from '../admission/spread.ts';
import { defaultCircuitLimits } from '../admission/circuits.ts';
import { catalogues } from '../views/texts/catalogues.ts';
import { AddressSpread, addressesElsewhere } from './address-spread.ts';
import { visitorCircuitOf } from './connection.ts';
import { Places } from './place.ts';
import { pageRoute } from './routes/place.ts';
import { WebServer } from './server.ts';

const hosts = ['b', 'c'].map((letter) => `${letter.repeat(55)}d.onion`);
const evening = `${'e'.repeat(55)}d.onion`;
const [first = '', second = ''] = hosts;

let directory: string;
let server: WebServer;
let open: boolean[];
let visitors: number[];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spread-'));
  open = [true, true];
  visitors = [10, 0];
  const addresses = (): PublicAddress[] => hosts.map((address, tor) => ({ address, isOpen: open[tor] === true }));
  const places = new Places({
    secret: randomBytes(32),
    random: randomBytes,
    catalogues,
    language: 'en',
    keepSeconds: 3600,
  });
  const spread = new AddressSpread({
    ...{ spread: new Spread(), places, addresses },
    visitorsBy: (tor) => visitors[tor] ?? 0,
    now: () => 0,
  });
  server = new WebServer({
    onion: { socketPath: socketOf(0), more: [socketOf(1)] },
    places,
    gate: { guard: (request, reply) => spread.guard(request, reply) },
    limits: { circuit },
  });
  server.setOnionAddresses([...hosts, evening]);
  server.app.get('/', pageRoute, (request, reply) => {
    places.welcome(request, reply);
    return reply.send(JSON.stringify([visitorCircuitOf(request), addressesElsewhere(addresses(), request)]));
  });
  server.app.get('/chat', pageRoute, (_request, reply) => reply.send('chat'));
  await server.listen();
});

afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

/** Few enough connections for a test to come to their end. */
const circuit = { ...defaultCircuitLimits, connections: 4 };

function socketOf(tor: number): string {
  return path.join(directory, `${tor}.sock`);
}

function by(tor: number, circuitId = 7): Entrance {
  return { socketPath: socketOf(tor), circuitId };
}

function at(tor: number, host = hosts[tor] ?? ''): RawVisitor {
  return new RawVisitor(by(tor), host);
}

it('sends who comes newly to where fewer are, with nothing that tells who it is', async () => {
  const { status, headers, setCookies } = await at(0).get('/?script=0&lang=de&ticket=secret&q=360p');
  expect([status, headers.get('location')]).toEqual([302, `http://${second}/?script=0&lang=de`]);
  expect([headers.get('cache-control'), setCookies]).toEqual(['no-store', []]);
});

it('lets whoever was sent on, or has been here before, stay', async () => {
  expect((await at(1).get('/')).status).toBe(200);
  visitors = [0, 0];
  const known = at(0);
  expect((await known.get('/')).status).toBe(200);
  visitors = [10, 0];
  expect((await known.get('/')).status).toBe(200);
  expect((await at(0).get('/chat')).status).toBe(200);
});

it('sends newcomers on from an address that takes none, and lets those who are there stay', async () => {
  const known = at(1);
  await known.get('/');
  open = [true, false];
  expect((await at(1).get('/')).headers.get('location')).toBe(`http://${first}/`);
  expect((await known.get('/')).status).toBe(200);
  // The first keeps them: nobody goes round in circles.
  expect((await at(0).get('/')).status).toBe(200);
});

it('names the other addresses to those who came by one of them, and to nobody else', async () => {
  visitors = [0, 0];
  expect(JSON.parse((await at(0).get('/')).body)).toEqual([expect.any(Number), [second]]);
  open = [true, false];
  expect(JSON.parse((await at(0).get('/')).body)[1]).toEqual([]);
  open = [true, true];
  visitors = [10, 0];
  const { status, body } = await at(0, evening).get('/');
  expect([status, JSON.parse(body)[1]]).toEqual([200, []]);
});

test('T16 circuits of two tors that have the same number are two', async () => {
  visitors = [0, 0];
  const [one, other] = await Promise.all([at(0).get('/'), at(1).get('/')]);
  expect(JSON.parse(one?.body ?? '')[0]).not.toBe(JSON.parse(other?.body ?? '')[0]);
  const held = Array.from({ length: circuit.connections }, () => new RawConnection(by(0)));
  try {
    for (const connection of held) {
      connection.send(`GET /chat HTTP/1.1\r\nHost: ${first}\r\n\r\n`);
      await connection.until(() => connection.received.endsWith('chat'), 'the answer');
    }
    // One more of that circuit is too many, and none of the other.
    await new RawConnection(by(0)).untilClosed();
    expect((await at(1).get('/')).status).toBe(200);
    expect(server.visitorsBy(0)).toBe(1);
  } finally {
    for (const connection of held) connection.close();
  }
});
