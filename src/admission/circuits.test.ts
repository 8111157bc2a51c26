import { expect, test } from 'vitest';
import { Circuits } from './circuits.ts';

const limits = { connections: 2, requestsPerSecond: 10, burst: 3, newSessions: 2, responses: 9, viewers: 3 };

test('T15 a circuit may hold so many connections, and another circuit is not affected', () => {
  const circuits = new Circuits(limits);
  expect([1, 2, 3].map(() => circuits.enter(7, 0))).toEqual([true, true, false]);
  expect(circuits.enter(8, 0)).toBe(true);
  circuits.leave(7);
  expect(circuits.enter(7, 0)).toBe(true);
});

test('T15 requests may come in a burst, then at the rate', () => {
  const circuits = new Circuits(limits);
  expect([1, 2, 3].map(() => circuits.waitMs(7, 0))).toEqual([0, 0, 0]);
  expect(circuits.waitMs(7, 0)).toBe(100);
  expect(circuits.waitMs(7, 50)).toBe(50);
  expect(circuits.waitMs(7, 100)).toBe(0);
  expect(circuits.waitMs(8, 100)).toBe(0);
});

test('leaving and coming back at once buys nothing', () => {
  const circuits = new Circuits(limits);
  for (let request = 0; request < 3; request += 1) circuits.waitMs(7, 0);
  for (let visit = 0; visit < 1000; visit += 1) {
    circuits.enter(7, 1);
    circuits.leave(7);
  }
  expect(circuits.waitMs(7, 1)).toBeGreaterThan(0);
});

test('circuits that have gone are forgotten, those that are here are not', () => {
  const circuits = new Circuits(limits);
  circuits.enter(1, 0);
  for (let circuitId = 2; circuitId < 10_000; circuitId += 1) {
    circuits.enter(circuitId, circuitId);
    circuits.leave(circuitId);
  }
  expect(circuits.size).toBeLessThan(1000);
  circuits.enter(1, 10_000);
  expect(circuits.enter(1, 10_000)).toBe(false);
});

test('T33 a circuit is given so many identities within an hour, and another circuit its own', () => {
  const circuits = new Circuits(limits);
  expect([1, 2].map(() => circuits.sessionWaitMs(7, 0))).toEqual([0, 0]);
  expect(circuits.sessionWaitMs(7, 0)).toBe(1_800_000);
  expect(circuits.sessionWaitMs(8, 0)).toBe(0);
  expect(circuits.sessionWaitMs(7, 1_800_000)).toBe(0);
});

test('T33 whoever leaves and comes back on the same circuit is given no more', () => {
  const circuits = new Circuits(limits);
  for (let session = 0; session < 2; session += 1) circuits.sessionWaitMs(7, 0);
  for (let visit = 0; visit < 1000; visit += 1) {
    circuits.enter(7, 60_000);
    circuits.leave(7);
  }
  expect(circuits.sessionWaitMs(7, 60_000)).toBeGreaterThan(0);
});

test('T17 no number of circuits makes it remember more than so many', () => {
  const circuits = new Circuits(limits);
  for (let circuitId = 1; circuitId <= 30_000; circuitId += 1) {
    circuits.enter(circuitId, 0);
    circuits.sessionWaitMs(circuitId, 0);
    circuits.leave(circuitId);
  }
  expect(circuits.size).toBeLessThan(17_000);
});
