import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TorProcess } from '../../src/tor/tor-process.ts';

const timeoutMs = 30_000;

/** The address that a real tor, off the network, gives the service in this directory: it makes a key if there is none. Throws what tor said if it refuses. */
export async function addressByTor(serviceDirectory: string): Promise<string> {
  await mkdir(serviceDirectory, { recursive: true, mode: 0o700 });
  const home = await mkdtemp(path.join(tmpdir(), 'onioncast-tor-'));
  const torrc = path.join(home, 'torrc');
  const hostname = path.join(serviceDirectory, 'hostname');
  const before = await readFile(hostname, 'utf8').catch(() => '');
  // tor writes it anew whatever is there.
  await rm(hostname, { force: true });
  await writeFile(
    torrc,
    [
      'DisableNetwork 1',
      'SocksPort 0',
      `DataDirectory ${home}/data`,
      `HiddenServiceDir ${serviceDirectory}`,
      'HiddenServicePort 80 127.0.0.1:9',
      `__OwningControllerProcess ${process.pid}`,
      '',
    ].join('\n'),
  );
  const tor = new TorProcess('tor', torrc, home);
  try {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const text = await readFile(hostname, 'utf8').catch(() => '');
      if (text.endsWith('\n')) return text.trim();
      if (tor.hasExited || performance.now() > deadline) throw new Error(`${before}: ${tor.notices.join('\n')}`);
      await Promise.race([delay(20), tor.exited]);
    }
  } finally {
    await tor.stop();
    await rm(home, { recursive: true, force: true });
  }
}
