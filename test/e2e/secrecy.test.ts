import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { logIn, onionHost, type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { exchange } from '../support/raw-http.ts';
import { formIn, type RawVisitor } from '../support/raw-visitor.ts';
import { Database } from '../../src/store/database.ts';
import { databaseFile } from '../../src/app/data-directory.ts';

/** What the server keeps to itself: in its log, in compressed answers, in memory and on disk of people who have done nothing. */

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(env: Record<string, string> = {}, data?: string): Promise<OnionServer> {
  const server = await startOnionServer({ env, ...(data === undefined ? {} : { data }) });
  closing.push(() => server.program.close());
  return server;
}

describe.each(['off', 'info', 'debug'])('T25 what is written to the terminal at level %s', (level) => {
  it('names nobody, and nothing that anybody has said, chosen or opened', async () => {
    const server = await start({ ONIONCAST_LOG_LEVEL: level });
    const secrets = await eventfulEvening(server);
    const { events, errors } = server.program;
    // What is said once at the start is for the operator: key, password, addresses.
    const told = events.filter(({ kind }) => !['login', 'ingest', 'listening', 'operator-torrc', 'tor'].includes(kind));
    const written = JSON.stringify(told) + errors;
    if (level !== 'off') expect(errors.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(written).not.toContain(secret);
    expect(written).not.toContain(onionHost);
    expect(written).not.toContain(server.program.data);
    expect(written.length).toBeLessThan(1_000_000);
  });
});

/** A bit of everything, good and bad; returns what must never be written down. */
async function eventfulEvening(server: OnionServer): Promise<readonly string[]> {
  const ann = server.visitor(4711);
  const said = await ann.say('a sentence nobody logs', { name: 'Nightingale', tripcode: 'tripcode-password' });
  expect(said.status).toBe(303);
  const bare = server.visitor();
  const token = /\/v\/([A-Za-z0-9_-]{44})\//.exec((await bare.get('/')).body)?.[1] ?? 'no token';
  bare.cookies.clear();
  for (const page of ['/', '/chat/form', '/chat/log', '/none']) await bare.get(`/v/${token}${page}`);
  expect((await bare.fill(`/v/${token}/chat/form`, { message: 'words without cookies', do: 'post' })).status).toBe(303);
  const owner = await server.broadcaster();
  const { fields } = formIn((await owner.get('/chat/tools?m=1')).body, '/chat/tools');
  const acts = [
    { do: 'note', note: 'a note about them' },
    { do: 'ban', reason: 'a reason why' },
  ];
  for (const act of acts) expect((await owner.post('/chat/tools', { ...fields, ...act })).status).toBe(200);
  expect((await owner.fill('/broadcaster', { title: 'an evening title' }, '/broadcaster/title')).status).toBe(303);
  const made = await owner.fill('/staff?tab=staff', { do: 'invite', label: 'Robin the helper', for: '3600' });
  const invitation = /\/moderate\/([\w-]{22})/.exec(made.body)?.[1] ?? 'no invitation';
  await server.visitor().get(`/moderate/${invitation}`);
  await server.visitor().fill('/broadcaster', { name: 'Wren', password: 'a wrong password' }, '/broadcaster/login');
  const odd = server.visitor();
  await odd.get('/?search=what-was-looked-for', ['User-Agent: Peculiar/1.0', 'Referer: http://elsewhere.example/']);
  await odd.get('/captcha/made-up-name.png');
  await exchange(odd.entrance, 'GET /broken-request HTTP/9.9\r\nHost: x\r\n\r\n');
  await odd.post('/chat/form', { message: '%', token: 'x' }, { raw: '&message=broken-body%zz' });
  const sessions = [ann, bare, owner].flatMap(({ cookies }) => [...cookies.values()]);
  return [
    ...sessions,
    ...[token, fields['person'] ?? 'no person', invitation, server.password],
    ...['a sentence nobody logs', 'Nightingale', 'tripcode-password', 'words without cookies', 'a note about them'],
    ...['a reason why', 'an evening title', 'Robin the helper', 'Wren', 'a wrong password', 'what-was-looked-for'],
    ...['Peculiar', 'elsewhere.example', 'made-up-name', 'broken-request', 'broken-body', '4711', '127.0.0.1'],
  ];
}

describe('T32 a compressed answer', () => {
  it('holds no secret that comes again: pages with one are not compressed, whatever the browser takes', async () => {
    const server = await start();
    const owner = await logIn(server.neighbour(), server.password);
    const person = server.neighbour();
    await person.say('hello');
    const pages = ['/', '/chat/form', '/chat/log', '/broadcaster', '/staff', '/staff?tab=log', '/broadcaster/access'];
    const assets = [...(await owner.get('/')).body.matchAll(/(?:href|src)="(\/assets\/[^"]*)"/g)].map(
      ([, file]) => file ?? '',
    );
    const compressed: string[] = [];
    for (const target of [
      ...pages,
      ...assets,
      '/chat/poll',
      '/language',
      '/chat/appeal',
      '/none',
      '/people',
      '/chat/tools?m=1',
    ]) {
      for (const visitor of [owner, person, server.neighbour()]) {
        const answer = await visitor.get(target, ['Accept-Encoding: gzip, br, deflate, zstd']);
        const encoding = answer.headers.get('content-encoding');
        if (encoding === undefined) continue;
        compressed.push(target);
        const body = await plain(visitor, target, encoding);
        for (const secret of [owner, person, visitor].flatMap(({ cookies }) => [...cookies.values()])) {
          expect(body).not.toContain(secret);
        }
        expect(body).not.toMatch(/name="(?:token|nonce)" value="[^"]+"/);
      }
    }
    // The files of the page and the page itself are compressed, so that the test has seen some, and nothing else is.
    expect(new Set(compressed)).toEqual(new Set([...assets, '/']));
    const bare = server.neighbour();
    const minted = async (): Promise<string> =>
      /\/v\/([A-Za-z0-9_-]{44})\//.exec(await plain(server.neighbour(), '/', 'gzip'))?.[1] ?? 'no token';
    const [first, second] = [await minted(), await minted()];
    expect(first).not.toBe(second);
    const again = await bare.get(`/v/${first}/`, ['Accept-Encoding: gzip']);
    expect(again.headers.get('content-encoding')).toBeUndefined();
    expect(again.body).toContain(first);
  });
});

async function plain(visitor: RawVisitor, target: string, encoding: string): Promise<string> {
  const bytes = Buffer.from(
    await exchange(
      visitor.entrance,
      visitor.head(`GET ${target}`, ['Connection: close', `Accept-Encoding: ${encoding}`]),
    ),
    'latin1',
  );
  const body = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
  return (encoding === 'br' ? brotliDecompressSync(body) : gunzipSync(body)).toString();
}

describe('T17 two thousand visitors who do nothing', () => {
  it('leave less than a megabyte in memory and nothing on disk', async () => {
    const data = await mkdtemp(path.join(tmpdir(), 'onioncast-visitors-'));
    closing.push(() => rm(data, { recursive: true, force: true }));
    const inspected = await startInspected(data);
    // Whatever is made on first use is made before.
    for (let n = 0; n < 1500; n += 1) await visit(inspected.server, n);
    const before = await inspected.heapBytes();
    for (let n = 0; n < 2000; n += 1) await visit(inspected.server, n);
    const grown = (await inspected.heapBytes()) - before;
    expect(grown).toBeLessThan(1024 * 1024);
    await inspected.server.program.close();
    const database = Database.open({ path: path.join(data, databaseFile), onWarning: () => undefined });
    closing.push(async () => database.close());
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const filled = tables
      .map(({ name }) => String(name))
      .filter((name) => {
        const row = database.prepare(`SELECT count(*) AS rows FROM "${name}"`).get();
        return Number(row?.['rows']) > 0;
      });
    for (const table of filled) expect(['settings', 'sqlite_sequence']).toContain(table);
  });
});

/** Somebody without a cookie looks at a page, each time by another circuit. */
async function visit({ visitor }: OnionServer, n: number): Promise<void> {
  const targets = ['/', '/chat/form', '/chat/log'];
  expect((await visitor().get(targets[n % targets.length] ?? '/')).status).toBe(200);
}

/** The server with a way to measure its heap after everything that can be freed has been. */
async function startInspected(data: string): Promise<{ server: OnionServer; heapBytes(): Promise<number> }> {
  const reporter = new URL('../support/heap-reporter.js', import.meta.url).href;
  const server = await start({ NODE_OPTIONS: `--expose-gc --import=${reporter}` }, data);
  const socketPath = path.join(data, 'heap.sock');
  return {
    server,
    heapBytes: async () => JSON.parse(await exchange({ socketPath }, '')).heapUsed,
  };
}

it('T25 the program says nothing of paths and secrets when it is asked about itself', async () => {
  const server = await start();
  const health = (await server.neighbour().get('/healthz')).body;
  for (const secret of [server.password, server.program.data, onionHost]) expect(health).not.toContain(secret);
  expect((await server.visitor().get('/healthz')).status).toBe(404);
});
