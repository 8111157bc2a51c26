import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { Database } from '../store/database.ts';
import { PollRepository } from '../store/polls.ts';
import { PollService, type PollStore } from './poll-service.ts';

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
  const seen = { changes: 0, over: 0 };
  const store = storeOf(database);
  const service: PollService = new PollService({
    store,
    now: () => Date.now(),
    onChange: () => {
      seen.changes += 1;
    },
    onOver: () => {
      seen.over += 1;
      close();
    },
    resultText: ({ votes }) => votes.join(),
  });
  const carryOut = (step: { store(): void; take(): void }): void => {
    store.commit(() => step.store());
    step.take();
  };
  const close = (): void => carryOut(service.closing(service.status?.poll.id ?? 0));
  const open = (more: { forMs?: number } = {}): void => {
    const decision = service.facts().decideOpen({ ...wish, ...more });
    if (decision.kind === 'opened') carryOut(service.opening(decision.poll));
  };
  service.start();
  return { service, seen, open, close };
}

function openDatabase(directory = ':memory:'): Database {
  const file = directory === ':memory:' ? directory : path.join(directory, 'test.sqlite');
  return Database.open({ path: file, onWarning: ({ message }) => expect.unreachable(message) });
}

describe('the poll service', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('takes votes while a poll is open', () => {
    const { service, open, close } = serviceOn(openDatabase());
    expect(service.facts().openId).toBeUndefined();
    open();
    expect(service.facts().openId).toBe(1);
    expect(service.facts().decideOpen(wish)).toEqual({ kind: 'refused', rule: 'poll-is-open' });
    expect(service.vote({ viewerId: 'a' }, 1, 1)).toEqual({ kind: 'done' });
    expect(service.vote({ viewerId: 'b' }, 1, 7)).toEqual({ kind: 'refused', rule: 'poll-no-option' });
    expect(service.facts().result()?.text).toBe('0,1');
    close();
    expect(service.vote({ viewerId: 'a' }, 1, 1)).toEqual({ kind: 'refused', rule: 'poll-closed' });
  });

  it('tells everybody once a second at most, and of the last vote in the end', () => {
    const { service, seen, open } = serviceOn(openDatabase());
    open();
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
    const { service, seen, open } = serviceOn(openDatabase());
    open({ forMs: 10_000 });
    vi.advanceTimersByTime(9999);
    expect(service.status).toBeDefined();
    vi.advanceTimersByTime(1);
    expect(service.status).toBeUndefined();
    expect(seen.over).toBe(1);
  });

  it('goes on after a restart, with its votes and its end', () => {
    const directory = temporaryDirectory();
    const database = openDatabase(directory);
    const first = serviceOn(database);
    first.open({ forMs: 60_000 });
    first.service.vote({ viewerId: 'a' }, 1, 1);
    first.service.stop();
    database.close();
    vi.advanceTimersByTime(30_000);
    const again = openDatabase(directory);
    const { service, seen } = serviceOn(again);
    expect([service.voteOf('a'), service.status?.total]).toEqual([1, 1]);
    vi.advanceTimersByTime(30_000);
    expect([seen.over, service.status]).toEqual([1, undefined]);
    service.stop();
    service.stop();
    again.close();
  });

  it('is over at the start if its time came while the server was away', () => {
    const directory = temporaryDirectory();
    const database = openDatabase(directory);
    serviceOn(database).open({ forMs: 10_000 });
    database.close();
    vi.setSystemTime(Date.now() + 20_000);
    const again = openDatabase(directory);
    const { service, seen } = serviceOn(again);
    expect(service.status).toBeUndefined();
    expect(seen.over).toBe(1);
    again.close();
  });
});
