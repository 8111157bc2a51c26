import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bridgeTorrc, findObfs4, planBridges } from './bridges.ts';
import { TorService } from './tor-service.ts';

const fingerprint = '0123456789ABCDEF0123456789ABCDEF01234567';
const plain = { line: `192.0.2.1:443 ${fingerprint}` };
const disguised = {
  transport: 'obfs4' as const,
  line: `obfs4 192.0.2.2:443 ${fingerprint} cert=${'a'.repeat(70)} iat-mode=0`,
};

let place: string;

beforeAll(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'onioncast-bridges-'));
  for (const name of ['old', 'new']) await mkdir(path.join(place, name));
  for (const program of ['old/obfs4proxy', 'new/lyrebird']) {
    await writeFile(path.join(place, program), '#!/bin/sh\nexit 1\n');
    await chmod(path.join(place, program), 0o755);
  }
  await writeFile(path.join(place, 'lyrebird'), 'not a program');
});

afterAll(async () => {
  await rm(place, { recursive: true, force: true });
});

describe('bridges', () => {
  it('need no program unless they are disguised', async () => {
    expect(bridgeTorrc(await planBridges([plain], ''))).toEqual(['UseBridges 1', `Bridge ${plain.line}`]);
    expect(bridgeTorrc(await planBridges([], ''))).toEqual([]);
  });

  it('are disguised by what is installed, the newer program first', async () => {
    expect(await findObfs4(`${place}/old:${place}/new`)).toBe(`${place}/new/lyrebird`);
    expect(await findObfs4(`${place}/old`)).toBe(`${place}/old/obfs4proxy`);
    const lines = bridgeTorrc(await planBridges([disguised, plain], `${place}/old`));
    expect(lines).toContain(`ClientTransportPlugin obfs4 exec ${place}/old/obfs4proxy`);
  });

  it('are no reason to go without a disguise: where the program is missing, nothing starts', async () => {
    expect(await findObfs4(`${place}:relative`)).toBeUndefined();
    await expect(planBridges([disguised], place)).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining('Install lyrebird or obfs4proxy (Debian and Ubuntu: apt install obfs4proxy)'),
    });
  });

  it('add no line of their own to a torrc', () => {
    expect(() => bridgeTorrc({ lines: [{ line: 'x\nSocksPort 9050' }] })).toThrow(/characters/);
    expect(() => bridgeTorrc({ lines: [disguised], obfs4Program: '/a b/lyrebird' })).toThrow(/path/);
  });

  it('T28 are accepted by a real tor, with a program for obfs4 and without', async () => {
    const searchPath = process.env['PATH'];
    process.env['PATH'] = `${searchPath}:${place}/old`;
    const service = new TorService({
      torBinary: 'tor',
      directory: path.join(place, 'tor'),
      services: [{ name: 'onion', targetSocketPath: path.join(place, 'web.sock') }],
      // Nothing is to leave this machine.
      extraTorrc: ['DisableNetwork 1'],
      bridges: [plain, disguised],
      onChange: () => undefined,
    });
    try {
      await service.start();
      expect(service.pid).toBeGreaterThan(0);
    } finally {
      process.env['PATH'] = searchPath;
      await service.close();
    }
  });
});
