import { expect, it } from 'vitest';
import { circuitsSentence, isNewsOfCircuits } from './circuits-sentence.ts';

const calm = { kind: 'circuits', descriptorUploads: 8, introductionPoints: 3, visitors: 12, effort: 0 } as const;

it('says uploads, introduction points, circuits and proof of work in a line of 80 columns', () => {
  const line = circuitsSentence(calm);
  expect(line).toBe('tor: online, 8 uploads, 3 introduction points, 12 circuits, proof of work 0');
  expect(circuitsSentence({ ...calm, visitors: 1 })).toContain(' 1 circuit,');
  expect(line.length).toBeLessThan(80);
});

it('is news when an attack begins, grows or ends, and when nobody can ask for the address; not when visitors come', () => {
  expect(isNewsOfCircuits(calm, undefined)).toBe(true);
  expect(isNewsOfCircuits({ ...calm, visitors: 40, descriptorUploads: 16 }, calm)).toBe(false);
  expect(isNewsOfCircuits({ ...calm, effort: 7 }, calm)).toBe(true);
  expect(isNewsOfCircuits({ ...calm, effort: 6 }, { ...calm, effort: 7 })).toBe(false);
  expect(isNewsOfCircuits({ ...calm, effort: 300 }, { ...calm, effort: 7 })).toBe(true);
  expect(isNewsOfCircuits(calm, { ...calm, effort: 300 })).toBe(true);
  expect(isNewsOfCircuits({ ...calm, introductionPoints: 0 }, calm)).toBe(true);
});
