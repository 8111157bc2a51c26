import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LastLines } from './last-lines.ts';

it('keeps the end of what was said, on one line', () => {
  const lines = new LastLines();
  lines.push(Buffer.from('first\nsecond\r\n\nthi'));
  lines.push(Buffer.from('rd\nlast\n'));
  expect(lines.summary()).toBe('second; third; last');
  expect(lines.summary(1)).toBe('last');
});

it('forgets the beginning of a long speech', () => {
  const lines = new LastLines();
  for (let index = 0; index < 1000; index++) lines.push(Buffer.alloc(10_000, 'x'));
  lines.push(Buffer.from('\nend'));
  expect(lines.summary()).toHaveLength(400);
  expect(lines.summary()).toMatch(/x; end$/);
});

it('never lets control characters through, nor more than it promises', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
      const lines = new LastLines();
      for (const chunk of chunks) lines.push(Buffer.from(chunk));
      expect(lines.summary()).not.toMatch(/\p{Cc}/u);
      expect(lines.summary().length).toBeLessThanOrEqual(400);
    }),
  );
});
