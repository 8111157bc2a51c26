import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintClientKey } from './client-key.ts';
import { TorControl } from './control.ts';
import { type OnionServicePlan, restartDelayMs, TorService, type TorServiceSettings } from './tor-service.ts';
import type { TorStatus } from './tor-status.ts';

/** With the real tor, kept off the network: everything up to the first packet. */
describe('TorService', () => {
  let root: string;
  let services: TorService[];
  let wake: () => void;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'onioncast-service-'));
    services = [];
    wake = () => undefined;
  });

  afterEach(async () => {
    await Promise.all(services.map((service) => service.close()));
    await rm(root, { recursive: true, force: true });
  });

  function onion(): OnionServicePlan {
    const proofOfWork = { queueRate: 25, queueBurst: 250 };
    return { name: 'onion', targetSocketPath: join(root, 'web.sock'), proofOfWork };
  }

  function make(changes: Partial<TorServiceSettings> = {}): TorService {
    const service = new TorService({
      torBinary: 'tor',
      directory: join(root, 'tor'),
      services: [onion()],
      extraTorrc: ['DisableNetwork 1'],
      onChange: () => wake(),
      ...changes,
    });
    services.push(service);
    return service;
  }

  async function until(service: TorService, isWanted: (status: TorStatus) => boolean): Promise<TorStatus> {
    while (!isWanted(service.status)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return service.status;
  }

  /** tor listens to us, so that it has an address and an owner. */
  function attached(service: TorService, restarts = 0): Promise<TorStatus> {
    return until(service, (status) => status.state === 'bootstrapping' && status.restarts === restarts);
  }

  function isRunning(pid: number | undefined): boolean {
    try {
      return process.kill(pid ?? 0, 0);
    } catch {
      return false;
    }
  }

  it('has an address before it has a network, and leaves no process behind', async () => {
    const service = make();
    await service.start();
    const { address } = await attached(service);
    expect(address).toMatch(/^[a-z2-7]{56}\.onion$/);
    const { pid } = service;
    expect(isRunning(pid)).toBe(true);
    await Promise.all([service.close(), service.close()]);
    expect(isRunning(pid)).toBe(false);
    expect(service.status.state).toBe('stopped');
    expect(service.notices.join('\n')).not.toContain(address?.slice(0, 56));
  });

  it('keeps its secrets from everybody else under any umask, and repairs what was opened', async () => {
    const before = process.umask(0o000);
    try {
      const service = make();
      await service.start();
      await attached(service);
      await service.close();
      await expectPrivate(join(root, 'tor'));
      await chmod(join(root, 'tor/onion'), 0o755);
      await chmod(join(root, 'tor/onion/hs_ed25519_secret_key'), 0o644);
      const again = make();
      await again.start();
      expect((await attached(again)).address).toBe(service.status.address);
      await expectPrivate(join(root, 'tor'));
    } finally {
      process.umask(before);
    }
  });

  async function expectPrivate(directory: string): Promise<void> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const modes = await Promise.all(entries.map((entry) => stat(join(entry.parentPath, entry.name))));
    expect(entries.map((entry) => entry.name)).toContain('hs_ed25519_secret_key');
    expect(modes.filter((stats) => (stats.mode & 0o077) !== 0)).toEqual([]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  }

  it('starts a killed tor again, at the same address', async () => {
    const service = make();
    await service.start();
    const { address } = await attached(service);
    const { pid } = service;
    process.kill(pid ?? 0, 'SIGKILL');
    const down = await until(service, (status) => status.state === 'restarting');
    expect(down).toMatchObject({ lastError: 'tor was ended by SIGKILL.', restarts: 1 });
    expect((await attached(service, 1)).address).toBe(address);
    expect(service.pid).not.toBe(pid);
  });

  it('does not outlive us, even when we are killed', async () => {
    const program = `
      import { TorService } from ${JSON.stringify(new URL('tor-service.ts', import.meta.url).href)};
      const settings = ${JSON.stringify({ torBinary: 'tor', directory: join(root, 'tor'), services: [{ name: 'onion', targetSocketPath: '/w' }], extraTorrc: ['DisableNetwork 1'] })};
      const onChange = (status) => status.state === 'bootstrapping' && process.send('attached');
      await new TorService({ ...settings, onChange }).start();
    `;
    const args = ['--input-type=module', '--eval', program];
    const owner = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await once(owner, 'message');
    let isGone: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => {
      isGone = resolve;
    });
    const witness = await TorControl.connect(join(root, 'tor/control'), { onClose: () => isGone() });
    await witness.authenticate(join(root, 'tor/control_auth_cookie'));
    const pid = Number(await witness.getInfo('process/pid'));
    expect(isRunning(pid)).toBe(true);
    owner.kill('SIGKILL');
    await gone;
  });

  it('gives a new address each time when ephemeral, and deletes the key', async () => {
    const first = make({ ephemeral: true });
    await first.start();
    const { address } = await attached(first);
    const torrc = await readFile(join(root, 'tor/torrc'), 'utf8');
    const key = /^HiddenServiceDir "(.*)"$/m.exec(torrc)?.[1] ?? '';
    expect(key.startsWith(join(root, 'tor'))).toBe(false);
    expect((await stat(key)).mode & 0o777).toBe(0o700);
    await first.close();
    await expect(stat(key)).rejects.toMatchObject({ code: 'ENOENT' });
    const second = make({ ephemeral: true });
    await second.start();
    expect((await attached(second)).address).not.toBe(address);
  });

  it('runs several services, each with an address of its own, one of them for a key alone', async () => {
    const client = { name: 'owner', publicKey: mintClientKey().publicKey };
    const desk: OnionServicePlan = { name: 'desk', targetSocketPath: join(root, 'desk.sock'), client };
    const seen = new Set<string>();
    const service = make({
      services: [onion(), desk],
      onChange: (_status, name) => {
        seen.add(name);
        wake();
      },
    });
    await service.start();
    await attached(service);
    await until(service, () => service.statusOf('desk').state === 'bootstrapping');
    const addresses = [service.status.address, service.statusOf('desk').address];
    expect(addresses).toEqual([expect.stringMatching(/onion$/), expect.stringMatching(/onion$/)]);
    expect(new Set(addresses).size).toBe(2);
    expect([...seen].sort()).toEqual(['desk', 'onion']);
    const file = join(root, 'tor/desk/authorized_clients/owner.auth');
    expect(await readFile(file, 'utf8')).toBe(`descriptor:x25519:${client.publicKey}\n`);
    await expectPrivate(join(root, 'tor'));
    await service.close();
    expect(service.statusOf('desk').state).toBe('stopped');
    const again = make({ services: [onion(), desk] });
    await again.start();
    await attached(again);
    expect([again.status.address, again.statusOf('desk').address]).toEqual(addresses);
  });

  it('gives a temporary service an address of one run, for whoever may find the first one, and leaves no key behind', async () => {
    const services = [onion(), { ...onion(), name: 'temporary', isTemporary: true }] as const;
    const folder = join(root, 'tor/temporary/temporary');
    const auth = `descriptor:x25519:${mintClientKey().publicKey}\n`;
    await mkdir(join(root, 'tor/onion/authorized_clients'), { recursive: true, mode: 0o700 });
    await writeFile(join(root, 'tor/onion/authorized_clients/ann.auth'), auth, { mode: 0o600 });
    const addresses: (string | undefined)[] = [];
    for (let run = 0; run < 2; run += 1) {
      const service = make({ services });
      await service.start();
      await attached(service);
      await until(service, () => service.statusOf('temporary').state === 'bootstrapping');
      addresses.push(service.status.address, service.statusOf('temporary').address);
      expect(await readFile(join(folder, 'authorized_clients/ann.auth'), 'utf8')).toBe(auth);
      await service.close();
      await expect(stat(join(root, 'tor/temporary'))).rejects.toMatchObject({ code: 'ENOENT' });
    }
    expect(addresses[2]).toBe(addresses[0]);
    expect(new Set(addresses).size).toBe(3);
    // As a run leaves it that was killed.
    await mkdir(folder, { recursive: true });
    const last = make();
    await last.start();
    await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says who is in the way when another tor uses the directory, and leaves that one alone', async () => {
    const first = make();
    await first.start();
    await attached(first);
    const witness = await TorControl.connect(join(root, 'tor/control'));
    await witness.authenticate(join(root, 'tor/control_auth_cookie'));
    const second = make();
    await second.start();
    const status = await until(second, ({ restarts }) => restarts === 1);
    expect(status.lastError).toMatch(/Another tor already uses this data directory/);
    await second.close();
    expect(await witness.getInfo('process/pid')).toBe(String(first.pid));
    witness.close();
    expect(first.status).toMatchObject({ state: 'bootstrapping', restarts: 0 });
  });

  it('explains what only a person can mend, and starts nothing', async () => {
    await writeFile(join(root, 'file'), '');
    const cases: readonly [Partial<TorServiceSettings>, string][] = [
      [{ torBinary: join(root, 'no-tor') }, 'TOOL_MISSING'],
      [{ directory: join(root, 'file') }, 'DATA_DIRECTORY'],
      [{ directory: join(root, 'd'.repeat(120)) }, 'DATA_DIRECTORY'],
      [{ extraTorrc: ['NoSuchOption 1'] }, 'CONFIG_INVALID'],
      [{ extraTorrc: ['HiddenServiceSingleHopMode 1'] }, 'CONFIG_INVALID'],
    ];
    for (const [changes, code] of cases) {
      const service = make(changes);
      await expect(service.start()).rejects.toMatchObject({ code });
      expect(service.pid).toBeUndefined();
      await service.close();
    }
    await expect(make({ extraTorrc: ['NoSuchOption 1'] }).start()).rejects.toThrow(/Unknown option 'NoSuchOption'/);
  });

  it('T28 warns of an old tor and leaves out what it cannot do', async () => {
    const oldTor = join(root, 'old-tor');
    const script =
      'case "$1" in --version) echo "Tor version 0.4.7.16.";; --list-modules) echo "pow: no";; *) exec tor "$@";; esac';
    await writeFile(oldTor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const service = make({ torBinary: oldTor });
    await service.start();
    const { warnings } = await attached(service);
    expect(warnings).toEqual([
      'tor 0.4.7.16 has known holes; install 0.4.9.11 or later.',
      'This tor cannot ask for proof of work, which protects the service against floods.',
    ]);
    expect(await readFile(join(root, 'tor/torrc'), 'utf8')).not.toContain('PoW');
  });

  it('can be closed before it is started and while it waits to start again', async () => {
    await make().close();
    const service = make();
    await service.start();
    await attached(service);
    process.kill(service.pid ?? 0, 'SIGKILL');
    await until(service, (status) => status.state === 'restarting');
    await service.close();
    expect(service.status.state).toBe('stopped');
    expect(isRunning(service.pid)).toBe(false);
  });
});

describe('restartDelayMs', () => {
  it('doubles up to half a minute', () => {
    const delays = [1, 2, 3, 6, 7, 100].map(restartDelayMs);
    expect(delays).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
  });
});
