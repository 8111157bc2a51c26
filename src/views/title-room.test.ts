import { expect, it } from 'vitest';
import { titleRoom } from './title-room.ts';

const beside = { sentence: 'Live now.', viewers: '12 viewers' };

it.each([
  ['Quay', 0, false],
  ['Evening at the harbour', 1, false],
  ['港の夕べ、船と潮の話をしながら', 1, false],
  ['Evening at the harbour, with boats and tides', 2, false],
  ['港の夕べ、船と潮の話をしながらのんびりと過ごす', 2, false],
  ['x'.repeat(128), 2, true],
])('a title such as %s needs %i lines of its own on a phone', (title, lines, isCut) => {
  expect(titleRoom({ ...beside, title })).toEqual({ lines, isCut });
});

it('a short title has to have a line of its own where the state is told in many words', () => {
  const sentence = 'The broadcast has not started yet.';
  expect(titleRoom({ ...beside, sentence, title: 'Quay' }).lines).toBe(1);
});
