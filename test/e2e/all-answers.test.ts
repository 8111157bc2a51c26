import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedHeaderNames } from '../../src/http/headers.ts';
import { allRoutes } from '../support/all-routes.ts';
import { addressesOf, type Reply, visitEverything } from '../support/curious-visit.ts';
import { onionHost, type OnionServer, startOnionServer } from '../support/onion-server.ts';
import { exchange } from '../support/raw-http.ts';

/** What holds for every address there is, found from the routes themselves. */

let server: OnionServer;
let routes: readonly string[];
let replies: readonly Reply[];

beforeAll(async () => {
  routes = [...(await allRoutes()).keys()];
  // Whoever starts it may be careless with what their files are open to.
  server = await startOnionServer({ within: ['sh', '-c', 'umask 000 && exec "$0" "$@"'] });
  replies = await visitEverything(server, routes);
});

afterAll(async () => {
  await server.program.close();
});

function partsOf({ bytes }: Reply): { head: readonly string[]; body: string } {
  const end = bytes.indexOf('\r\n\r\n');
  return { head: bytes.slice(0, Math.max(0, end)).split('\r\n'), body: bytes.slice(end + 4) };
}

describe('T04 every answer', () => {
  it('has headers that are on the list, and none that tells a clock, a version or a machine', () => {
    expect(replies.length).toBeGreaterThan(4 * routes.length);
    for (const reply of replies) {
      const [, ...headers] = partsOf(reply).head;
      const names = headers.map((line) => line.slice(0, line.indexOf(':')).toLowerCase());
      expect({ asked: reply.asked, strange: names.filter((name) => !allowedHeaderNames.has(name)) }).toEqual({
        asked: reply.asked,
        strange: [],
      });
    }
  });

  it('to what is wrong repeats nothing of it, and tells neither a path nor where it failed', () => {
    const wrong = replies.filter((reply) => / [45]\d\d /.test(partsOf(reply).head[0] ?? ''));
    expect(wrong.length).toBeGreaterThan(routes.length);
    for (const reply of wrong) {
      expect(partsOf(reply).body).not.toMatch(/node:|\.ts:|\.js:\d|\bat \w+ \(|node_modules|Error:/);
      expect(reply.bytes).not.toContain(server.program.data);
    }
  });
});

describe('T37 every page', () => {
  it('names no other site: what it loads, and where it leads, is here', () => {
    const pages = replies.filter(({ bytes }) => /^content-type: text\/(?:html|css|javascript)/im.test(bytes));
    expect(pages.length).toBeGreaterThan(routes.length);
    for (const reply of pages) {
      const { body } = partsOf(reply);
      // Words of people are text: only what a browser follows counts.
      const followed = [
        ...body.matchAll(/\b(?:src|href|action|srcset|poster|data|formaction)="([^"]*)"|url\(([^)]*)\)/g),
      ];
      const addresses = followed.map(([, attribute, style]) => (attribute ?? style ?? '').trim());
      const elsewhere = addresses.filter(
        (address) => /^(?:[a-z][a-z+.-]*:|\/\/|\\)/i.test(address) && !address.startsWith('data:'),
      );
      expect({ asked: reply.asked, elsewhere }).toEqual({ asked: reply.asked, elsewhere: [] });
    }
  });
});

const hosts = [
  ...['127.0.0.1', '127.0.0.1:5000', 'localhost', '[::1]', 'evil.example', `${'a'.repeat(56)}.onion`],
  ...[`x.${onionHost}`, `${onionHost}.`, `${onionHost}@evil`, `${onionHost}:8080`, ''],
];

describe('T02 a Host that is not ours', () => {
  it('gets the same answer at every address: that there is a server here, and nothing more', async () => {
    const { port } = new URL(server.program.url);
    const entrances = [
      { entrance: server.visitor(1).entrance, strange: hosts },
      { entrance: { port: Number(port) }, strange: hosts.filter((host) => host !== `127.0.0.1:${port}`) },
    ];
    const answers = new Map<string, string>();
    for (const { entrance, strange } of entrances) {
      for (const [index, address] of addressesOf(routes).entries()) {
        const host = strange[index % strange.length] ?? '';
        const request = `GET ${address} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        answers.set(await exchange(entrance, request), `${host} ${address}`);
      }
    }
    const expected = 'HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    expect([...answers.keys()]).toEqual([expected]);
    for (const host of hosts) {
      const request = `GET /assets/none.css HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      expect(await exchange(server.visitor(2).entrance, request)).toBe(expected);
    }
  });
});

describe('T26 what is kept', () => {
  it('is for this user alone, however careless whoever started it was', async () => {
    const entries = await readdir(server.program.data, { recursive: true, withFileTypes: true });
    const modes = await Promise.all(
      entries.map(async (entry) => {
        const name = path.join(entry.parentPath, entry.name);
        const { mode } = await lstat(name);
        const kind = entry.isDirectory() ? 'directory' : entry.isSocket() ? 'socket' : 'file';
        return { name: path.relative(server.program.data, name), kind, mode: (mode & 0o777).toString(8) };
      }),
    );
    expect(modes.length).toBeGreaterThan(5);
    const open = modes.filter(({ kind, mode, name }) => {
      if (kind === 'directory') return mode !== '700';
      // Tor is in the group of its directory; the directory lets nobody else in.
      if (kind === 'socket') return mode !== (name.endsWith('web.sock') ? '660' : '600');
      return mode !== '600';
    });
    expect(open).toEqual([]);
  });
});
