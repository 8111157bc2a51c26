import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadServerSecret, openDataDirectory } from './data-directory.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'onioncast-data-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o7777).toString(8);
}

test('it is made with all above it, for this user alone, and survives', async () => {
  const wanted = path.join(directory, 'deep', 'down');
  const data = await openDataDirectory(wanted, false);
  await data.close();
  expect([await modeOf(path.dirname(wanted)), await modeOf(wanted)]).toEqual(['700', '700']);
});

test('it is closed to others, except that its group may pass where the operator said so', async () => {
  await chmod(directory, 0o777);
  await openDataDirectory(directory, false);
  expect(await modeOf(directory)).toBe('710');
  await chmod(directory, 0o744);
  await openDataDirectory(directory, false);
  expect(await modeOf(directory)).toBe('700');
});

test('nothing is left of one for this run alone', async () => {
  const data = await openDataDirectory('unused', true);
  await data.close();
  await expect(stat(data.path)).rejects.toThrow('ENOENT');
});

test('a file, and a place that takes no directories, are refused with the place and what to do', async () => {
  const file = path.join(directory, 'file');
  await writeFile(file, '');
  for (const wanted of [file, path.join(file, 'in'), '/proc/onioncast/data']) {
    await expect(openDataDirectory(wanted, false)).rejects.toMatchObject({
      code: 'DATA_DIRECTORY',
      message: expect.stringContaining(wanted),
    });
  }
});

describe('the secret of the server', () => {
  let own: string;

  beforeEach(async () => {
    own = await mkdtemp(path.join(tmpdir(), 'onioncast-data-'));
  });

  afterEach(async () => {
    await rm(own, { recursive: true, force: true });
  });

  test('is made once, is for its owner alone, and is all that is left behind', async () => {
    const secret = await loadServerSecret(own);
    expect(secret).toHaveLength(32);
    expect(await loadServerSecret(own)).toEqual(secret);
    expect(await readdir(own)).toEqual(['server-secret']);
    expect((await stat(path.join(own, 'server-secret'))).mode & 0o777).toBe(0o600);
  });

  test('is whole or not there: a start that failed in the middle of writing does not spoil the next one', async () => {
    await writeFile(path.join(own, 'server-secret.new'), 'half');
    const secret = await loadServerSecret(own);
    expect(secret).toHaveLength(32);
    expect(await readFile(path.join(own, 'server-secret'))).toEqual(secret);
    await rm(path.join(own, 'server-secret'));
    await mkdir(path.join(own, 'server-secret.new'));
    await expect(loadServerSecret(own)).rejects.toMatchObject({ code: 'DATA_DIRECTORY' });
    expect(await readdir(own)).toEqual(['server-secret.new']);
  });

  test('is not replaced when it is damaged', async () => {
    await writeFile(path.join(own, 'server-secret'), 'short');
    await expect(loadServerSecret(own)).rejects.toMatchObject({ code: 'DATA_DIRECTORY' });
    expect(await readFile(path.join(own, 'server-secret'), 'utf8')).toBe('short');
  });
});
