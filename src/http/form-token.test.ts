import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { parseForm } from './form-body.ts';
import { isFormToken, mintFormToken } from './form-token.ts';

const secret = Buffer.alloc(32, 3);
const mint = (nowMs: number, form = 'chat', viewer = 'v1', random = Buffer.alloc(16, 5)) =>
  mintFormToken(form, viewer, secret, nowMs, random);
const hourMs = 3_600_000;

describe('T08 a form token', () => {
  it('holds for its form, viewer and secret, in its hour and the next', () => {
    const token = mint(10 * hourMs);
    const holds = (nowMs: number, form = 'chat', viewer = 'v1', key = secret) =>
      isFormToken(token, form, viewer, key, nowMs);
    expect([10, 10.9, 11, 11.9].map((hour) => holds(hour * hourMs))).toEqual([true, true, true, true]);
    expect([9.9, 12, 34].map((hour) => holds(hour * hourMs))).toEqual([false, false, false]);
    expect(holds(10 * hourMs, 'login')).toBe(false);
    expect(holds(10 * hourMs, 'chat', 'v2')).toBe(false);
    expect(holds(10 * hourMs, 'chat', 'v1', Buffer.alloc(32, 4))).toBe(false);
  });

  it('shares no part with another one of the same form', () => {
    const [a, b] = [mint(0), mint(0, 'chat', 'v1', Buffer.alloc(16, 6))].map((token) =>
      Buffer.from(token, 'base64url'),
    );
    expect(a?.filter((byte, index) => byte === b?.[index])).toHaveLength(0);
  });

  it('is nothing that anybody could make up', () => {
    const good = mint(0);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ minLength: 43, maxLength: 43 }), fc.base64String()), (text) => {
        expect(isFormToken(text, 'chat', 'v1', secret, 0)).toBe(text === good);
      }),
    );
  });
});

describe('parseForm', () => {
  it('reads back whatever a browser may send', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 20 }),
        (fields) => {
          const body = new URLSearchParams(Object.entries(fields)).toString();
          expect([...parseForm(Buffer.from(body))]).toEqual(Object.entries(fields));
        },
      ),
    );
  });

  it('reads or refuses any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          for (const value of parseForm(bytes).values()) expect(value.isWellFormed()).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});
