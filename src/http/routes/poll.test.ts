import { randomBytes } from 'node:crypto';
import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placesWith } from '../../../test/support/places.ts';
import { Polls } from '../../chat/poll.ts';
import type { PollFormData } from '../../views/poll-form.tsx';
import { renderPollForm } from '../../views/poll-form.tsx';
import { registerPollRoutes } from './poll.ts';

describe('/chat/poll', () => {
  const secret = randomBytes(32);
  let app: ReturnType<typeof fastify>;
  let polls: Polls;
  let mayVote: boolean;
  let last: PollFormData | undefined;
  const origin = { host: 'x', origin: 'http://x' };

  beforeEach(() => {
    app = fastify();
    polls = new Polls();
    mayVote = true;
    const places = placesWith(secret);
    registerPollRoutes(app, {
      places,
      secret,
      randomBytes,
      now: () => 0,
      polls: {
        get status() {
          return polls.status;
        },
        voteOf: (id) => polls.voteOf(id),
        vote: (requester, pollId, option) => {
          const decision = polls.decideVote(requester, pollId, option, 0);
          if (decision.kind === 'voted') polls.acceptVote(decision);
          return decision.kind === 'refused' ? decision : { kind: 'done' };
        },
      },
      requesterOf: (request) => ({ viewerId: places.placeOf(request).viewer.id }),
      mayVote: () => mayVote,
      renderPollForm: (data, { texts, base }) => {
        last = data;
        return renderPollForm({ ...data, texts, base, styleHref: '/s.css' });
      },
    });
  });

  afterEach(async () => await app.close());

  function open(): void {
    const decision = polls.decideOpen({ question: 'Tea <or> coffee?', options: ['Tea', 'Coffee'] }, 0);
    if (decision.kind === 'opened') polls.acceptOpen(decision.poll);
  }

  /** Loads the form and sends it, as a browser that keeps its cookie. */
  async function vote(fields: Record<string, string>) {
    const page = await app.inject({ url: '/chat/poll', headers: origin });
    const cookie = String(page.headers['set-cookie']).split(';')[0] ?? '';
    const payload = new URLSearchParams({ token: last?.formToken ?? '', poll: '1', ...fields }).toString();
    const headers = { ...origin, cookie, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.inject({ method: 'POST', url: '/chat/poll', headers, payload });
    return { status: answer.statusCode, body: answer.body };
  }

  it('says that there is no poll, and offers the open one, with its text as text', async () => {
    expect((await app.inject({ url: '/chat/poll', headers: origin })).body).toContain(
      'There is no poll at the moment.',
    );
    open();
    const { body } = await app.inject({ url: '/chat/poll', headers: origin });
    expect(body).toContain('Tea &lt;or> coffee?');
    expect(body.match(/type="radio"/g)).toHaveLength(2);
    expect(body).toContain('action="/v/');
  });

  it('counts a vote and shows it', async () => {
    open();
    const { status, body } = await vote({ option: '1' });
    expect(status).toBe(200);
    expect(body).toContain('Your vote counts.');
    expect(body).toContain('Your vote: Coffee.');
    expect(polls.status?.votes).toEqual([0, 1]);
  });

  it('refuses with a reason, and counts nothing', async () => {
    open();
    const rows = [
      [{}, 422, 'Choose an answer first.'],
      [{ option: '7' }, 422, 'There is no such answer'],
      [{ option: '-1' }, 422, 'There is no such answer'],
      [{ option: '1', poll: '2' }, 422, 'This poll is over.'],
      [{ option: '1', token: 'x' }, 403, 'vote again'],
    ] as const;
    for (const [fields, status, sentence] of rows) {
      const answer = await vote(fields);
      expect([answer.status, answer.body.includes(sentence)]).toEqual([status, true]);
    }
    mayVote = false;
    expect(await vote({ option: '1' })).toMatchObject({ status: 403 });
    expect(polls.status?.total).toBe(0);
  });
});
