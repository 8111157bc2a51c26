import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TitleFile } from './title-file.ts';

describe('the title file', () => {
  let directory: string;
  let file: string;
  let titles: TitleFile | undefined;
  let changed: () => void = () => undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'onioncast-title-'));
    file = path.join(directory, 'title.txt');
  });

  afterEach(async () => {
    titles?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(): Promise<TitleFile> {
    titles = await TitleFile.open({
      path: file,
      fallback: 'Untitled',
      clean: (raw) => raw.trim(),
      onChange: () => changed(),
      pollMs: 50,
    });
    return titles;
  }

  async function change(act: () => Promise<unknown>): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      changed = resolve;
    });
    await act();
    await heard;
  }

  it('gives the fallback while there is no file, and again when the file is emptied', async () => {
    const title = await open();
    expect(title.title).toBe('Untitled');
    await change(() => writeFile(file, 'Harbour live\n'));
    expect(title.title).toBe('Harbour live');
    await change(() => writeFile(file, ''));
    expect(title.title).toBe('Untitled');
  });

  it('follows the file while it is edited', async () => {
    await writeFile(file, 'one');
    const title = await open();
    expect(title.title).toBe('one');
    await change(() => writeFile(file, 'two'));
    expect(title.title).toBe('two');
  });

  it.runIf(process.platform !== 'win32')('waits for nobody at a pipe or a device in its place', async () => {
    execFileSync('mkfifo', [file]);
    const title = await open();
    expect(title.title).toBe('Untitled');
    await rm(file);
    await symlink('/dev/zero', file);
    await change(async () => {
      await rm(file);
      await writeFile(file, 'a file at last');
    });
    expect(title.title).toBe('a file at last');
  });

  it('writes what is set, so that it is there next time', async () => {
    const title = await open();
    await title.set('Set from the desk');
    expect(title.title).toBe('Set from the desk');
    expect(await readFile(file, 'utf8')).toBe('Set from the desk\n');
  });

  it('reads no more than it needs of a huge file', async () => {
    await writeFile(file, `${'x'.repeat(1024 * 1024)}end`);
    expect((await open()).title.length).toBe(16 * 1024);
  });

  it('keeps the title when the name is taken by something that is no file', async () => {
    await mkdir(file);
    expect((await open()).title).toBe('Untitled');
  });
});
