import { describe, expect, it } from 'vitest';
import { mayChoose, wholeWithinMs } from './offers.ts';

describe('what can be joined', () => {
  const ladder = ['360p', '240p'];

  it('is not offered while sound alone has begun, however long that takes', () => {
    expect(mayChoose(ladder, new Set(['audio']), 100)).toBe(false);
    expect(mayChoose(ladder, new Set(['audio']), 10 * wholeWithinMs)).toBe(false);
  });

  it('is offered when every picture of the ladder has begun, and after a while when some have', () => {
    expect(mayChoose(ladder, new Set(['audio', '240p']), wholeWithinMs - 1)).toBe(false);
    expect(mayChoose(ladder, new Set(['240p', '360p']), 100)).toBe(true);
    expect(mayChoose(ladder, new Set(['audio', '240p']), wholeWithinMs)).toBe(true);
  });
});
