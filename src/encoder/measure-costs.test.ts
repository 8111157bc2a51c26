import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OwnFfmpeg, temporaryDirectory } from '../../test/support/ffmpeg.ts';
import type { EncodingCosts } from './budget.ts';
import { readCosts, writeCosts } from './costs-file.ts';
import { measureCosts, parseBenchmark } from './measure-costs.ts';

describe('measuring what encoding costs', () => {
  it('lets the real FFmpeg encode all rungs, each dearer than the one below, and the better preset dearest', async () => {
    const ffmpeg = new OwnFfmpeg();
    const costs = await measureCosts({ ffmpegPath: ffmpeg.path, limitMs: 150_000 });
    const of = (preset: string) => costs?.rungs.filter((cost) => cost.preset === preset) ?? [];
    expect(of('veryfast').map(({ height }) => height)).toEqual([240, 360, 480, 720]);
    expect(of('medium')).toHaveLength(4);
    const [smallest, largest] = [of('veryfast')[0], of('veryfast')[3]];
    expect(smallest?.cores).toBeGreaterThan(0);
    expect(largest?.cores).toBeGreaterThan(smallest?.cores ?? 9);
    expect(of('medium')[3]?.cores).toBeGreaterThan(largest?.cores ?? 9);
    await ffmpeg.allGone();
  }, 180_000);

  it('gives what it has when its time is over', async () => {
    const ffmpeg = new OwnFfmpeg();
    expect(await measureCosts({ ffmpegPath: ffmpeg.path, limitMs: 1 })).toBeUndefined();
    await ffmpeg.allGone();
  });

  it('stops when it is told to, leaving no process', async () => {
    const ffmpeg = new OwnFfmpeg();
    const controller = new AbortController();
    const measuring = measureCosts({ ffmpegPath: ffmpeg.path, isInBackground: true, signal: controller.signal });
    controller.abort();
    await expect(measuring).rejects.toThrow('abort');
    await ffmpeg.allGone();
  });

  it('knows nothing where there is no FFmpeg', async () => {
    expect(await measureCosts({ ffmpegPath: '/nonexistent/ffmpeg' })).toBeUndefined();
  });

  it('reads the last line of FFmpeg', () => {
    const line = 'bench: utime=0.361s stime=0.003s rtime=0.981s';
    expect(parseBenchmark(`frame= 1\n${line}\nbench: maxrss=1kB`)).toBeCloseTo(0.364);
    expect(parseBenchmark('nothing')).toBeUndefined();
  });
});

describe('a kept measurement', () => {
  const costs: EncodingCosts = { cores: 2, rungs: [{ height: 240, preset: 'veryfast', cores: 0.06 }] };
  const machine = { ffmpegVersion: '5.1.9', cores: 2 };

  it('is read back on the same machine alone', async () => {
    const path = join(temporaryDirectory(), 'costs.json');
    expect(await readCosts(path, machine)).toBeUndefined();
    await writeCosts(path, '5.1.9', costs);
    expect(await readCosts(path, machine)).toEqual(costs);
    expect(await readCosts(path, { ...machine, ffmpegVersion: '8.0' })).toBeUndefined();
    expect(await readCosts(path, { ...machine, cores: 4 })).toBeUndefined();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    [''],
    ['{'],
    ['null'],
    ['{"format":2,"ffmpeg":"5.1.9","cores":2,"rungs":[{"height":240,"preset":"veryfast","cores":1}]}'],
    ['{"format":1,"ffmpeg":"5.1.9","cores":2,"rungs":[]}'],
    ['{"format":1,"ffmpeg":"5.1.9","cores":2,"rungs":[{"height":240,"preset":"veryfast","cores":-1}]}'],
    [' '.repeat(20_000)],
  ])('that is damaged is none: %j', async (text) => {
    const path = join(temporaryDirectory(), 'costs.json');
    writeFileSync(path, text);
    expect(await readCosts(path, machine)).toBeUndefined();
  });

  it('that is a directory is none', async () => {
    const path = join(temporaryDirectory(), 'costs.json');
    mkdirSync(path);
    expect(await readCosts(path, machine)).toBeUndefined();
    await expect(writeCosts(path, '5.1.9', costs)).rejects.toThrow('EISDIR');
  });
});
