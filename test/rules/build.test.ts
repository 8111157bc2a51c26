import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const builder = fileURLToPath(new URL('../../scripts/build-client.js', import.meta.url));

let place: string;

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'onioncast-build-'));
});

afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

/** What browsers would be given, by name, as built somewhere else by somebody else. */
async function built(name: string, environment: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const target = path.join(place, name);
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  await run(process.execPath, [builder, target], { cwd: place, env });
  const names = (await readdir(target)).toSorted();
  const files = names.map(async (file) => [file, await readFile(path.join(target, file), 'base64')] as const);
  return Object.fromEntries(await Promise.all(files));
}

it('T36 what browsers get is built to the same bytes wherever and by whomever it is built', async () => {
  const [one, other] = await Promise.all([
    built('one', { HOME: '/nonexistent', TZ: 'Pacific/Kiritimati', LC_ALL: 'C' }),
    built('some other place', { HOME: '/', TZ: 'UTC', LC_ALL: 'tr_TR.UTF-8', NODE_ENV: 'production', USER: 'ann' }),
  ]);
  expect(Object.keys(one).length).toBeGreaterThan(5);
  expect(Object.keys(other)).toEqual(Object.keys(one));
  expect(Object.keys(one).filter((name) => one[name] !== other[name])).toEqual([]);
  const texts = Object.values(one).map((bytes) => Buffer.from(bytes, 'base64').toString('latin1'));
  expect(texts.filter((text) => text.includes(place))).toEqual([]);
});
