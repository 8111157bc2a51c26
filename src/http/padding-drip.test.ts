import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaddingDrip } from './padding-drip.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('all of it is sent within a second, never much at once, and nothing after that', () => {
  const sent: number[] = [];
  const drip = new PaddingDrip((bytes) => sent.push(bytes));
  drip.send(8000);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(999);
  expect(sent).toEqual(Array.from({ length: 8 }, () => 1000));
  vi.advanceTimersByTime(10_000);
  expect(sent.length).toBe(8);
});

test('what is asked for next takes the place of what is left', () => {
  const sent: number[] = [];
  const drip = new PaddingDrip((bytes) => sent.push(bytes));
  drip.send(8000);
  vi.advanceTimersByTime(240);
  drip.send(80);
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual([1000, 1000, ...Array.from({ length: 8 }, () => 10)]);
});

test('nothing is sent after it has been stopped', () => {
  const sent: number[] = [];
  const drip = new PaddingDrip((bytes) => sent.push(bytes));
  drip.send(8000);
  drip.stop();
  drip.stop();
  vi.advanceTimersByTime(10_000);
  expect(sent).toEqual([]);
});
