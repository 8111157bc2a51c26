import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatFormAnswer } from '../../src/views/wire.ts';
import { readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

/** A browser that keeps its cookie. */
class Visitor {
  #cookie = '';

  async form(server: Onioncast, fields?: Readonly<Record<string, string>>): Promise<ChatFormAnswer> {
    const answer = await fetch(`${server.url}/chat/form`, {
      headers: { Accept: 'application/json', Origin: server.url, ...(this.#cookie && { Cookie: this.#cookie }) },
      ...(fields === undefined ? {} : { method: 'POST', body: new URLSearchParams(fields) }),
    });
    this.#cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.#cookie;
    return (await answer.json()) as ChatFormAnswer;
  }

  async say(server: Onioncast, message: string, wish: Readonly<Record<string, string>> = {}): Promise<void> {
    const { form } = await this.form(server);
    const fields = { token: form.formToken, nonce: form.nonce, do: 'post', message, ...wish };
    const answer = await this.form(server, fields);
    if (!answer.posted) throw new Error(`refused: ${JSON.stringify(answer.form.refusal)}`);
  }

  async open(server: Onioncast, target: string) {
    return await readEndless(`${server.url}${target}`, { Cookie: this.#cookie });
  }

  async page(server: Onioncast, target: string): Promise<string> {
    return await (await fetch(`${server.url}${target}`, { headers: { Cookie: this.#cookie } })).text();
  }
}

/** The rows that hold these words, without the words, the number of the row and the time. */
async function speakers(visitor: Visitor, server: Onioncast, words: readonly string[]): Promise<string[]> {
  const page = await visitor.page(server, '/chat/log');
  return words.map((each) => {
    const row = page.split('<div class="row').find((part) => part.includes(`>${each}<`)) ?? '';
    return /<\/time> (.*?)<span class="colon">/su.exec(row)?.[1] ?? `no row ${each}`;
  });
}

describe('who somebody is in the chat', () => {
  let data: string;
  let server: Onioncast;
  let ann: Visitor;
  let nameless: Visitor;

  beforeEach(async () => {
    [ann, nameless] = [new Visitor(), new Visitor()];
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-'));
    server = await Onioncast.start({ data, env: { ONIONCAST_PEOPLE_REFRESH: '10s' } });
  });

  afterEach(async () => {
    await server.close();
    await rm(data, { recursive: true, force: true });
  });

  it('outlives their absence and a restart: name, colour and tripcode, for themselves and on every row', async () => {
    await ann.say(server, 'before', { name: 'Ann', colour: '7', tripcode: 'correct horse' });
    await nameless.say(server, 'without a name');
    const { form: own } = await ann.form(server);
    expect(own).toMatchObject({ name: 'Ann', colour: 7 });
    expect(own.tripcode?.code).toMatch(/^\S{8,}$/u);
    const before = await speakers(ann, server, ['before', 'without a name']);
    expect(before[0]).toContain('Ann');
    expect(before[0]).toContain(own.tripcode?.code);
    expect(before[0]).toContain('class="name c7"');
    const chat = await ann.open(server, '/chat');
    await server.close();
    await chat.ended;

    server = await Onioncast.start({ data, env: { ONIONCAST_PEOPLE_REFRESH: '10s' } });
    const { form: again } = await ann.form(server);
    expect([again.name, again.colour, again.tripcode]).toEqual([own.name, own.colour, own.tripcode]);
    await ann.say(server, 'after');
    await nameless.say(server, 'still without');
    const [older, tagged, newer, taggedAgain] = await speakers(ann, server, [
      'before',
      'without a name',
      'after',
      'still without',
    ]);
    expect([older, tagged]).toEqual(before);
    expect(newer).toBe(older);
    expect(taggedAgain).toBe(tagged);
  });

  it('stands in the list of people as on the rows, at the next snapshot', async () => {
    await ann.say(server, 'here', { name: 'Ann', colour: '7', tripcode: 'correct horse' });
    const events = await ann.open(server, '/events');
    await expect
      .poll(() => ann.page(server, '/people'), { timeout: 60_000, interval: 1000 })
      .toMatch(/Not watching \(1\).*>Ann<.*\(you\)/su);
    const [speaker = ''] = await speakers(ann, server, ['here']);
    expect(await ann.page(server, '/people')).toContain(speaker.trim());
    events.close();
  });
});
