import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CircuitCensus, readCircuitCounts } from './circuit-census.ts';

const status = [
  '3 BUILT $AA~r1,$BB~r2 BUILD_FLAGS=IS_INTERNAL,NEED_CAPACITY PURPOSE=HS_VANGUARDS TIME_CREATED=2026-01-01T00:00:00.000000',
  '5 BUILT $AA~r1,$BB~r2,$CC~r3 PURPOSE=HS_SERVICE_INTRO HS_STATE=HSSI_ESTABLISHED REND_QUERY=abc',
  '6 BUILT $AA~r1,$BB~r2,$CC~r3 PURPOSE=HS_SERVICE_INTRO HS_STATE=HSSI_ESTABLISHED REND_QUERY=abc',
  '7 LAUNCHED PURPOSE=HS_SERVICE_INTRO',
  '25 BUILT $AA~r1,$BB~r2,$CC~r3 PURPOSE=HS_SERVICE_REND HS_STATE=HSSR_JOINED REND_QUERY=abc',
  '26 BUILT $AA~r1,$BB~r2,$CC~r3 PURPOSE=HS_SERVICE_REND HS_STATE=HSSR_JOINED REND_QUERY=abc HS_POW=v1,40 TIME_CREATED=2026',
  '27 BUILT $AA~r1,$BB~r2,$CC~r3 PURPOSE=HS_SERVICE_REND HS_POW=v1,7',
  '28 EXTENDED $AA~r1 PURPOSE=HS_SERVICE_REND',
].join('\n');

test('visitors, introduction points and the most work that was done are read from the circuits that tor lists', () => {
  expect(readCircuitCounts(status)).toEqual({ visitors: 3, introductionPoints: 2, effort: 40 });
  expect(readCircuitCounts('')).toEqual({ visitors: 0, introductionPoints: 0, effort: 0 });
});

test('whatever the text, there are counts', () => {
  fc.assert(fc.property(fc.string(), (text) => readCircuitCounts(text).effort >= 0));
});

test('nothing is known before the first count, when tor does not answer, and after the end', async () => {
  let answer: Promise<string> = Promise.resolve(status);
  const census = new CircuitCensus({ ask: () => answer, everyMs: 1e6 });
  expect(census.counts).toBeUndefined();
  await census.count();
  expect(census.counts?.visitors).toBe(3);
  answer = Promise.reject(new Error('closed'));
  await census.count();
  expect(census.counts).toBeUndefined();
  answer = Promise.resolve(status);
  const last = census.count();
  census.close();
  await last;
  expect(census.counts).toBeUndefined();
});

test('the work that is asked for is told with the circuits, if it is known', async () => {
  const told: (number | undefined)[] = [];
  let effort: number | undefined = 12;
  const census = new CircuitCensus({
    ask: async () => status,
    askEffort: async () => effort,
    onCount: ({ suggestedEffort }) => told.push(suggestedEffort),
    everyMs: 1e6,
  });
  await census.count();
  effort = undefined;
  await census.count();
  expect(told).toEqual([12, undefined]);
  expect(census.counts).not.toHaveProperty('suggestedEffort');
  census.close();
});
