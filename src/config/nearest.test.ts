import { expect, it } from 'vitest';
import { nearestName } from './nearest.ts';

const names = ['title', 'data', 'hls.segment', 'hls.window', 'live.memory', 'tor.pow.rate'];

it.each([
  ['titel', 'title'],
  ['Title', 'title'],
  ['hls.segmnet', 'hls.segment'],
  ['hls.segments', 'hls.segment'],
  ['segment', 'hls.segment'],
  ['pow.rate', 'tor.pow.rate'],
  ['window', 'hls.window'],
])('takes %s for %s', (wanted, meant) => {
  expect(nearestName(wanted, names)).toBe(meant);
});

it.each(['', 'xyz', 'colour', 'secret_key', 'x'.repeat(100_000)])('takes %.20s for nothing', (wanted) => {
  expect(nearestName(wanted, names)).toBeUndefined();
});
