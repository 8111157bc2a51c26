import { expect, it } from 'vitest';
import { KilledChat } from '../support/killed-chat.ts';

it('T35 killed fifty times in the middle of posting, the server has everything that it acknowledged, once and in order', async () => {
  const figures = await new KilledChat(Math.random).run(50);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  expect(figures.kills).toBe(50);
  expect(figures.acknowledged).toBeGreaterThanOrEqual(50 * 15);
  for (const seen of [figures.hidden, figures.banned, figures.votes]) expect(seen).toBeGreaterThan(20);
});
