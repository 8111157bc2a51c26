import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { Database } from '../store/database.ts';
import { PollRepository } from '../store/polls.ts';
import { type PollAct, PollService, type PollStore } from './poll-service.ts';
import type { PollStatus } from '../chat/poll.ts';

const broadcaster = { kind: 'broadcaster' } as const;
const wish = { question: 'Tea?', options: ['Yes', 'No'] };

function storeOf(database: Database): PollStore {
  const polls = new PollRepository(database);
  return {
    commit: (work) => database.commit(work),
    add: (poll) => polls.add(poll),
    saveVote: (vote) => polls.saveVote(vote),
    close: (id) => polls.close(id),
    lastId: () => polls.lastId(),
    open: () => polls.open(),
  };
}

function serviceOn(database: Database) {
  const seen = { changes: 0, results: new Array<PollStatus>(), acts: new Array<PollAct>() };
  const service = new PollService({
    store: storeOf(database),
    now: () => Date.now(),
    onChange: () => {
      seen.changes += 1;
    },
    onResult: (result) => seen.results.push(result),
    onAct: (act) => seen.acts.push(act),
  });
  service.start();
  return { service, seen };
}

function openDatabase(directory = ':memory:'): Database {
  const file = directory === ':memory:' ? directory : path.join(directory, 'test.sqlite');
  return Database.open({ path: file, onWarning: ({ message }) => expect.unreachable(message) });
}

describe('the poll service', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('opens a poll, takes votes, and announces how it ended', () => {
    const { service, seen } = serviceOn(openDatabase());
    expect(service.close(broadcaster)).toEqual({ kind: 'refused', rule: 'no-poll' });
    expect(service.open(broadcaster, wish)).toEqual({ kind: 'done' });
    expect(service.open(broadcaster, wish)).toEqual({ kind: 'refused', rule: 'poll-is-open' });
    expect(service.vote({ viewerId: 'a' }, 1, 1)).toEqual({ kind: 'done' });
    expect(service.vote({ viewerId: 'b' }, 1, 7)).toEqual({ kind: 'refused', rule: 'poll-no-option' });
    expect(service.close(broadcaster)).toEqual({ kind: 'done' });
    expect(seen.results).toMatchObject([{ votes: [0, 1], total: 1 }]);
    expect(seen.acts.map(({ act, by }) => `${by.kind} ${act}`)).toEqual([
      'broadcaster open-poll',
      'broadcaster close-poll',
    ]);
    expect(service.vote({ viewerId: 'a' }, 1, 1)).toEqual({ kind: 'refused', rule: 'poll-closed' });
  });

  it('tells everybody once a second at most, and of the last vote in the end', () => {
    const { service, seen } = serviceOn(openDatabase());
    service.open(broadcaster, wish);
    expect(seen.changes).toBe(1);
    for (let viewer = 0; viewer < 100; viewer += 1) service.vote({ viewerId: `v${viewer}` }, 1, 0);
    expect(seen.changes).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(seen.changes).toBe(2);
    vi.advanceTimersByTime(5000);
    expect(seen.changes).toBe(2);
    service.vote({ viewerId: 'x' }, 1, 0);
    expect(seen.changes).toBe(3);
    // The same again changes nothing.
    service.vote({ viewerId: 'x' }, 1, 0);
    vi.advanceTimersByTime(5000);
    expect(seen.changes).toBe(3);
  });

  it('closes by itself when its time has come', () => {
    const { service, seen } = serviceOn(openDatabase());
    service.open(broadcaster, { ...wish, forMs: 10_000 });
    vi.advanceTimersByTime(9999);
    expect(service.status).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(service.status).toBeUndefined();
    expect(seen.results).toHaveLength(1);
    expect(seen.acts.at(-1)).toMatchObject({ by: { kind: 'house' }, act: 'close-poll' });
  });

  it('goes on after a restart, with its votes and its end', () => {
    const directory = temporaryDirectory();
    const database = openDatabase(directory);
    const first = serviceOn(database).service;
    first.open(broadcaster, { ...wish, forMs: 60_000 });
    first.vote({ viewerId: 'a' }, 1, 1);
    first.stop();
    database.close();
    vi.advanceTimersByTime(30_000);
    const again = openDatabase(directory);
    const { service, seen } = serviceOn(again);
    expect([service.voteOf('a'), service.status?.total]).toEqual([1, 1]);
    vi.advanceTimersByTime(30_000);
    expect(seen.results).toMatchObject([{ votes: [0, 1] }]);
    service.stop();
    service.stop();
    again.close();
  });

  it('is over at the start if its time came while the server was away', () => {
    const directory = temporaryDirectory();
    const database = openDatabase(directory);
    serviceOn(database).service.open(broadcaster, { ...wish, forMs: 10_000 });
    database.close();
    vi.setSystemTime(Date.now() + 20_000);
    const again = openDatabase(directory);
    const { service, seen } = serviceOn(again);
    expect(service.status).toBeUndefined();
    expect(seen.results).toHaveLength(1);
    again.close();
  });
});
