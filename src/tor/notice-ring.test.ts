import { describe, expect, it } from 'vitest';
import { cleanNotice, explainExit, NoticeRing } from './notice-ring.ts';

describe('NoticeRing', () => {
  it('keeps whole lines, split anywhere', () => {
    const ring = new NoticeRing();
    for (const piece of ['one', ' line\ntw', 'o\n', 'unfinished']) ring.push(piece);
    expect(ring.notices).toEqual(['one line', 'two']);
  });

  it('keeps the last hundred lines of 400 characters', () => {
    const ring = new NoticeRing();
    for (let line = 0; line < 250; line += 1) ring.push(`${line} ${'-'.repeat(1000)}\n`);
    expect(ring.notices).toHaveLength(100);
    expect(ring.notices[0]).toMatch(/^150 -+$/);
    expect(ring.notices.every((notice) => notice.length === 400)).toBe(true);
  });
});

describe('cleanNotice', () => {
  it('T25 takes addresses out and leaves times and versions', () => {
    const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd';
    const text = `12:33:44 Tor 0.4.9.11 for ${onion}.onion at 192.0.2.7:9001, [2001:db8::1]:443 and ::1`;
    expect(cleanNotice(text)).toBe(
      '12:33:44 Tor 0.4.9.11 for [onion].onion at [address]:9001, [[address]]:443 and ::1',
    );
  });
});

describe('explainExit', () => {
  const byCode = { code: 1, signal: null };

  it('names what a person can mend', () => {
    const locked =
      '[warn] It looks like another Tor process is running with the same data directory.  Waiting 5 seconds';
    expect(explainExit(byCode, [locked, '[err] No, it is'])).toMatch(/Another tor already uses/);
    expect(explainExit(byCode, ['[warn] Could not bind to 127.0.0.1:80'])).toMatch(/could not listen/);
    expect(explainExit(byCode, ['[warn] Error writing to "x": No space left on device'])).toMatch(/disk is full/);
    expect(explainExit({ code: null, signal: 'SIGKILL' }, ['[warn] whatever'])).toBe('tor was ended by SIGKILL.');
  });

  it('else repeats the last complaint of tor', () => {
    const notices = ['x [warn] first', 'Nov 22 10:00:00.000 [err] Reading config failed', 'x [notice] bye'];
    expect(explainExit(byCode, notices)).toBe('tor ended with code 1: Reading config failed');
    expect(explainExit(byCode, [])).toBe('tor ended with code 1.');
  });
});
