import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { canMoveApart } from '../support/places-apart.ts';
import { descendantsOf, encoderOf, socketsOf } from '../support/processes.ts';
import { canTrace, traced } from '../support/traced-calls.ts';

/** Nothing goes out but what tor fetches from a unix socket. */

/** An evening in short: somebody looks, watches, talks and loses their way; the broadcaster changes the title and looks after the chat. */
async function spendAnEvening(server: OnionServer): Promise<void> {
  await server.program.event('stream', (event) => event.state === 'live');
  const ann = server.visitor();
  const page = await ann.get('/');
  expect(page.status).toBe(200);
  for (const [, asset = ''] of page.body.matchAll(/(?:href|src)="(\/assets\/[^"]*)"/g)) {
    expect((await ann.get(asset)).status).toBe(200);
  }
  const chat = await ann.open('/chat');
  const picture = await ann.open('/stream.mp4');
  expect((await ann.say('http://example.com/image.png is a link', { name: 'Ann', tripcode: 'secret' })).status).toBe(
    303,
  );
  await chat.until(() => chat.received.includes('example.com'), 'the message');
  await picture.until(() => picture.receivedBytes > 100_000, 'the picture', 60_000);
  expect((await ann.get('/stream.m3u8')).body).toContain('#EXTM3U');
  expect((await ann.get('/there/is/nothing')).status).toBe(404);
  const owner = await server.broadcaster();
  expect((await owner.fill('/broadcaster', { title: 'http://example.com/' }, '/broadcaster/title')).status).toBe(303);
  for (const address of ['/broadcaster', '/staff', '/people', '/chat/log'])
    expect((await owner.get(address)).status).toBe(200);
  for (const connection of [chat, picture]) connection.close();
}

describe('T03 the program', () => {
  it.runIf(canMoveApart())('does everything where there is no network at all, not even loopback', async () => {
    const server = await startOnionServer({
      within: ['unshare', '--user', '--map-root-user', '--net'],
      args: ['--listen', 'off'],
      env: { ONIONCAST_SOURCE: 'test', ONIONCAST_INGEST_RTMP: 'off' },
    });
    try {
      const interfaces = await readFile(`/proc/${server.program.pid}/net/dev`, 'utf8');
      const addresses = await readFile(`/proc/${server.program.pid}/net/fib_trie`, 'utf8');
      expect([...interfaces.matchAll(/^ *(\w+):/gm)].map(([, name]) => name)).toEqual(['lo']);
      expect(addresses).not.toContain('127.0.0.1');
      await spendAnEvening(server);
    } finally {
      await server.program.close();
    }
  });
});

describe('an evening on a machine with a network', () => {
  let directory: string;
  let server: OnionServer;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'onioncast-trace-'));
    const calls = 'connect,sendto,sendmsg,sendmmsg,bind';
    const within = traced(calls, path.join(directory, 'trace'));
    server = await startOnionServer({ ...(canTrace() && { within }), env: { ONIONCAST_SOURCE: 'test' } });
    await spendAnEvening(server);
  });

  afterAll(async () => {
    await server.program.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('T01 listens on this machine alone, with all the programs it has started', async () => {
    const { pid } = server.program;
    const children = descendantsOf(pid);
    expect(children.some(({ command }) => command.startsWith('ffmpeg'))).toBe(true);
    const inodes = new Set([pid, ...children.map((child) => child.pid)].flatMap((id) => socketsOf(id)));
    const names = ['tcp', 'tcp6', 'udp', 'udp6'];
    const tables = await Promise.all(names.map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')));
    const own = tables
      .flatMap((table) => table.trim().split('\n').slice(1))
      .map((row) => row.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9] ?? ''))
      .map((fields) => fields[1]?.split(':')[0]);
    // The page for this machine, and RTMP.
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(new Set(own)).toEqual(new Set(['0100007F']));
  });

  it.runIf(canMoveApart())('T40 gives its FFmpeg no network, no file system, no right and no word of its own', () => {
    const { pid } = server.program;
    const encoder = encoderOf(pid);
    const own = `/proc/${encoder.pid}`;
    for (const kind of ['user', 'net', 'mnt', 'ipc', 'uts'])
      expect({ kind, is: readlinkSync(`${own}/ns/${kind}`) }).not.toEqual({
        kind,
        is: readlinkSync(`/proc/${pid}/ns/${kind}`),
      });
    expect([...readFileSync(`${own}/net/dev`, 'utf8').matchAll(/^ *(\w+):/gm)].map(([, name]) => name)).toEqual(['lo']);
    expect(readdirSync(`${own}/root`).filter((name) => !/^(usr|s?bin|lib\w*|etc)$/.test(name))).toEqual([]);
    expect(readdirSync(`${own}/root/etc`).filter((name) => !/^(alternatives|ld\.so\.cache)$/.test(name))).toEqual([]);
    const status = readFileSync(`${own}/status`, 'utf8');
    expect(status.match(/^(?:CapInh|CapPrm|CapEff|CapBnd|CapAmb):\s+0+$/gm)).toHaveLength(5);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    // Nothing of ours is open in it but the pipes that it was given: progress, sound, two pictures, and its words.
    const open = readdirSync(`${own}/fd`).map((fd) => readlinkSync(`${own}/fd/${fd}`));
    expect(open.filter((target) => !/^(socket|pipe|anon_inode):|^\/dev\/null$/.test(target))).toEqual([]);
    expect(open.filter((target) => target.startsWith('socket:'))).toHaveLength(5);
    const words = readFileSync(`${own}/environ`, 'latin1').split('\0');
    const names = words.map((each) => each.split('=')[0] ?? '').filter((name) => name !== '');
    expect(new Set(names)).toEqual(new Set(['HOME', 'LC_ALL', 'PATH', 'PWD', 'TZ']));
  });

  it('T41 shows neither the stream key nor the password in a command line or an environment', async () => {
    const { pid, events } = server.program;
    const key = events.find((event) => event.kind === 'ingest')?.key ?? 'no key';
    const seen = [pid, ...descendantsOf(pid).map((child) => child.pid)].flatMap((id) =>
      ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${id}/${name}`, 'latin1')),
    );
    expect(seen.length).toBeGreaterThanOrEqual(4);
    for (const secret of [key, server.password]) expect(seen.join('\n')).not.toContain(secret);
  });

  it.runIf(canTrace())('T03 connects to nothing and sends nothing to anybody', async () => {
    const lines = (await readFile(path.join(directory, 'trace'), 'utf8')).split('\n');
    const beyond = lines.filter((line) => /AF_(?!UNIX)/.test(line));
    const elsewhere = beyond.filter((line) => !/bind\(.*sin_addr=inet_addr\("127\.0\.0\.1"\)/.test(line));
    // It did listen, so calls were seen.
    expect(beyond.length).toBeGreaterThan(0);
    expect(elsewhere).toEqual([]);
  });
});
