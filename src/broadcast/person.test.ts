import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupByPerson, type Trace } from './person.ts';

const trace = (viewerId: string | undefined, circuitId?: number): Trace => ({
  ...(viewerId === undefined ? {} : { viewerId }),
  ...(circuitId === undefined ? {} : { circuitId }),
});
const count = (...traces: Trace[]): number => groupByPerson(traces).length;

test('many identities on one circuit are one person, one identity on many circuits is one', () => {
  expect(count(trace('a', 1), trace('b', 1), trace('c', 1))).toBe(1);
  expect(count(trace('a', 1), trace('a', 2), trace('a', 3))).toBe(1);
});

test('people who share nothing are as many, on this machine by identity alone', () => {
  expect(count(trace('a', 1), trace('b', 2))).toBe(2);
  expect(count(trace('a'), trace('b'), trace('a'))).toBe(2);
  expect(count()).toBe(0);
});

test('who shares a circuit with one and an identity with another is both, in whatever order they come', () => {
  const chain = [trace('a', 1), trace('b', 2), trace('c', 3), trace('b', 1), trace('b', 3)];
  expect(count(...chain)).toBe(1);
  expect(count(...chain.toReversed())).toBe(1);
});

test('programs without an identity are told apart by circuit, those of this machine are one', () => {
  expect(count(trace(undefined, 1), trace(undefined, 2), trace(undefined, 1))).toBe(2);
  expect(count({ circuitId: 'local' }, { circuitId: 'local' }, trace('a'))).toBe(2);
});

test('every trace is in one group, and groups share nothing', () => {
  const traces = fc.array(
    fc.record({ viewerId: fc.constantFrom('a', 'b', 'c', 'd', 'e'), circuitId: fc.nat(6) }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(traces, (given) => {
      const groups = groupByPerson(given);
      expect(groups.flat().length).toBe(given.length);
      for (const key of ['viewerId', 'circuitId'] as const) {
        const owners = new Map<unknown, number>();
        for (const [index, group] of groups.entries()) {
          for (const value of group.map((each) => each[key])) {
            if (value !== undefined) expect(owners.get(value) ?? index).toBe(index);
            owners.set(value, index);
          }
        }
      }
    }),
  );
});

test('as many traces as there may be connections take no time to speak of', () => {
  const chain = Array.from({ length: 60_000 }, (_nothing, index) => trace(`v${index >> 1}`, (index + 1) >> 1));
  expect(count(...chain)).toBe(1);
});
