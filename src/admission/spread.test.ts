import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spread, type SpreadPlace } from './spread.ts';

function place(visitors: number, isOpen = true): SpreadPlace {
  return { address: `${'a'.repeat(56)}.onion`, isOpen, visitors };
}

describe('the choice of an address', () => {
  it('sends newcomers on from the first address to the one with the fewest visitors', () => {
    expect(new Spread().send([place(10), place(4), place(2)], 0, 0)).toBe(2);
  });

  it('keeps them where going elsewhere gains little', () => {
    expect(new Spread().send([place(3), place(2)], 0, 0)).toBeUndefined();
    expect(new Spread().send([place(100), place(91)], 0, 0)).toBeUndefined();
    expect(new Spread().send([place(100), place(90)], 0, 0)).toBe(1);
  });

  it('sends nobody to an address that cannot be opened, takes no newcomers or is not known', () => {
    expect(new Spread().send([place(10), place(0, false)], 0, 0)).toBeUndefined();
    expect(new Spread().send([place(10), { isOpen: true, visitors: 0 }], 0, 0)).toBeUndefined();
  });

  it('counts those who are still on their way', () => {
    const spread = new Spread();
    const sent = Array.from({ length: 10 }, () => spread.send([place(20), place(12), place(14)], 0, 1000));
    expect(sent.filter((to) => to === 1)).toHaveLength(6);
    expect(sent.filter((to) => to === 2)).toHaveLength(4);
    expect(spread.send([place(20), place(12), place(14)], 0, 20_000)).toBe(1);
  });

  it('lets whoever has been sent on stay', () => {
    expect(new Spread().send([place(0), place(50)], 1, 0)).toBeUndefined();
  });

  it('sends newcomers on from an address that takes none, whatever the gain, and keeps them where there is no other', () => {
    expect(new Spread().send([place(50), place(0, false)], 1, 0)).toBe(0);
    expect(new Spread().send([place(0, false), place(50)], 0, 0)).toBe(1);
    expect(new Spread().send([place(0, false), place(50, false)], 0, 0)).toBeUndefined();
  });

  it('never sends anybody round in circles', () => {
    const places = fc.array(
      fc
        .record({ visitors: fc.nat(1000), isOpen: fc.boolean() })
        .map(({ visitors, isOpen }) => place(visitors, isOpen)),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(places, fc.nat(7), (all, start) => {
        const spread = new Spread();
        let [here, hops] = [start % all.length, 0];
        for (let next = spread.send(all, here, 0); next !== undefined; next = spread.send(all, here, 0)) {
          expect(all[next]?.isOpen).toBe(true);
          here = next;
          hops += 1;
          if (hops > 2) break;
        }
        expect(hops).toBeLessThanOrEqual(2);
      }),
    );
  });
});
