import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Onioncast } from '../support/onioncast.ts';

const program = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Runs the program until it gives up by itself. */
async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { ...process.env, ONIONCAST_INGEST_RTMP: '127.0.0.1:0', ...env }, timeout: 90_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, output: stdout + stderr });
      },
    );
  });
}

describe('bad input is refused with a clear sentence', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'onioncast-bad-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const serve = ['serve', '--no-tor', '--listen', '127.0.0.1:0'];

  async function config(text: string): Promise<string> {
    const file = path.join(directory, 'onioncast.toml');
    await writeFile(file, text);
    return file;
  }

  it('a new password while the server runs, which makes one as soon as it is stopped', async () => {
    const data = path.join(directory, 'passwd');
    await mkdir(data);
    const server = await Onioncast.start({ data });
    const first = server.events.find((event) => event.kind === 'login')?.password;
    const refused = await start(['passwd', '--data', data]);
    await server.close();
    expect(refused).toMatchObject({
      code: 3,
      output: expect.stringMatching(/is running.*Stop it first.*\[DATA_DIRECTORY\]/u),
    });
    const { code, output } = await start(['passwd', '--data', data]);
    const second = /Password {2}([0-9a-z-]+)\n/u.exec(output)?.[1];
    expect(code).toBe(0);
    expect(second).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{1,5}){5}$/u);
    expect(second).not.toBe(first);
    const again = await Onioncast.start({ data });
    await again.close();
    expect(again.events.find((event) => event.kind === 'login')).toEqual({ kind: 'login', name: 'broadcaster' });
  });

  it('a new password where nothing could be kept', async () => {
    const { code, output } = await start(['passwd', '--data', directory], { ONIONCAST_EPHEMERAL: 'true' });
    expect(code).toBe(2);
    expect(output).toContain('every start makes and shows a new password');
  });

  it('an unknown key, with its line and the nearest name', async () => {
    const file = await config('title = "x"\n\n[encoder]\nladdr = ["360p"]\n');
    const { code, output } = await start(['config', '--check', file]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/4/u);
    expect(output).toContain('ladder');
  });

  it('a bad unit, with what would be good', async () => {
    const { code, output } = await start(['config', '--check', await config('[ingest]\ngrace = "10 bananas"\n')]);
    expect(code).not.toBe(0);
    expect(output).toMatch(/grace/u);
    expect(output).toMatch(/10s|"5m"|seconds/u);
  });

  it('a port that is taken', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, output } = await start(['serve', '--no-tor', '--data', directory, '--listen', `127.0.0.1:${port}`]);
    taken.close();
    expect(code).not.toBe(0);
    expect(output).toContain(String(port));
    expect(output).toContain('LISTEN_FAILED');
    expect(output).not.toMatch(/at .*\.js:\d+/u);
  });

  it('a data directory that is a file, and one that cannot be written', async () => {
    const file = path.join(directory, 'not-a-directory');
    await writeFile(file, '');
    const { code, output } = await start([...serve, '--data', file]);
    expect(code).not.toBe(0);
    expect(output).toContain('DATA_DIRECTORY');
    if (process.getuid?.() === 0) return;
    const locked = path.join(directory, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    expect((await start([...serve, '--data', locked])).output).toContain('DATA_DIRECTORY');
  });

  it('an FFmpeg that is not there, with how to get it', async () => {
    const { code, output } = await start([...serve, '--data', directory], {
      ONIONCAST_ENCODER_FFMPEG: '/nowhere/ffmpeg',
    });
    expect(code).not.toBe(0);
    expect(output).toContain('TOOL_MISSING');
    expect(output).toMatch(/install/iu);
  });

  it('a source file that is not there, and one that is no media', async () => {
    const missing = await start([...serve, '--data', directory, '--source', 'file:/nowhere/at/all.mp4']);
    expect(missing.code).not.toBe(0);
    expect(missing.output).toContain('SOURCE_UNUSABLE');
    const text = path.join(directory, 'text.mp4');
    await writeFile(text, 'this is no film');
    const useless = await start([...serve, '--data', directory, '--source', `file:${text}`]);
    expect(useless.code).not.toBe(0);
    expect(useless.output).toContain('SOURCE_UNUSABLE');
  });

  it('an address that is not loopback', async () => {
    const { code, output } = await start(['serve', '--no-tor', '--data', directory, '--listen', '0.0.0.0:5000']);
    expect(code).not.toBe(0);
    expect(output).toMatch(/127\.0\.0\.1|loopback/u);
  });
});
