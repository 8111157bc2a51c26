import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataDirectory } from './data-directory.ts';

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
