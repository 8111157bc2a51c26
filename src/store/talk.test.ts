import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/ffmpeg.ts';
import type { Message } from '../chat/message.ts';
import type { PostedMessage } from '../chat/room.ts';
import { searchWords } from '../chat/search.ts';
import { Database } from './database.ts';
import { MessageRepository } from './messages.ts';
import { PollRepository } from './polls.ts';

function posted(id: number, more: Partial<Message> = {}): PostedMessage {
  const message: Message = { id, atMs: id * 1000, author: { name: 'hana', colour: 3 }, text: `message ${id}`, ...more };
  return { message, viewerId: 'viewer', nonce: `nonce-${id}` };
}

function openDatabase(directory = ':memory:'): Database {
  const file = directory === ':memory:' ? directory : path.join(directory, 'test.sqlite');
  return Database.open({ path: file, onWarning: ({ message }) => expect.unreachable(message) });
}

describe('the log on disk', () => {
  function logOf(messages: readonly PostedMessage[], keep = 100) {
    const database = openDatabase();
    const repository = new MessageRepository(database, keep);
    database.commit(() => {
      for (const message of messages) repository.append(message);
    });
    const ids = (query: Parameters<MessageRepository['log']>[0]): number[] =>
      repository.log(query).map(({ message }) => message.id);
    return { database, repository, ids };
  }

  it('gives back what a message quotes, whom it names, that the house said it, and how a poll ended', () => {
    const full = posted(2, {
      quote: { messageId: 1, name: 'mika', text: 'hello' },
      mentions: ['Mika', 'a,"b'],
      isAnnouncement: true,
      pollResult: { question: 'Tea?', options: ['Yes', 'No, "never"'], votes: [2, 0] },
    });
    const { repository } = logOf([posted(1), full]);
    expect(repository.newest()).toEqual([posted(1), full]);
    expect(repository.newest(1)).toEqual([full]);
  });

  it('turns pages backwards, and leaves hidden messages to those who may see them', () => {
    const { database, repository, ids } = logOf([1, 2, 3, 4, 5].map((id) => posted(id)));
    database.commit(() => repository.setHidden([4], true));
    expect(ids({ count: 2, withHidden: false })).toEqual([3, 5]);
    expect(ids({ count: 2, withHidden: true })).toEqual([4, 5]);
    expect(ids({ count: 2, beforeId: 3, withHidden: false })).toEqual([1, 2]);
    expect(ids({ count: 2, beforeId: 1, withHidden: false })).toEqual([]);
  });

  it('finds messages that hold every word, in name or text, whatever the case; no sign has a meaning of its own', () => {
    const { ids } = logOf([
      posted(1, { text: 'Crème brûlée 100%' }),
      posted(2, { text: 'creme_caramel', author: { name: 'Zoë', colour: 1 } }),
      posted(3, { text: "it's \\ 'quoted'" }),
    ]);
    const find = (typed: string): number[] => ids({ count: 10, withHidden: true, words: searchWords(typed) });
    expect(find('CREME')).toEqual([1, 2]);
    expect(find('zoe creme')).toEqual([2]);
    expect(find('creme mango')).toEqual([]);
    expect(find('%')).toEqual([1]);
    expect(find('_')).toEqual([2]);
    expect(find('\\')).toEqual([3]);
    expect(find("' OR 1=1 --")).toEqual([]);
    expect(find('')).toEqual([1, 2, 3]);
  });

  it('keeps as many as it is told', () => {
    const { ids } = logOf(
      [1, 2, 3, 4].map((id) => posted(id)),
      2,
    );
    expect(ids({ count: 10, withHidden: true })).toEqual([3, 4]);
  });
});

describe('polls on disk', () => {
  const poll = { id: 1, question: 'Tea?', options: ['Yes', 'No, "never"'], openedAtMs: 5, closesAtMs: 9 };

  it('survive the end with every vote, the last of each session', () => {
    const directory = temporaryDirectory();
    const database = openDatabase(directory);
    const polls = new PollRepository(database);
    expect([polls.lastId(), polls.open()]).toEqual([0, undefined]);
    database.commit(() => {
      polls.add(poll);
      polls.saveVote({ pollId: 1, viewerId: 'a', option: 0 });
      polls.saveVote({ pollId: 1, viewerId: 'b', option: 0 });
      polls.saveVote({ pollId: 1, viewerId: 'a', option: 1 });
    });
    database.close();
    const again = openDatabase(directory);
    expect(new PollRepository(again).open()).toEqual({
      poll,
      votes: [
        { pollId: 1, viewerId: 'a', option: 1 },
        { pollId: 1, viewerId: 'b', option: 0 },
      ],
    });
    again.close();
  });

  it('are over when closed, and who voted for what is forgotten', () => {
    const database = openDatabase();
    const polls = new PollRepository(database);
    database.commit(() => {
      polls.add(poll);
      polls.saveVote({ pollId: 1, viewerId: 'a', option: 0 });
      polls.close(1);
    });
    expect([polls.lastId(), polls.open()]).toEqual([1, undefined]);
    expect(database.prepare('SELECT count(*) AS n FROM votes').get()?.['n']).toBe(0);
    database.close();
  });
});
