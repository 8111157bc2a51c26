import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyGuard } from './key-guard.ts';
import { isSameKey, loadStreamKey, rotateStreamKey } from './stream-key.ts';

describe('the stream key', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'stream-key-'));
    file = path.join(directory, 'stream-key');
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is made once, with 128 bits, for its owner alone', async () => {
    const key = await loadStreamKey(directory);
    expect(key).toMatch(/^[a-z2-7]{26}$/);
    expect(await loadStreamKey(directory)).toBe(key);
    expect(await readFile(file, 'utf8')).toBe(`${key}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is made in a directory that does not exist yet, closed to others', async () => {
    const inner = path.join(directory, 'data');
    await loadStreamKey(inner);
    expect((await stat(inner)).mode & 0o777).toBe(0o700);
  });

  it('is another one after rotation, and a half-written file does not stand in the way', async () => {
    const key = await loadStreamKey(directory);
    await writeFile(`${file}.new`, 'half');
    const next = await rotateStreamKey(directory);
    expect(next).not.toBe(key);
    expect(await loadStreamKey(directory)).toBe(next);
  });

  it('takes back rights that a copy has given away', async () => {
    await loadStreamKey(directory);
    await chmod(file, 0o644);
    await loadStreamKey(directory);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('refuses a file that holds something else, and a directory that is none, and says which', async () => {
    await writeFile(file, 'secret\n');
    await expect(loadStreamKey(directory)).rejects.toMatchObject({
      code: 'DATA_DIRECTORY',
      message: expect.stringContaining(file),
    });
    await expect(loadStreamKey(file)).rejects.toMatchObject({ code: 'DATA_DIRECTORY' });
  });

  it('is compared whole, whatever the lengths', () => {
    expect(isSameKey('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abcd', 'ABC', 'abd']) expect(isSameKey(other, 'abc')).toBe(false);
  });

  it('never matches when there is none', () => {
    expect(new KeyGuard(() => '').isRight('')).toBe(false);
  });

  it('holds up as many wrong ones as the limit says and answers no more than those', async () => {
    const guard = new KeyGuard(() => 'right', { penaltyMs: 5, maxPenalised: 2 });
    const { signal } = new AbortController();
    expect(await Promise.all([guard.penalty(signal), guard.penalty(signal), guard.penalty(signal)])).toEqual([
      true,
      true,
      false,
    ]);
    expect(await guard.penalty(signal)).toBe(true);
    expect(await guard.penalty(AbortSignal.abort())).toBe(false);
  });
});
