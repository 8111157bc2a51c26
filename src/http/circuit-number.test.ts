import fc from 'fast-check';
import { expect, it } from 'vitest';
import { circuitNumber, torCircuitOf } from './circuit-number.ts';

const circuit = fc.record({
  tor: fc.integer({ min: 0, max: 7 }),
  circuitId: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

it('T16 numbers no two circuits of different tors alike, and finds each again', () => {
  fc.assert(
    fc.property(circuit, circuit, (one, other) => {
      const isSame = one.tor === other.tor && one.circuitId === other.circuitId;
      expect(circuitNumber(one) === circuitNumber(other)).toBe(isSame);
      expect(torCircuitOf(circuitNumber(one))).toEqual(one);
    }),
  );
});

it('keeps the numbers of the first tor, and what stands for the desk beside them', () => {
  expect(circuitNumber({ tor: 0, circuitId: 25 })).toBe(25);
  const ofDesk = 2 ** 32 + 25;
  expect(circuitNumber({ tor: 1, circuitId: 25 })).not.toBe(ofDesk);
  expect(torCircuitOf(ofDesk)).toMatchObject({ tor: 0 });
});
