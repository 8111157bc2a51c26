import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialTorStatus, nextTorStatus, readTorEvent, type TorEvent, type TorStatus } from './tor-status.ts';

const service = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd';
const address = `${service}.onion`;

function read(text: string): TorEvent | undefined {
  return readTorEvent({ status: 650, lines: [{ text }] }, address);
}

function after(...events: readonly TorEvent[]): TorStatus {
  return events.reduce(nextTorStatus, initialTorStatus);
}

const bootstrapped: TorEvent = { kind: 'bootstrap', progress: 100, summary: 'Done' };

describe('readTorEvent', () => {
  it('reads how far tor is, and what holds it up', () => {
    expect(read('STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=50 TAG=loading_descriptors SUMMARY="Loading"')).toEqual({
      kind: 'bootstrap',
      progress: 50,
      summary: 'Loading',
    });
    const stuck = read(
      'STATUS_CLIENT WARN BOOTSTRAP PROGRESS=5 TAG=conn SUMMARY="Connecting" WARNING="Connection refused" ' +
        'REASON=CONNECTREFUSED COUNT=5 RECOMMENDATION=warn HOSTID="AA" HOSTADDR="192.0.2.7:443"',
    );
    expect(stuck).toMatchObject({ progress: 5, problem: 'tor cannot get on: Connection refused (CONNECTREFUSED).' });
    expect(JSON.stringify(stuck)).not.toContain('192.0.2.7');
  });

  it('counts descriptors of our service alone', () => {
    expect(read(`HS_DESC UPLOADED ${service} UNKNOWN $AA~r0`)).toEqual({ kind: 'uploaded' });
    expect(read(`HS_DESC UPLOADED ${'a'.repeat(56)} UNKNOWN $AA~r0`)).toBeUndefined();
    expect(read(`HS_DESC UPLOAD ${service} UNKNOWN $AA~r0 id HSDIR_INDEX=00`)).toBeUndefined();
    expect(read(`HS_DESC FAILED ${service} NO_AUTH $AA~r0 REASON=UPLOAD_REJECTED`)).toEqual({
      kind: 'upload-failed',
      reason: 'A directory did not take the descriptor: UPLOAD_REJECTED.',
    });
  });

  it('warns of a wrong clock and of a version that the network advises against', () => {
    expect(read('STATUS_GENERAL WARN CLOCK_SKEW SKEW=-7200 MIN_SKEW=-3600 SOURCE=CONSENSUS')).toEqual({
      kind: 'warning',
      text: 'The clock of this machine is wrong by 7200 s behind; tor needs the right time.',
    });
    expect(read('STATUS_GENERAL WARN DANGEROUS_VERSION CURRENT=0.4.7.1 REASON=OBSOLETE RECOMMENDED="x"')).toMatchObject(
      {
        text: 'The Tor network advises against tor 0.4.7.1.',
      },
    );
    expect(read('STATUS_GENERAL NOTICE DANGEROUS_VERSION CURRENT=0.9.9.9 REASON=NEW RECOMMENDED="x"')).toBeUndefined();
  });

  it('passes over everything else, whatever it is', () => {
    expect(read('CIRC 5 BUILT')).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => void read(text)));
    fc.assert(fc.property(fc.string(), (text) => void read(`STATUS_CLIENT NOTICE BOOTSTRAP ${text}`)));
  });
});

describe('nextTorStatus', () => {
  it('goes from the start to ready, and is not ready before a directory has the descriptor', () => {
    expect(after({ kind: 'launched' }).state).toBe('starting');
    expect(after({ kind: 'launched' }, { kind: 'bootstrap', progress: 40, summary: 'x' }).state).toBe('bootstrapping');
    expect(after({ kind: 'launched' }, bootstrapped).state).toBe('publishing');
    const ready = after({ kind: 'launched' }, bootstrapped, { kind: 'uploaded' }, { kind: 'uploaded' });
    expect(ready).toMatchObject({ state: 'ready', progress: 100, descriptorUploads: 2 });
  });

  it('forgets uploads and progress with the tor that made them, keeps the address and the error', () => {
    const gone = after(
      { kind: 'address', address },
      bootstrapped,
      { kind: 'uploaded' },
      { kind: 'exited', reason: 'x' },
    );
    expect(gone).toMatchObject({ state: 'restarting', progress: 0, descriptorUploads: 0, address, restarts: 1 });
    expect(gone.lastError).toBe('x');
    const back = [bootstrapped, { kind: 'uploaded' } as const].reduce(nextTorStatus, gone);
    expect(back).toMatchObject({ state: 'ready', restarts: 1 });
    expect(back).not.toHaveProperty('lastError');
  });

  it('is no longer ready while tor has no circuits', () => {
    const lost = after(bootstrapped, { kind: 'uploaded' }, { kind: 'circuits', work: false });
    expect(lost.state).toBe('bootstrapping');
    expect(nextTorStatus(lost, { kind: 'circuits', work: true }).state).toBe('ready');
    expect(after({ kind: 'launched' }, { kind: 'circuits', work: true }).state).toBe('starting');
    const publishing = after({ kind: 'launched' }, bootstrapped);
    expect(nextTorStatus(publishing, { kind: 'circuits', work: true })).toBe(publishing);
  });

  it('keeps five different warnings', () => {
    const texts = ['a', 'a', 'b', 'c', 'd', 'e', 'f'];
    const warned = after(...texts.map((text): TorEvent => ({ kind: 'warning', text })));
    expect(warned.warnings).toEqual(['b', 'c', 'd', 'e', 'f']);
    expect(nextTorStatus(warned, { kind: 'warning', text: 'f' })).toBe(warned);
  });
});
