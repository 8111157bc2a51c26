import { expect, it } from 'vitest';
import { titleRoom } from './title-room.ts';

const beside = { sentence: 'Live now.', viewers: '12 viewers', uptimeSeconds: 60 };

it.each([
  ['Quay', 0, false],
  ['Evening at the harbour', 1, false],
  ['Buổi tối ở bến cảng, thuyền bè', 1, false],
  ['港の夕べ、船と潮の話をしながら', 1, false],
  ['Evening at the harbour, with boats and tides', 2, false],
  ['港の夕べ、船と潮の話をしながらのんびりと過ごす', 2, false],
  ['x'.repeat(128), 2, true],
])('a title such as %s needs %i lines of its own on a phone', (title, lines, isCut) => {
  expect(titleRoom({ ...beside, title })).toEqual({ lines, isCut });
});

it('a state that is told in many words needs a line of its own, and one for the viewers', () => {
  const told = { sentence: 'The broadcast has not started yet.', viewers: '0 viewers', title: 'Quay' };
  expect(titleRoom(told).lines).toBe(2);
  expect(titleRoom({ ...told, title: 'x'.repeat(128) }).lines).toBe(3);
});
