import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './strict-json.ts';

describe('T30 parseStrictJson', () => {
  it.each([
    ['{"a":1', 'not-json'],
    ['', 'not-json'],
    ['['.repeat(5000), 'not-json'],
    ['null', 'not-an-object'],
    ['[]', 'not-an-object'],
    ['"x"', 'not-an-object'],
    ['7', 'not-an-object'],
    ['{"a":1e999}', 'number'],
    ['{"a":[-1E999]}', 'number'],
    ['{"a":1,"a":2}', 'duplicate-key'],
    ['{"a":1,"\\u0061":2}', 'duplicate-key'],
    ['{"a":{"b":1,"b":2}}', 'duplicate-key'],
    ['{"__proto__":{"x":1}}', 'forbidden-key'],
    ['{"a":{"constructor":1}}', 'forbidden-key'],
    [`{"a":${'['.repeat(8)}${']'.repeat(8)}}`, 'too-deep'],
  ])('refuses %s', (text, problem) => {
    expect(parseStrictJson(text)).toEqual({ kind: 'refused', problem });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('lets the same key stand in different objects, and texts that look like keys', () => {
    const value = { a: { b: 1 }, c: { b: 'true' }, d: ['"a":', '{', 'x":'], e: [true, false, null, -1.5e3] };
    expect(parseStrictJson(JSON.stringify(value, null, 2))).toEqual({ kind: 'object', value });
  });

  it('reads every object that JSON writes, if its keys are harmless', () => {
    const key = fc.string().filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));
    const flat = fc.dictionary(key, fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string())), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(flat, (value) => {
        expect(parseStrictJson(JSON.stringify(value))).toEqual({ kind: 'object', value });
      }),
    );
  });
});
