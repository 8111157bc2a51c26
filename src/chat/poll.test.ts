import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentOf, pollLimits, Polls, type PollWish } from './poll.ts';

const wish: PollWish = { question: 'Tea or coffee?', options: ['Tea', 'Coffee', ''] };

function opened(given: Partial<PollWish> = {}): Polls {
  const polls = new Polls();
  const decision = polls.decideOpen({ ...wish, ...given }, 1000);
  if (decision.kind === 'refused') throw new Error(decision.rule);
  polls.acceptOpen(decision.poll);
  return polls;
}

function vote(polls: Polls, viewerId: string, option: number, circuitId?: number): string {
  const requester = { viewerId, ...(circuitId === undefined ? {} : { circuitId }) };
  const decision = polls.decideVote(requester, polls.status?.poll.id ?? 0, option, 2000);
  if (decision.kind === 'voted') polls.acceptVote(decision);
  return decision.kind === 'refused' ? decision.rule : decision.kind;
}

describe('a poll', () => {
  it('is opened with a question and two to six different options', () => {
    expect(opened().status).toEqual({
      poll: { id: 1, question: 'Tea or coffee?', options: ['Tea', 'Coffee'], openedAtMs: 1000 },
      votes: [0, 0],
      total: 0,
    });
    const ruleOf = (given: Partial<PollWish>): string => {
      const decision = new Polls().decideOpen({ ...wish, ...given }, 0);
      return decision.kind === 'refused' ? decision.rule : decision.kind;
    };
    expect(ruleOf({ question: ' ' })).toBe('poll-question');
    expect(ruleOf({ question: 'x'.repeat(140) })).toBe('opened');
    expect(ruleOf({ question: 'x'.repeat(141) })).toBe('poll-question');
    expect(ruleOf({ question: 'x\u202E' })).toBe('poll-question');
    expect(ruleOf({ options: ['Tea', ' '] })).toBe('poll-options');
    expect(ruleOf({ options: ['a', 'b', 'c', 'd', 'e', 'f'] })).toBe('opened');
    expect(ruleOf({ options: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] })).toBe('poll-options');
    expect(ruleOf({ options: ['a', 'b'.repeat(60)] })).toBe('opened');
    expect(ruleOf({ options: ['a', 'b'.repeat(61)] })).toBe('poll-option-text');
    expect(ruleOf({ options: ['Tea', 'tea '] })).toBe('poll-same-options');
    expect(ruleOf({ forMs: pollLimits.minMs - 1 })).toBe('poll-duration');
    expect(ruleOf({ forMs: pollLimits.maxMs })).toBe('opened');
    expect(ruleOf({ forMs: pollLimits.maxMs + 1 })).toBe('poll-duration');
  });

  it('is one at a time', () => {
    const polls = opened();
    expect(polls.decideOpen(wish, 0)).toEqual({ kind: 'refused', rule: 'poll-is-open' });
    expect(polls.acceptClose()?.poll.id).toBe(1);
    expect(polls.acceptClose()).toBeUndefined();
    expect(polls.decideOpen(wish, 0)).toMatchObject({ kind: 'opened', poll: { id: 2 } });
  });

  it('counts one vote for each session, the last one', () => {
    const polls = opened();
    expect([vote(polls, 'a', 0), vote(polls, 'b', 0), vote(polls, 'b', 1), vote(polls, 'b', 1)]).toEqual([
      'voted',
      'voted',
      'voted',
      'unchanged',
    ]);
    expect(polls.status).toMatchObject({ votes: [1, 1], total: 2 });
    expect(polls.voteOf('b')).toBe(1);
  });

  it('counts one session for each circuit, so that a forgotten cookie is no second vote', () => {
    const polls = opened();
    expect([vote(polls, 'a', 0, 7), vote(polls, 'b', 0, 7), vote(polls, 'a', 1, 7)]).toEqual([
      'voted',
      'poll-circuit',
      'voted',
    ]);
    // Connections of this machine have no circuit.
    expect([vote(polls, 'c', 0), vote(polls, 'd', 0)]).toEqual(['voted', 'voted']);
  });

  it('takes votes for what can be voted for, while it is open', () => {
    const polls = opened({ forMs: 10_000 });
    for (const option of [-1, 2, 0.5, Number.NaN]) expect(vote(polls, 'a', option)).toBe('poll-no-option');
    const requester = { viewerId: 'a' };
    expect(polls.decideVote(requester, 2, 0, 2000)).toEqual({ kind: 'refused', rule: 'poll-closed' });
    expect(polls.decideVote(requester, 1, 0, 10_999)).toMatchObject({ kind: 'voted' });
    expect(polls.decideVote(requester, 1, 0, 11_000)).toEqual({ kind: 'refused', rule: 'poll-closed' });
    expect(new Polls().decideVote(requester, 0, 0, 0)).toEqual({ kind: 'refused', rule: 'poll-closed' });
  });

  it('goes on after a restart', () => {
    const { status } = opened();
    if (status === undefined) throw new Error('no poll');
    const polls = new Polls(4, { poll: status.poll, votes: [{ pollId: 1, viewerId: 'a', option: 1 }] });
    expect(vote(polls, 'a', 1)).toBe('unchanged');
    expect(polls.status?.votes).toEqual([0, 1]);
    polls.acceptClose();
    expect(polls.decideOpen(wish, 0)).toMatchObject({ poll: { id: 5 } });
  });

  it('always counts as many votes as sessions that voted', () => {
    const votes = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: -1, max: 3 })));
    fc.assert(
      fc.property(votes, (cast) => {
        const polls = opened();
        for (const [viewer, option] of cast) vote(polls, `v${viewer}`, option);
        const voters = new Set(cast.filter(([, option]) => option >= 0 && option < 2).map(([viewer]) => viewer));
        expect(polls.status?.total).toBe(voters.size);
        expect((polls.status?.votes ?? []).reduce((sum, count) => sum + count, 0)).toBe(voters.size);
      }),
    );
  });

  it('says shares in whole percent', () => {
    expect([percentOf(0, 0), percentOf(1, 3), percentOf(2, 3), percentOf(3, 3)]).toEqual([0, 33, 67, 100]);
  });
});
