import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { type Amf0Value, amf0Limits, decodeAmf0, encodeAmf0 } from './amf0.ts';

const value = fc.letrec<{ any: Amf0Value }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.double(),
    fc.boolean(),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('any'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), tie('any')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
})).any;

function outcome(bytes: Buffer): 'decoded' | 'malformed' {
  try {
    decodeAmf0(bytes);
    return 'decoded';
  } catch (error) {
    if (error instanceof AppError && error.code === 'MEDIA_MALFORMED') return 'malformed';
    throw error;
  }
}

/** Objects within objects, `depth` of them. */
function nested(depth: number): Buffer {
  let inner: Amf0Value = 1;
  for (let level = 0; level < depth; level += 1) inner = new Map([['a', inner]]);
  return encodeAmf0(inner);
}

describe('AMF0', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (values) => {
        expect(decodeAmf0(encodeAmf0(...values))).toEqual(values);
      }),
    );
  });

  it('answers any bytes with values or a refusal, never with anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['decoded', 'malformed']).toContain(outcome(Buffer.from(bytes)));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses every truncation of a value that does not end at a border', () => {
    const whole = encodeAmf0(
      new Map<string, Amf0Value>([
        ['level', 'status'],
        ['size', 12],
        ['list', [1, 'two', null]],
      ]),
    );
    for (let length = 1; length < whole.length; length += 1) {
      expect(outcome(whole.subarray(0, length))).toBe('malformed');
    }
  });

  it('reads the ECMA array that FFmpeg and OBS send as metadata, whatever its count says', () => {
    const properties = encodeAmf0(new Map([['width', 640]])).subarray(1);
    const array = Buffer.concat([Buffer.from([8, 0, 0, 0, 99]), properties]);
    expect(decodeAmf0(array)).toEqual([new Map([['width', 640]])]);
  });

  it('reads dates, long strings, XML, typed objects and "unsupported"', () => {
    const date = Buffer.concat([Buffer.from([11]), encodeAmf0(1000).subarray(1), Buffer.from([0, 0])]);
    expect(decodeAmf0(date)).toEqual([1000]);
    expect(decodeAmf0(Buffer.from([12, 0, 0, 0, 2, 0x6f, 0x6b]))).toEqual(['ok']);
    expect(decodeAmf0(Buffer.from([15, 0, 0, 0, 2, 0x6f, 0x6b]))).toEqual(['ok']);
    expect(decodeAmf0(Buffer.from([16, 0, 1, 0x43, 0, 0, 9]))).toEqual([new Map()]);
    expect(decodeAmf0(Buffer.from([13]))).toEqual([undefined]);
  });

  it('keeps names of the prototype as plain data', () => {
    const [decoded] = decodeAmf0(encodeAmf0(new Map([['__proto__', 'x']])));
    expect(decoded).toEqual(new Map([['__proto__', 'x']]));
  });

  it('takes nesting up to the limit and refuses one level more', () => {
    expect(outcome(nested(amf0Limits.maxDepth))).toBe('decoded');
    expect(outcome(nested(amf0Limits.maxDepth + 1))).toBe('malformed');
  });

  it('takes as many values as the limit says and refuses one more', () => {
    const nulls = (count: number) => Buffer.alloc(count, 5);
    expect(outcome(nulls(amf0Limits.maxValues))).toBe('decoded');
    expect(outcome(nulls(amf0Limits.maxValues + 1))).toBe('malformed');
  });

  it('takes strings up to the limit and refuses one byte more', () => {
    expect(outcome(encodeAmf0('a'.repeat(amf0Limits.maxStringBytes)))).toBe('decoded');
    expect(outcome(encodeAmf0('a'.repeat(amf0Limits.maxStringBytes + 1)))).toBe('malformed');
  });
});
