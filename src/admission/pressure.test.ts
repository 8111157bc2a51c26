import { expect, test } from 'vitest';
import { type LoadSample, PressureGauge } from './pressure.ts';

const calm: LoadSample = { loop: 0.2, lost: 0, served: 100 };
const full: LoadSample = { ...calm, loop: 0.97 };

function after(...samples: readonly LoadSample[]): string {
  const gauge = new PressureGauge();
  for (const sample of samples) gauge.take(sample);
  return gauge.pressure;
}

test('one bad moment is nothing; newcomers wait after three, and what can wait after five', () => {
  expect(after(full)).toBe('calm');
  expect(after(full, calm, full, calm)).toBe('calm');
  expect(after(full, full)).toBe('calm');
  expect(after(full, full, full)).toBe('busy');
  expect(after(full, full, full, full)).toBe('busy');
  expect(after(full, full, full, full, full)).toBe('exhausted');
});

test('it is over after two good moments, not in between', () => {
  const between = { ...calm, loop: 0.9 };
  expect(after(full, full, full, between, between, between)).toBe('busy');
  expect(after(full, full, full, calm)).toBe('busy');
  expect(after(full, full, full, calm, calm)).toBe('calm');
  expect(after(full, full, full, full, full, calm, calm)).toBe('calm');
});

test('many viewers lost at once mean that our line is full; a few mean nothing', () => {
  const lost = { ...calm, lost: 40, served: 60 };
  expect(after(lost, lost, lost)).toBe('busy');
  const few = { ...calm, lost: 4, served: 1 };
  expect(after(few, few, few)).toBe('calm');
});
