import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultFloodPolicy, type FloodPolicy } from './flood.ts';
import { type ChatModes, openModes } from './modes.ts';
import { Pace } from './pace.ts';
import { Familiarity } from './familiarity.ts';

function build(wish: Partial<FloodPolicy> = {}, modes: Partial<ChatModes> = {}) {
  const familiarity = new Familiarity();
  const pace = new Pace({ ...defaultFloodPolicy, ...wish }, familiarity);
  let count = 0;
  const say = (who: string, nowMs: number, more: { text?: string; circuitId?: number; isHeld?: boolean } = {}) => {
    count += 1;
    const { text = `words ${count}`, circuitId, isHeld = false } = more;
    const requester = { viewerId: who, ...(circuitId === undefined ? {} : { circuitId }) };
    const wait = pace.decide({ requester, text, isHeld }, { ...openModes, ...modes }, nowMs);
    if (wait !== undefined) return wait;
    pace.accept({ requester, text, isHeld }, nowMs);
    if (!isHeld) familiarity.hear(who, nowMs);
    return 'taken';
  };
  const next = (who: string, nowMs: number) => pace.next({ viewerId: who }, { ...openModes, ...modes }, nowMs);
  return { say, next, familiarity };
}

describe('the pace', () => {
  it('counts lines as well as messages', () => {
    const { say } = build();
    expect(say('a', 0, { text: 'x\n'.repeat(15).trim() })).toBe('taken');
    expect(say('a', 1000, { text: 'y\n'.repeat(6).trim() })).toEqual({ rule: 'too-many-rows', waitMs: 19_000 });
    expect(say('a', 1000, { text: 'y\n'.repeat(5).trim() })).toBe('taken');
    expect(say('b', 1000, { text: 'y\n'.repeat(6).trim() })).toBe('taken');
  });

  it('asks for a gap between two messages', () => {
    const { say } = build({ gapMs: 1500 });
    expect(say('a', 0)).toBe('taken');
    expect(say('a', 1000)).toEqual({ rule: 'too-quick', waitMs: 500 });
    expect(say('a', 1500)).toBe('taken');
  });

  it('asks for the time of slow mode, which may be longer than any window', () => {
    const { say, next } = build({}, { slowMs: 600_000 });
    expect(say('a', 0)).toBe('taken');
    expect(say('a', 590_000)).toEqual({ rule: 'slow-mode', waitMs: 10_000 });
    expect(next('a', 590_000)).toEqual({ rule: 'slow-mode', waitMs: 10_000 });
    expect(next('b', 590_000)).toBeUndefined();
    expect(say('a', 600_000)).toBe('taken');
  });

  it('holds all who come over one circuit to one limit, and nobody else', () => {
    const { say } = build();
    for (let n = 0; n < 8; n += 1) expect(say(`a${n}`, n, { circuitId: 7 })).toBe('taken');
    expect(say('b', 100, { circuitId: 7 })).toEqual({ rule: 'circuit-busy', waitMs: 19_900 });
    expect(say('b', 100, { circuitId: 8 })).toBe('taken');
    expect(say('c', 100)).toBe('taken');
  });

  it('knows words again behind case, spaces and punctuation', () => {
    const { say } = build();
    expect(say('a', 0, { text: 'Hello there' })).toBe('taken');
    expect(say('a', 1, { text: 'hi' })).toBe('taken');
    expect(say('a', 2000, { text: 'hello,  THERE!' })).toEqual({ rule: 'same-text', waitMs: 3000 });
    expect(say('a', 2000, { text: ':)' })).toBe('taken');
  });

  it('stops what many say in one voice, but no short word', () => {
    const { say } = build();
    const text = 'come to my site now';
    for (let n = 0; n < 5; n += 1) expect(say(`a${n}`, n * 1000, { text })).toBe('taken');
    expect(say('b', 5000, { text: 'Come to my site, now!' })).toEqual({ rule: 'copied-text', waitMs: 25_000 });
    expect(say('b', 5000, { text: 'what is that?' })).toBe('taken');
    expect(say('b', 30_000, { text })).toBe('taken');
    for (let n = 0; n < 20; n += 1) expect(say(`c${n}`, 60_000 + n, { text: 'hello' })).toBe('taken');
  });

  it('asks strangers to have been here for a while, and no one who has spoken', () => {
    const { say, next, familiarity } = build({}, { minSessionAgeMs: 60_000 });
    familiarity.meet('a', 0);
    expect(next('a', 20_000)).toEqual({ rule: 'too-new', waitMs: 40_000 });
    expect(say('a', 20_000)).toEqual({ rule: 'too-new', waitMs: 40_000 });
    expect(say('b', 20_000)).toEqual({ rule: 'too-new', waitMs: 60_000 });
    familiarity.meet('a', 50_000);
    expect(say('a', 60_000)).toBe('taken');
    familiarity.hear('c', 60_000);
    expect(say('c', 60_001)).toBe('taken');
    familiarity.distrust('a');
    familiarity.meet('a', 70_000);
    expect(say('a', 71_000)).toEqual({ rule: 'too-new', waitMs: 59_000 });
  });

  it('asks once for the longest of all waits', () => {
    const { say } = build({ gapMs: 1000 }, { slowMs: 12_000 });
    expect(say('a', 0, { text: 'same' })).toBe('taken');
    expect(say('a', 500, { text: 'same' })).toEqual({ rule: 'slow-mode', waitMs: 11_500 });
    expect(say('a', 12_000, { text: 'same' })).toBe('taken');
  });

  it('lets those who speak already go on while new ones must wait', () => {
    const { say } = build({}, { newSpeakersPerMinute: 2 });
    expect(say('a', 0)).toBe('taken');
    expect(say('b', 1000)).toBe('taken');
    expect(say('c', 2000)).toEqual({ rule: 'new-speakers', waitMs: 58_000 });
    expect(say('a', 2000)).toBe('taken');
    expect(say('d', 2000, { isHeld: true })).toBe('taken');
    expect(say('c', 60_000)).toBe('taken');
    expect(say('e', 60_000)).toMatchObject({ rule: 'new-speakers' });
  });

  it('never lets more new speakers into any minute than asked for, however they come', () => {
    const steps = fc.array(fc.record({ gap: fc.nat({ max: 20_000 }), who: fc.nat({ max: 40 }) }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (asked, newSpeakersPerMinute) => {
        const { say } = build({}, { newSpeakersPerMinute });
        const begun = new Map<string, number>();
        let now = 0;
        for (const { gap, who } of asked) {
          now += gap;
          const name = `viewer ${who}`;
          const isNew = !begun.has(name);
          if (say(name, now) === 'taken' && isNew) begun.set(name, now);
          const ofLate = [...begun.values()].filter((time) => time > now - 60_000);
          expect(ofLate.length).toBeLessThanOrEqual(newSpeakersPerMinute);
        }
      }),
    );
  });
});

describe('how well people are known', () => {
  it('fades when they are silent for a day, and is bounded', () => {
    const familiarity = new Familiarity();
    familiarity.hear('a', 0);
    expect(familiarity.isKnown('a', 86_399_999)).toBe(true);
    expect(familiarity.isKnown('a', 86_400_000)).toBe(false);
    for (let n = 0; n <= 8192; n += 1) familiarity.hear(`crowd ${n}`, 1);
    expect(familiarity.isKnown('a', 2)).toBe(false);
    expect(familiarity.ageMs('a', 2)).toBe(0);
    expect(familiarity.isKnown('crowd 8192', 2)).toBe(true);
  });
});
