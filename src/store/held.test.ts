import { expect, it } from 'vitest';
import type { HeldMessage } from '../chat/hold-queue.ts';
import { Database } from './database.ts';
import { HeldRepository } from './held.ts';

const held = (holdId: number, atMs: number): HeldMessage => ({
  holdId,
  atMs,
  viewerId: 'viewer',
  nonce: `nonce ${holdId}`,
  draft: {
    author: { name: 'Mallow', tag: 'k3f', colour: 3, tripcode: { code: 'abc', isWeak: true } },
    text: 'line\nline',
    quote: { messageId: 4, name: 'Sage', text: 'before' },
    mentions: ['Sage'],
  },
  reason: holdId % 2 === 0 ? 'first' : 'filter',
});

it('keeps what waits as it is, in order, until it is decided or too old', () => {
  const database = Database.open({ path: ':memory:', onWarning: () => undefined });
  const repository = new HeldRepository(database);
  database.commit(() => [held(2, 20), held(1, 10), held(3, 30)].forEach((message) => repository.add(message)));
  expect(repository.all()).toEqual([held(1, 10), held(2, 20), held(3, 30)]);
  database.commit(() => repository.remove(2));
  repository.expireBefore(20);
  expect(repository.all()).toEqual([held(3, 30)]);
  database.close();
});
