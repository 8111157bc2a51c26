import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatModes,
  captchaPolicies,
  changedModes,
  describeModePatch,
  isPublicChange,
  maxModeMs,
  maxNewSpeakers,
  modesBefore,
  openModes,
  parseModePatch,
  publicModes,
  wordsOf,
} from './modes.ts';

const anyPatch = fc.record(
  {
    slowMs: fc.nat({ max: maxModeMs }),
    isLocked: fc.boolean(),
    isMembersOnly: fc.boolean(),
    holdsFirst: fc.boolean(),
    minSessionAgeMs: fc.nat({ max: maxModeMs }),
    newSpeakersPerMinute: fc.nat({ max: maxNewSpeakers }),
    captcha: fc.constantFrom(...captchaPolicies),
  } satisfies Record<keyof ChatModes, fc.Arbitrary<unknown>>,
  { requiredKeys: [] },
);

describe('the switches of the room', () => {
  it.each([
    [{ slow: '12s' }, { slowMs: 12_000 }],
    [{ slow: '12' }, { slowMs: 12_000 }],
    [{ slow: '24h' }, { slowMs: maxModeMs }],
    [
      { slow: 'off', locked: 'on' },
      { slowMs: 0, isLocked: true },
    ],
    [{ members: 'on' }, { isMembersOnly: true }],
    [{ hold_first: 'on' }, { holdsFirst: true }],
    [{ min_age: '1m' }, { minSessionAgeMs: 60_000 }],
    [{ new_speakers: '20' }, { newSpeakersPerMinute: 20 }],
    [{ new_speakers: String(maxNewSpeakers) }, { newSpeakersPerMinute: maxNewSpeakers }],
    [{ new_speakers: 'off' }, { newSpeakersPerMinute: 0 }],
    [{ captcha: 'first' }, { captcha: 'first' }],
  ])('are changed by %j', (words, patch) => {
    expect(parseModePatch(words)).toEqual({ kind: 'patch', patch });
  });

  it.each([
    [{}, ''],
    [{ slow: '' }, 'slow'],
    [{ slow: 'on' }, 'slow'],
    [{ slow: '25h' }, 'slow'],
    [{ slow: '86400001ms' }, 'slow'],
    [{ slow: '-1' }, 'slow'],
    [{ slow: '999999999' }, 'slow'],
    [{ locked: 'yes' }, 'locked'],
    [{ new_speakers: String(maxNewSpeakers + 1) }, 'new_speakers'],
    [{ new_speakers: '1e3' }, 'new_speakers'],
    [{ captcha: 'maybe' }, 'captcha'],
    [{ slow: '1s', lokced: 'on' }, 'lokced'],
    [{ constructor: 'on' }, 'constructor'],
    [{ ['x'.repeat(90)]: 'on' }, 'x'.repeat(40)],
  ])('are not changed by %j', (words, name) => {
    expect(parseModePatch(words)).toMatchObject({ kind: 'refused', name, expects: expect.stringMatching(/\w/) });
  });

  it('say a change in words that are read back the same', () => {
    expect(describeModePatch({ isLocked: true, slowMs: 90_000, captcha: 'off' })).toBe(
      'slow=90s locked=on captcha=off',
    );
    fc.assert(
      fc.property(anyPatch, (patch) => {
        if (Object.keys(patch).length === 0) return;
        expect(parseModePatch(wordsOf(patch))).toEqual({ kind: 'patch', patch });
      }),
    );
  });

  it('take any words without a fault', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (words) => {
        expect(['patch', 'refused']).toContain(parseModePatch(words).kind);
      }),
    );
  });

  it('know what a change would bring, and what brings it back', () => {
    fc.assert(
      fc.property(anyPatch, anyPatch, (first, patch) => {
        const modes = { ...openModes, ...first };
        const changed = changedModes(modes, patch);
        const after = { ...modes, ...changed };
        expect(after).toEqual({ ...modes, ...patch });
        expect(changedModes(after, patch)).toEqual({});
        expect({ ...after, ...modesBefore(modes, patch) }).toEqual(modes);
      }),
    );
  });

  it('tell everybody what they must know, and nothing else', () => {
    expect(publicModes(openModes)).toEqual({ slowMs: 0, isLocked: false, isMembersOnly: false });
    expect(isPublicChange({ slowMs: 0 })).toBe(true);
    expect(isPublicChange({ captcha: 'first', holdsFirst: true, minSessionAgeMs: 1, newSpeakersPerMinute: 1 })).toBe(
      false,
    );
  });
});
