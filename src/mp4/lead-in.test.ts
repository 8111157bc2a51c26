import { expect, it } from 'vitest';
import { probeBytes, encodeLadder } from '../../test/support/encoded-media.ts';
import { children } from './boxes.ts';
import { leadIn } from './lead-in.ts';

it('is one free box of zeros, as long as a browser needs to trust its download rate', () => {
  const [only, ...more] = [...children(leadIn())];
  expect(only?.type).toBe('free');
  expect(more).toEqual([]);
  expect(leadIn().length).toBe(57 * 1460 + 8);
  expect(
    leadIn()
      .subarray(8)
      .every((byte) => byte === 0),
  ).toBe(true);
});

it('changes nothing about the media behind it', async () => {
  const { large } = await encodeLadder(1);
  expect(await probeBytes(Buffer.concat([leadIn(), large]))).toEqual(await probeBytes(large));
});
