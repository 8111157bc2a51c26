import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeLadder } from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { requireBox } from './boxes.ts';
import { FragmentReader } from './fragment-reader.ts';
import { mergeInitSegments, parseInitSegment, retrackInitSegment, type InitSegment } from './init-segment.ts';
import { setDuration } from './set-duration.ts';

const seconds = 1_000_000_000;

function initOf(stream: Buffer): InitSegment {
  const inits: InitSegment[] = [];
  new FragmentReader({ onInit: (init) => inits.push(init), onFragment: () => undefined }).push(stream);
  const [init] = inits;
  if (init === undefined) throw new Error('no init segment');
  return init;
}

/** Version, ticks per second and length of each track. */
function lengths(init: Buffer): [version: number | undefined, timescale: number, seconds: number][] {
  const moov = requireBox(init, 'moov');
  const tracks = parseInitSegment(init).tracks;
  let rest = moov.body;
  return tracks.map(({ timescale }) => {
    const trak = requireBox(rest, 'trak');
    rest = rest.subarray(rest.indexOf(trak.bytes) + trak.bytes.length);
    const { body } = requireBox(trak.body, 'mdia', 'mdhd');
    return [body[0], body.readUInt32BE(20), Number(body.readBigUInt64BE(24)) / timescale];
  });
}

describe('an init segment whose tracks get a length', () => {
  let both: InitSegment;

  beforeAll(async () => {
    const ladder = await encodeLadder(1);
    both = mergeInitSegments(initOf(ladder.large), retrackInitSegment(initOf(ladder.audio), 2));
  });

  it('says it in every track, in 64 bits', () => {
    expect(lengths(setDuration(both.bytes, seconds))).toEqual([
      [1, 15_360, seconds],
      [1, 48_000, seconds],
    ]);
  });

  it('declares the same tracks as before, in the same language', () => {
    const changed = setDuration(both.bytes, seconds);
    expect(parseInitSegment(changed).tracks).toEqual(both.tracks);
    const language = (init: Buffer): string =>
      requireBox(init, 'moov', 'trak', 'mdia', 'mdhd').body.subarray(-4).toString('hex');
    expect(language(changed)).toBe(language(both.bytes));
  });

  it('may be changed again', () => {
    const twice = setDuration(setDuration(both.bytes, 5), seconds);
    expect(twice.equals(setDuration(both.bytes, seconds))).toBe(true);
  });

  it('cut short or damaged is refused with MEDIA_MALFORMED, or still an init segment', () => {
    const damage = fc.record({ at: fc.nat(both.bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(damage, fc.nat(both.bytes.length - 1), ({ at, byte }, cut) => {
        const bytes = Buffer.from(both.bytes);
        bytes[at] = byte;
        for (const broken of [bytes, both.bytes.subarray(0, cut)]) {
          try {
            setDuration(broken, seconds);
          } catch (error) {
            expect(error).toBeInstanceOf(AppError);
          }
        }
      }),
    );
  });
});
