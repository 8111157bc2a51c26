import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenditionInit } from '../mp4/piece.ts';
import { renderMediaPlaylist } from './media-playlist.ts';
import { MediaWindow, type MediaWindowLimits } from './media-window.ts';
import { type ParsedPlaylist, parsePlaylist } from './parsed-playlist.fixture.ts';

const limits: MediaWindowLimits = { targetSeconds: 2, partSeconds: 1, windowSeconds: 60, maxBytes: 10_000_000 };
const picture: RenditionInit = { bytes: Buffer.from('init'), codecs: ['avc1.4d401e', 'opus'], width: 640, height: 360 };
const sound: RenditionInit = { bytes: Buffer.from('sound'), codecs: ['opus'] };

interface Play {
  readonly init?: RenditionInit;
  readonly piece?: number;
  readonly keyframeEvery?: number;
}

/** Pieces of picture with the sound of the same time behind each, as the packager gives them. Times are counted in ticks, so that they do not drift. */
function play(
  window: MediaWindow,
  from: number,
  to: number,
  { init = picture, piece = 0.1, keyframeEvery = 1 }: Play = {},
): void {
  for (let index = Math.round(from / piece); index < Math.round(to / piece); index += 1) {
    const startSeconds = index * piece;
    const keyframe = index % Math.round(keyframeEvery / piece) === 0;
    const common = { startSeconds, durationSeconds: piece };
    const bytes = (size: number) => Buffer.alloc(size);
    if (init === picture) window.push({ ...common, kind: 'video', keyframe, samples: 3, bytes: bytes(1000) });
    window.push({ ...common, kind: 'audio', keyframe: false, samples: 5, bytes: bytes(100) });
  }
}

function live(seconds: number, changes: Partial<MediaWindowLimits> = {}, options: Play = {}): MediaWindow {
  const window = new MediaWindow({ ...limits, ...changes });
  window.begin(options.init ?? picture);
  play(window, 0, seconds, options);
  return window;
}

function text(window: MediaWindow, skip = false): string {
  const { targetDuration, partTarget } = window;
  const reports = [{ uri: '../240p/index.m3u8', lastNumber: 7, lastPart: 0 }];
  return renderMediaPlaylist(window, { targetDuration, partTarget, reports, skip });
}

function parsed(window: MediaWindow, skip = false): ParsedPlaylist {
  return parsePlaylist(text(window, skip));
}

/** Seconds from the end of the playlist. */
function distances({ segments, openParts }: ParsedPlaylist): number[] {
  const open = openParts.reduce((sum, part) => sum + part.seconds, 0);
  return segments.map((_, index) => open + segments.slice(index + 1).reduce((sum, { seconds }) => sum + seconds, 0));
}

describe('media playlists by RFC 8216bis', () => {
  it('4.4.3.1: no segment is longer than the target duration, rounded; nor are those of a publisher with other keyframes', () => {
    for (const keyframeEvery of [0.5, 1, 1.3, 1.5, 1.8, 2]) {
      const { segments, tags } = parsed(live(60, {}, { keyframeEvery }));
      expect(tags.get('#EXT-X-TARGETDURATION')).toBe('2');
      for (const { seconds } of segments) expect(Math.round(seconds)).toBeLessThanOrEqual(2);
      for (const { seconds } of segments) expect(seconds).toBeGreaterThan(0.9);
    }
  });

  it('4.4.2.1, 6.2.1: every segment begins with a keyframe, and says so', () => {
    const window = live(20);
    expect(parsed(window).tags.has('#EXT-X-INDEPENDENT-SEGMENTS')).toBe(true);
    for (const { parts } of window.listed) expect(parts[0]?.isIndependent).toBe(true);
  });

  it('4.4.3.7, 4.4.4.9: parts are as long as promised at most, 85 % of it at least but for the last of a segment, and together the segment', () => {
    for (const options of [
      {},
      { init: sound },
      { keyframeEvery: 2 },
      { keyframeEvery: 1.5 },
      { piece: 0.12, keyframeEvery: 1.08 },
    ]) {
      const window = live(30, {}, options);
      const { partTarget = 0, segments, openParts } = parsed(window);
      expect(partTarget).toBe(1.1);
      const inParts = segments.filter(({ parts }) => parts.length > 0);
      expect(inParts.length).toBeGreaterThan(1);
      for (const { parts, seconds } of inParts) {
        for (const part of parts) expect(part.seconds).toBeLessThanOrEqual(partTarget);
        for (const part of parts.slice(0, -1)) expect(part.seconds).toBeGreaterThanOrEqual(0.85 * partTarget);
        expect(parts.reduce((sum, part) => sum + part.seconds, 0)).toBeCloseTo(seconds, 3);
      }
      for (const part of openParts) expect(part.seconds).toBeLessThanOrEqual(partTarget);
    }
  });

  it('4.4.4.9: a part is called independent only if a player may begin with it', () => {
    const independent = (options: Play) =>
      parsed(live(9, {}, options))
        .segments.at(-1)
        ?.parts.map(({ isIndependent }) => isIndependent);
    expect(independent({})).toEqual([true, true]);
    expect(independent({ keyframeEvery: 2 })).toEqual([true, false]);
    expect(independent({ init: sound })).toEqual([true, true]);
  });

  it('4.4.3.8: what the server can do is said, with distances that are long enough', () => {
    const { control, partTarget = 0 } = parsed(live(20));
    expect(control['CAN-BLOCK-RELOAD']).toBe('YES');
    expect(Number(control['HOLD-BACK'])).toBeGreaterThanOrEqual(3 * 2);
    expect(Number(control['PART-HOLD-BACK'])).toBeGreaterThanOrEqual(3 * partTarget - 1e-9);
    expect(Number(control['CAN-SKIP-UNTIL'])).toBeGreaterThanOrEqual(6 * 2);
    expect(control).not.toHaveProperty('CAN-SKIP-DATERANGES');
  });

  it('4.4.5.3, 6.2.6: one part is hinted at, the one that is being made, and it keeps its name', () => {
    const window = live(4.5);
    expect(parsed(window).hint).toBe('2.0.m4s');
    play(window, 4.5, 5.1);
    const { hint, openParts } = parsed(window);
    expect(openParts.map(({ uri }) => uri)).toEqual(['2.0.m4s']);
    expect(hint).toBe('2.1.m4s');
    expect(window.isHinted(2, 1)).toBe(true);
    expect([window.isHinted(2, 0), window.isHinted(2, 2), window.isHinted(3, 0)]).toEqual([false, false, false]);
    play(window, 6, 6.2);
    expect(parsed(window).segments.at(-1)?.parts.at(-1)?.uri).toBe('2.1.m4s');
  });

  it('4.4.5.4: the other renditions are reported, by an address relative to this one', () => {
    expect(parsed(live(9)).reports).toEqual([{ URI: '../240p/index.m3u8', 'LAST-MSN': '7', 'LAST-PART': '0' }]);
  });

  it('4.4.4.6, 4.4.1.2, 8: no clock of this machine is in it, and no higher version than its tags need', () => {
    expect(text(live(60))).not.toMatch(/PROGRAM-DATE-TIME|DATERANGE|START-DATE/);
    expect(parsed(live(60)).tags.get('#EXT-X-VERSION')).toBe('6');
    expect(parsed(live(60), true).tags.get('#EXT-X-VERSION')).toBe('9');
  });

  it('4.4.4.3, 4.4.4.5, 6.2.1: another run of the encoder is a discontinuity with an init segment of its own', () => {
    const window = live(5);
    window.begin({ ...picture, bytes: Buffer.from('other') });
    play(window, 5, 10.5);
    const { segments } = parsed(window);
    expect(segments.map(({ discontinuity, map }) => [discontinuity, map])).toEqual([
      ...Array.from({ length: 3 }, () => [1, 'init-0.mp4']),
      ...Array.from({ length: 2 }, () => [2, 'init-1.mp4']),
    ]);
    window.begin(picture);
    play(window, 11, 12.2);
    expect(text(window)).toMatch(
      /5\.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-2\.mp4"\n#EXT-X-PART:[^\n]*URI="6\.0\.m4s"/,
    );
  });

  it('6.2.4: discontinuities have the same numbers in all renditions, also in one that was missing in a run', () => {
    const numbers = [
      [1, 2, 3],
      [1, 3],
    ].map((runs) => {
      const window = new MediaWindow(limits);
      for (const run of runs) {
        window.begin(picture, run);
        play(window, run * 10, run * 10 + 2.5);
      }
      window.end();
      return new Map(parsed(window).segments.map(({ discontinuity }, index) => [index, discontinuity]));
    });
    expect(new Set(numbers[0]?.values())).toEqual(new Set([1, 2, 3]));
    expect(new Set(numbers[1]?.values())).toEqual(new Set([1, 3]));
  });

  it('6.2.4: over hours the sound has the segment numbers of the picture', () => {
    const [seen, heard] = [
      live(1000, {}, { piece: 0.12, keyframeEvery: 1.08 }),
      live(1000, {}, { init: sound, piece: 0.12 }),
    ];
    const [fair, even] = [live(1000), live(1000, {}, { init: sound })];
    expect(fair.nextNumber).toBe(even.nextNumber);
    expect(heard.nextNumber).toBe(even.nextNumber);
    expect(seen.nextNumber).toBeLessThan(even.nextNumber);
  });

  it('4.4.3.4, 6.2.1: the end is said, and nothing is hinted at or reported behind it', () => {
    const window = live(9);
    window.end();
    expect(parsed(window)).toMatchObject({ hasEnded: true, hint: undefined, reports: [], openParts: [] });
    expect(text(window).endsWith('#EXT-X-ENDLIST\n')).toBe(true);
  });

  it('6.2.1, 6.2.2: a broadcast after the end is another playlist: it lists nothing of the one before, and its numbers go on', () => {
    const window = live(9);
    window.end();
    window.begin(picture);
    play(window, 9, 14.5);
    expect(parsed(window).segments.map(({ number }) => number)).toEqual([5, 6]);
    expect(parsed(window).segments[0]?.discontinuity).toBe(2);
  });

  it('6.2.2: parts leave the playlist three target durations from its end, the oldest first', () => {
    const playlist = parsed(live(25.5));
    const far = distances(playlist);
    for (const [index, { parts }] of playlist.segments.entries()) {
      expect(parts.length > 0).toBe((far[index] ?? 0) < 6);
    }
  });

  it('6.2.2: parts can be had three target durations after that, and segments for as long as a playlist that listed them', () => {
    const window = live(0, { windowSeconds: 6 });
    const lastListed = new Map<number, number>();
    for (let at = 0; at < 60; at += 1) {
      play(window, at, at + 1);
      const playlist = parsed(window.listed.length === 0 ? live(9) : window);
      const length = playlist.segments.reduce((sum, { seconds }) => sum + seconds, 0);
      if (window.listed.length === 0) continue;
      for (const { number, seconds } of playlist.segments)
        lastListed.set(number, lastListed.get(number) ?? at + length + seconds);
      for (const [number, until] of lastListed) {
        if (until > at) expect(window.segment(number)?.parts.length).toBeGreaterThan(0);
      }
    }
  });

  it('6.2.2: at least three target durations are listed', () => {
    for (const windowSeconds of [6, 10, 60]) {
      const { segments } = parsed(live(100, { windowSeconds }));
      expect(segments.reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThanOrEqual(6);
    }
  });

  it('4.4.3.2, 6.2.2: numbers never come back, also over starts of the server', () => {
    const first = live(9);
    const second = live(9, { firstNumber: 2 ** 21 });
    const { segments, tags } = parsed(second);
    expect(segments[0]).toMatchObject({ number: 2_097_152, uri: '2097152.m4s', map: 'init-2097152.mp4' });
    expect(Number(tags.get('#EXT-X-DISCONTINUITY-SEQUENCE'))).toBeGreaterThan(
      parsed(first).segments[0]?.discontinuity ?? 0,
    );
  });

  it('6.2.5.1: a delta update leaves out what is further back than promised, and nothing else', () => {
    const window = live(61.5);
    const [whole, delta] = [parsed(window), parsed(window, true)];
    expect(delta.skipped).toBeGreaterThan(3);
    expect(delta.segments.map(({ number }) => number)).toEqual(
      whole.segments.slice(delta.skipped).map(({ number }) => number),
    );
    expect(delta.segments.map(({ uri, parts }) => [uri, parts])).toEqual(
      whole.segments.slice(delta.skipped).map(({ uri, parts }) => [uri, parts]),
    );
    const boundary = Number(whole.control['CAN-SKIP-UNTIL']);
    const fromLastSegment = distances({ ...whole, openParts: [] });
    expect(fromLastSegment[delta.skipped - 1]).toBeGreaterThan(boundary);
    expect(fromLastSegment[delta.skipped]).toBeLessThanOrEqual(boundary);
    expect(delta.tags.get('#EXT-X-MEDIA-SEQUENCE')).toBe(whole.tags.get('#EXT-X-MEDIA-SEQUENCE'));
  });

  it('6.2.5.1: there is none where nothing is far enough back, and after the end', () => {
    expect(text(live(13), true)).toBe(text(live(13)));
    const ended = live(61.5);
    ended.end();
    expect(text(ended, true)).toBe(text(ended));
  });

  it('4.1, 4.2: whatever is encoded, an independent reader finds what is there, with numbers without holes', () => {
    const step = fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record({ keyframe: fc.boolean(), seconds: fc.double({ min: 0.02, max: 1.5, noNaN: true }) }),
      },
      { weight: 1, arbitrary: fc.constant('begin' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), fc.boolean(), (steps, skip) => {
        const window = new MediaWindow({ ...limits, windowSeconds: 20 });
        window.begin(picture);
        let now = 0;
        const seen = new Map<string, string>();
        for (const one of steps) {
          if (one === 'begin') window.begin(picture);
          else {
            window.push({
              kind: 'video',
              keyframe: one.keyframe,
              startSeconds: now,
              durationSeconds: one.seconds,
              bytes: Buffer.alloc(10),
            });
            now += one.seconds;
          }
          const playlist = parsed(window, skip);
          const first = window.listed[0]?.number ?? window.nextNumber;
          expect(playlist.tags.get('#EXT-X-MEDIA-SEQUENCE')).toBe(String(first));
          expect(playlist.skipped + playlist.segments.length).toBe(window.listed.length);
          for (const segment of playlist.segments) {
            const { number, discontinuity, map, seconds, uri } = segment;
            expect(uri).toBe(`${number}.m4s`);
            expect(Math.round(seconds)).toBeLessThanOrEqual(Number(playlist.tags.get('#EXT-X-TARGETDURATION')));
            expect(window.segment(number)?.durationSeconds).toBeCloseTo(seconds, 4);
            // The same segment is the same in every playlist (6.2.1).
            const meaning = JSON.stringify([discontinuity, map, seconds]);
            expect(seen.get(uri) ?? meaning).toBe(meaning);
            seen.set(uri, meaning);
          }
          for (const { uri, seconds } of [...playlist.segments.flatMap(({ parts }) => parts), ...playlist.openParts]) {
            expect(seconds).toBeLessThanOrEqual((playlist.partTarget ?? 0) + 1e-5);
            const [number = -1, index = -1] = uri.split('.').map(Number);
            expect(window.part(number, index)?.durationSeconds).toBeCloseTo(seconds, 4);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
