import { describe, expect, it } from 'vitest';
import type { Message } from '../chat/message.ts';
import type { PostedMessage } from '../chat/room.ts';
import { Database } from '../store/database.ts';
import { MessageRepository } from '../store/messages.ts';
import { LogPages } from './log-pages.ts';

function posted(id: number, more: Partial<Message> = {}, isHidden = false): PostedMessage {
  const message: Message = { id, atMs: id, author: { name: 'hana', colour: 3 }, text: `message ${id}`, ...more };
  return { message, viewerId: 'v', nonce: `n${id}`, ...(isHidden ? { isHidden: true } : {}) };
}

function pagesOf(onDisk: readonly PostedMessage[], inMemory: readonly PostedMessage[] = []): LogPages {
  const database = Database.open({ path: ':memory:', onWarning: ({ message }) => expect.unreachable(message) });
  const stored = new MessageRepository(database, 10_000);
  database.commit(() => {
    for (const one of onDisk) stored.append(one);
    stored.setHidden(
      onDisk.filter(({ isHidden }) => isHidden).map(({ message }) => message.id),
      true,
    );
  });
  const room = { kept: inMemory, find: (id: number) => inMemory.find(({ message }) => message.id === id) };
  return new LogPages({ room, stored, removalOf: () => ({ by: 'Mod' }) });
}

const everything = { search: '', isStaff: false };
const ids = (messages: readonly Message[]): number[] => messages.map(({ id }) => id);

describe('pages of the log', () => {
  const many = Array.from({ length: 250 }, (_, index) => posted(index + 1));

  it('hold a hundred messages each and lead to the one before, down to the oldest', () => {
    const pages = pagesOf(many);
    const first = pages.page(everything);
    expect([first.messages.length, first.messages[0]?.id, first.messages.at(-1)?.id, first.hasOlder]).toEqual([
      100,
      151,
      250,
      true,
    ]);
    const last = pages.page({ ...everything, beforeId: 51 });
    expect([last.messages.length, last.messages[0]?.id, last.hasOlder]).toEqual([50, 1, false]);
    expect(pages.page({ ...everything, beforeId: 101 }).hasOlder).toBe(false);
    expect(pages.page({ ...everything, beforeId: 1 }).messages).toEqual([]);
  });

  it('add what the disk has refused', () => {
    const pages = pagesOf([posted(1)], [posted(1), posted(2, { text: 'lost?' })]);
    expect(ids(pages.page(everything).messages)).toEqual([1, 2]);
    expect(ids(pages.page({ ...everything, search: 'LOST' }).messages)).toEqual([2]);
    expect(ids(pages.page({ ...everything, beforeId: 2 }).messages)).toEqual([1]);
  });

  it('keep hidden messages from everybody but staff, who see them marked, and so the quotes of them', () => {
    const hidden = posted(1, { text: 'secret' }, true);
    const reply = posted(2, { quote: { messageId: 1, name: 'hana', text: 'secret' } });
    const pages = pagesOf([hidden, reply]);
    const everybody = pages.page(everything);
    expect(JSON.stringify(everybody.messages)).not.toContain('secret');
    expect(everybody.messages[0]?.quote?.isRemoved).toBe(true);
    expect(everybody.removalOf(1)).toBeUndefined();
    const staff = pages.page({ ...everything, isStaff: true });
    expect(ids(staff.messages)).toEqual([1, 2]);
    expect(staff.removalOf(1)).toEqual({ by: 'Mod' });
    expect(staff.removalOf(2)).toBeUndefined();
  });
});
