import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MediaWindow } from './media-window.ts';
import { judgeReload, readDirectives, reportOf } from './reload.ts';

/** Segments of two parts, one second each; so many seconds of them. */
function live(seconds: number): MediaWindow {
  const window = new MediaWindow({ targetSeconds: 2, partSeconds: 1, windowSeconds: 60, maxBytes: 1e6 });
  window.begin({ bytes: Buffer.alloc(1), codecs: [], width: 2, height: 2 });
  for (let at = 0; at <= seconds; at += 1) {
    window.push({ kind: 'video', keyframe: true, startSeconds: at, durationSeconds: 1, bytes: Buffer.alloc(1) });
  }
  return window;
}

const read = (query: Record<string, string>) => readDirectives((name) => query[name]);

describe('readDirectives (RFC 8216bis 6.2.5)', () => {
  it('6.2.5.2: reads segment and part', () => {
    expect(read({})).toEqual({ skip: false });
    expect(read({ _HLS_msn: '7' })).toEqual({ awaited: { number: 7 }, skip: false });
    expect(read({ _HLS_msn: '0', _HLS_part: '12' })).toEqual({ awaited: { number: 0, part: 12 }, skip: false });
  });

  it('6.2.5.2: refuses a part without its segment', () => {
    expect(read({ _HLS_part: '0' })).toBeUndefined();
  });

  it.each(['', ' 1', '-1', '+1', '1.5', '1e3', '0x10', '01', '99999999999', 'NaN', '١'])(
    '4.2: takes nothing but a decimal integer: %j',
    (text) => {
      expect(read({ _HLS_msn: text })).toBeUndefined();
      expect(read({ _HLS_msn: '1', _HLS_part: text })).toBeUndefined();
    },
  );

  it('6.2.5.1: takes YES and v2 for a delta update, and gives all of it to whoever asks for something else', () => {
    expect(['YES', 'v2', 'NO', 'yes', ''].map((skip) => read({ _HLS_skip: skip })?.skip)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('6.2.5: passes over what others begin with _HLS_', () => {
    expect(read({ _HLS_push: '1', _HLS_start: 'x' })).toEqual({ skip: false });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('_HLS_msn', '_HLS_part', '_HLS_skip'), fc.string()), (query) => {
        const directives = read(query);
        if (directives?.awaited !== undefined) expect(Number.isSafeInteger(directives.awaited.number)).toBe(true);
      }),
    );
  });
});

describe('judgeReload (RFC 8216bis 6.2.5.2)', () => {
  // Whole: 0 to 4. Of 5 there is part 0, and part 1 is being made.
  const window = live(11);

  it('6.2.5.2: answers once the segment is there, and waits for the next two', () => {
    expect([0, 3, 4, 5, 6, 7, 100].map((number) => judgeReload(window, { number }))).toEqual([
      'ready',
      'ready',
      'ready',
      'wait',
      'wait',
      'too-far',
      'too-far',
    ]);
  });

  it('6.2.5.2: answers once the part is there, and waits for three at most', () => {
    expect([0, 1, 2, 3, 4, 1000].map((part) => judgeReload(window, { number: 5, part }))).toEqual([
      'ready',
      'wait',
      'wait',
      'wait',
      'too-far',
      'too-far',
    ]);
    expect([0, 2, 3].map((part) => judgeReload(window, { number: 6, part }))).toEqual(['wait', 'wait', 'too-far']);
  });

  it('6.2.5.2: takes a part behind the last of its segment for the first of the next', () => {
    expect(judgeReload(window, { number: 4, part: 2 })).toBe('ready');
    expect(judgeReload(live(10), { number: 4, part: 2 })).toBe('wait');
    expect(judgeReload(window, { number: 3, part: 99 })).toBe('ready');
  });

  it('6.2.5.2: answers at once what is no longer there', () => {
    const late = live(300);
    expect(late.listed[0]?.number).toBeGreaterThan(50);
    expect([judgeReload(late, { number: 0 }), judgeReload(late, { number: 0, part: 9 })]).toEqual(['ready', 'ready']);
  });

  it('6.2.5.2: waits for nothing after the end', () => {
    const ended = live(11);
    ended.end();
    expect([judgeReload(ended, { number: 9 }), judgeReload(ended, { number: 99, part: 9 })]).toEqual([
      'ready',
      'ready',
    ]);
  });

  it('is never too far for a client that asks for what comes next', () => {
    for (let seconds = 2; seconds < 40; seconds += 1) {
      const now = live(seconds);
      const parts = now.open?.parts.length ?? 0;
      expect(judgeReload(now, { number: now.nextNumber, part: parts })).toBe('wait');
      expect(judgeReload(now, { number: now.nextNumber })).toBe('wait');
      expect(judgeReload(now, { number: now.nextNumber + 1, part: 0 })).toBe('wait');
    }
  });
});

describe('reportOf (RFC 8216bis 4.4.5.4)', () => {
  it('4.4.5.4: names the newest part, of the segment under way if it has one', () => {
    expect(reportOf(live(11), 'u')).toEqual({ uri: 'u', lastNumber: 5, lastPart: 0 });
    expect(reportOf(live(10), 'u')).toEqual({ uri: 'u', lastNumber: 4, lastPart: 1 });
    expect(reportOf(live(0), 'u')).toBeUndefined();
  });
});
