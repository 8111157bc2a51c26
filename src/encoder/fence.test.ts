import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeMedia, temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { Fence, type FenceKind } from './fence.ts';
import { findFence } from './find-fence.ts';
import { runFilter } from './run-filter.ts';
import { runTool, type ToolResult } from './run-tool.ts';

/** Whether this machine lets us have namespaces of our own. */
const hasNamespaces = (() => {
  try {
    execFileSync('unshare', ['--user', '--map-root-user', '--net', '--mount', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const secrets = temporaryDirectory();
const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
const toNowhere = ['-f', 'null', '-'];

function fenceOf(kind: FenceKind, maxMemoryBytes?: number): Fence {
  return new Fence(kind, { secrets, ...(maxMemoryBytes !== undefined && { maxMemoryBytes }) });
}

/** What the real FFmpeg, as somebody who has taken it over, gets when it opens an address of any kind. */
async function open(fence: Fence, address: string, reach: readonly string[] = []): Promise<ToolResult> {
  return await runTool('ffmpeg', [...quiet, '-i', address, ...toNowhere], { fence, reach });
}

/** What a shell sees behind the fence: less sees no FFmpeg. */
async function seen(fence: Fence, script: string): Promise<string> {
  return (await runTool('sh', ['-c', script], { fence })).stdout.trim();
}

/** Listens somewhere and counts who comes. */
async function listen(
  where: { readonly path: string } | { readonly host: string; readonly port: 0 },
): Promise<Server & { visits: number }> {
  const server = Object.assign(createServer(), { visits: 0 });
  server.on('connection', (socket) => {
    server.visits += 1;
    socket.on('error', () => undefined).end();
  });
  await new Promise<void>((resolve) => server.listen(where, resolve));
  return server;
}

describe.runIf(hasNamespaces)('FFmpeg behind the fence', () => {
  const canary = join(temporaryDirectory(), 'canary.wav');
  const sealed = fenceOf('sealed');
  const offline = fenceOf('offline');
  const none = fenceOf('none');

  beforeAll(() => {
    makeMedia('-f', 'lavfi', '-i', 'sine=d=0.1', canary);
  });

  describe.each(['sealed', 'offline'] as const)('that is %s', (kind) => {
    const fence = fenceOf(kind);
    const servers: Server[] = [];

    afterAll(() => {
      for (const server of servers) server.close();
    });

    it('T40 opens no connection, not even to this machine', async () => {
      const server = await listen({ host: '127.0.0.1', port: 0 });
      servers.push(server);
      const address = server.address();
      const url = `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
      expect((await open(fence, url)).complaint).toMatch(/unreachable/);
      expect(server.visits).toBe(0);
      // It would, without the fence.
      await open(none, url);
      expect(server.visits).toBe(1);
    });

    it('T40 has no capability, and no way to get one', async () => {
      const state = await seen(
        fence,
        'while read -r line; do echo "$line"; done </proc/self/status 2>/dev/null || ulimit -f',
      );
      if (kind === 'offline') {
        for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
          expect(state).toMatch(new RegExp(`^${name}:\\s+0+$`, 'm'));
        expect(state).toMatch(/^NoNewPrivs:\s+1$/m);
      }
      const tries = ['mount -n -t tmpfs x /usr', 'unshare --net true', 'unshare --mount true'];
      for (const attempt of tries) expect(await seen(fence, `${attempt} 2>&1 && echo DONE`)).not.toContain('DONE');
    });

    it('T40 writes no file, and its memory ends', async () => {
      const target = join(temporaryDirectory(), 'made.wav');
      const made = await runTool('ffmpeg', [...quiet, '-f', 'lavfi', '-i', 'sine=d=1', target], { fence });
      expect(made.exitCode).not.toBe(0);
      expect(statSync(target, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
      const picture = (side: number): string[] => [
        '-f',
        'lavfi',
        '-i',
        `nullsrc=s=${side}x${side}:d=0.04`,
        ...toNowhere,
      ];
      const small = fenceOf(kind, 2 ** 28);
      expect((await runTool('ffmpeg', [...quiet, ...picture(64)], { fence: small })).exitCode).toBe(0);
      const full = await runTool('ffmpeg', [...quiet, ...picture(14_000)], { fence: small });
      expect(full.exitCode).not.toBe(0);
    });

    it('T40 sees of our environment nothing that is ours', async () => {
      const names = (await seen(fence, 'export -p')).matchAll(/^(?:export|declare -x) (\w+)/gm);
      const known = ['HOME', 'LC_ALL', 'OLDPWD', 'PATH', 'PWD', 'SHLVL', 'TZ', '_'];
      expect([...names].map(([, name]) => name).filter((name) => !known.includes(name ?? ''))).toEqual([]);
    });
  });

  it('T40 sees no file but the one that it is to read, and cannot tell who else is on this machine', async () => {
    expect((await open(none, canary)).exitCode).toBe(0);
    expect((await open(sealed, canary)).complaint).toMatch(/No such file/);
    expect((await open(sealed, canary, [canary])).exitCode).toBe(0);
    expect((await seen(sealed, 'echo /* /*/.[!.]* /proc/1/* /etc/*')).split(' ')).not.toContain('/home');
    expect(await seen(sealed, 'ls -A /proc /home /root /var /run /tmp /dev /sys 2>/dev/null')).toBe('');
    // Half a fence keeps files from nobody, which is what the start then says.
    expect((await open(offline, canary)).exitCode).toBe(0);
  });

  it('T40 reaches no socket of ours, tor’s among them', async () => {
    const place = join(temporaryDirectory(), 'control');
    const server = await listen({ path: place });
    expect((await open(sealed, `unix:${place}`)).exitCode).not.toBe(0);
    expect(server.visits).toBe(0);
    await open(none, `unix:${place}`);
    expect(server.visits).toBe(1);
    server.close();
  });

  it('T40 reads no memory of ours', async () => {
    const look = `head -c 1 /proc/${process.pid}/environ 2>&1 >/dev/null || echo REFUSED`;
    expect(await seen(offline, look)).toContain('REFUSED');
  });

  it('T40 does not see our secrets, should they lie among the system’s programs', () => {
    // Only root may put a directory there, so the system's directories are looked at in place of that.
    const call = new Fence('sealed', { secrets: '/usr/share' }).around('sh', ['-c', 'ls -A /usr/share']);
    expect(execFileSync(call.program, call.args, { encoding: 'utf8' })).toBe('');
  });

  it('takes names as they are, whatever a shell would make of them', async () => {
    const film = join(temporaryDirectory(), `a "b" 'c' $(id) \`d\` ; e\nf.wav`);
    copyFileSync(canary, film);
    expect((await open(sealed, `file:${film}`, [film])).exitCode).toBe(0);
  });

  it('runs an FFmpeg from anywhere, and sees of that place nothing else', async () => {
    const place = temporaryDirectory();
    const own = join(place, 'my ffmpeg');
    copyFileSync('/usr/bin/env', own);
    chmodSync(own, 0o755);
    const { stdout } = await runTool(own, ['sh', '-c', `ls -A "${place}"; echo "$PATH"`], { fence: sealed });
    const [file, path] = stdout.trim().split('\n');
    expect(file).toBe('my ffmpeg');
    expect(path?.split(':').every((each) => /^\/(usr|s?bin)\b/.test(each))).toBe(true);
  });

  it('hands on what is written to its input, and what it writes', async () => {
    const limits = { maxOutputBytes: 1e6, timeoutMs: 20_000, fence: sealed };
    const args = [...quiet, '-f', 'wav', '-i', 'pipe:0', '-f', 'wav', 'pipe:1'];
    const result = await runFilter(
      'ffmpeg',
      args,
      makeMedia('-f', 'lavfi', '-i', 'sine=d=0.1', '-f', 'wav', '-'),
      limits,
    );
    expect(result).toMatchObject({ kind: 'done' });
  });
});

describe('the fence of this machine', () => {
  it.runIf(hasNamespaces)('is the highest where namespaces are to be had', async () => {
    const fence = await findFence('ffmpeg', { secrets });
    expect(fence).toMatchObject({ kind: 'sealed', obstacle: undefined });
  });

  it('is as high as FFmpeg can bear, and says why it is no higher', async () => {
    const place = temporaryDirectory();
    const picky = join(place, 'ffmpeg');
    // An FFmpeg whose libraries lie elsewhere.
    writeFileSync(
      picky,
      `#!/bin/sh\n[ -e "${place}/library" ] || { echo "no library" >&2; exit 1; }\nexec ffmpeg "$@"\n`,
    );
    chmodSync(picky, 0o755);
    writeFileSync(join(place, 'library'), '');
    const fence = await findFence(picky, { secrets });
    expect(fence?.kind).toBe(hasNamespaces ? 'offline' : 'limited');
    if (hasNamespaces) expect(fence?.obstacle).toBe('no library');
  });

  it('is none where there is no FFmpeg, which whoever starts it will hear of', async () => {
    expect(await findFence('/nowhere/ffmpeg', { secrets })).toBeUndefined();
  });
});

it('the limits alone leave the machine to whoever shows it, with no way to more rights', async () => {
  const call = fenceOf('sealed').around(
    'sh',
    ['-c', 'grep NoNewPrivs /proc/self/status; ls -d /proc/1; ulimit -c'],
    'machine',
  );
  const words = execFileSync(call.program, call.args, { encoding: 'utf8' });
  expect(words.trim().split(/\s+/)).toEqual(['NoNewPrivs:', '1', '/proc/1', '0']);
});
