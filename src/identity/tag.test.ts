import { describe, expect, it } from 'vitest';
import { tagOf } from './tag.ts';

const key = Buffer.alloc(32, 7);

describe('tagOf', () => {
  it('stays the same for one viewer and key, and changes with either', () => {
    expect(tagOf('viewer', key)).toBe(tagOf('viewer', key));
    const tags = new Set(Array.from({ length: 200 }, (_, n) => tagOf(`viewer ${n}`, key)));
    expect(tags.size).toBeGreaterThan(190);
    expect(tagOf('viewer', Buffer.alloc(32, 8))).not.toBe(tagOf('viewer', key));
  });

  it('is three characters that are hard to mix up', () => {
    for (let n = 0; n < 200; n += 1) expect(tagOf(String(n), key)).toMatch(/^[0-9a-hjkmnp-tv-z]{3}$/);
  });
});
