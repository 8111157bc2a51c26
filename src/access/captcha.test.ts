import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Challenges } from '../admission/challenge.ts';
import { LocalBus } from '../bus/local.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import type { CaptchaPolicy } from '../chat/modes.ts';
import { Room } from '../chat/room.ts';
import { AdmissionRepository } from '../store/admissions.ts';
import { Database } from '../store/database.ts';
import { MessageRepository } from '../store/messages.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { renderCaptchaFields } from '../views/captcha-fields.tsx';
import { renderChatForm } from '../views/chat-form.tsx';
import { Captcha, type CaptchaKind, type CaptchaQuestion } from './captcha.ts';
import { ChatService } from '../talk/chat-service.ts';
import { chatStoreOf } from '../talk/chat-store.ts';
import { askedWith } from '../http/asked.ts';
import { placesWith } from '../../test/support/places.ts';
import { registerCaptchaRoutes } from '../http/routes/captcha.ts';
import { Requesters } from '../http/requesters.ts';
import { registerChatRoutes } from '../http/routes/chat.ts';
import { WebServer } from '../http/server.ts';
import { Admissions } from './admissions.ts';

const secret = Buffer.alloc(32, 9);
const png = Uint8Array.of(0x89, 0x50);

let server: WebServer;
let chat: ChatService;
let database: Database;
let captcha: Captcha;
let nowMs: number;
let policy: CaptchaPolicy;
let kind: CaptchaKind;
let question: CaptchaQuestion | undefined;
let chance: number;
let ready: number;

beforeEach(async () => {
  nowMs = 0;
  policy = 'first';
  kind = 'picture';
  question = undefined;
  chance = 0.5;
  ready = 1000;
  let drawn = 0;
  const randomBytes = (size: number) => {
    drawn += 1;
    const bytes = Buffer.alloc(size, 7);
    bytes.writeUInt32BE(drawn);
    return bytes;
  };
  database = Database.open({ path: ':memory:', onWarning: () => undefined });
  captcha = new Captcha({
    challenges: new Challenges(secret),
    admissions: new Admissions(new AdmissionRepository(database), () => nowMs),
    takePicture: () => {
      ready -= 1;
      return ready < 0 ? { waitMs: 2000 } : { answer: 'ACEHK', png };
    },
    policy: () => policy,
    kind: () => kind,
    question: () => question,
    every: 10,
    now: () => nowMs,
    randomBytes,
    random: () => chance,
  });
  const bus = new LocalBus((error) => {
    throw error;
  });
  const store = chatStoreOf(database, new MessageRepository(database, 100), new ViewerRepository(database));
  const rules = {
    history: 100,
    text: messageTextLimits(512),
    flood: { ...defaultFloodPolicy, viewer: { count: 100, windowMs: 1000 }, sameTextMs: 0 },
    names: { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' },
  };
  chat = new ChatService({
    ...{ room: new Room(rules), store, bus, captcha, tagKey: secret },
    tripcodes: { make: () => Promise.resolve(undefined), allowsClassic: false },
    now: () => ({ wallMs: nowMs, monotonicMs: nowMs }),
    random: () => 0,
  });
  const places = placesWith(secret, randomBytes);
  server = new WebServer({ local: { host: '127.0.0.1', port: 0 }, places });
  const requesters = new Requesters({
    places,
    isBroadcaster: (request) => request.headers['x-test-broadcaster'] === 'yes',
    isModerator: () => false,
  });
  registerCaptchaRoutes(server.app, { captcha, askedOf: askedWith(places) });
  registerChatRoutes(server.app, {
    ...{ chat, captcha, places, secret, randomBytes, responses: server.responses },
    channels: {
      of: () => {
        throw new Error('nobody listens');
      },
    },
    readersOf: () => ({ language: 'en', circle: 'everyone' }),
    renderCaptcha: (view, { texts }) => renderCaptchaFields(view, texts),
    hasEmotes: () => true,
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: () => undefined,
    now: () => nowMs,
    renderChatForm: (data, { texts, base }) => renderChatForm({ ...data, texts, base, styleHref: '/style.css' }),
  });
  await server.listen();
});

afterEach(async () => {
  await server.close();
  database.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

async function ask(path: string, headers: Record<string, string>, form?: Record<string, string>): Promise<Answer> {
  const url = new URL(path, server.localUrl);
  return await new Promise((resolve, reject) => {
    const sent = httpRequest(url, {
      method: form === undefined ? 'GET' : 'POST',
      agent: false,
      headers: {
        ...headers,
        ...(form === undefined ? {} : { origin: url.origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    sent.on('error', reject).on('response', (response) => {
      let body = '';
      response.setEncoding('latin1').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.end(form === undefined ? undefined : new URLSearchParams(form).toString());
  });
}

/** A browser that keeps the one cookie, and answers forms with what is in them. */
class Person {
  cookie = '';
  fields: Record<string, string> = {};
  form = '';

  static async arrive(): Promise<Person> {
    const person = new Person();
    person.#read(await ask('/chat/form', {}));
    return person;
  }

  async send(more: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await ask(
      '/chat/form',
      { cookie: this.cookie, ...headers },
      { ...this.fields, do: 'post', ...more },
    );
    if (answer.status === 303) this.#read(await ask('/chat/form', { cookie: this.cookie }));
    else if (answer.body.includes('<form')) this.#read(answer);
    return answer;
  }

  async look(name = this.fields['captcha']): Promise<Answer> {
    return await ask(`/captcha/${name}.png`, { cookie: this.cookie });
  }

  #read(answer: Answer): void {
    const [cookie] = [answer.headers['set-cookie'] ?? []].flat();
    if (cookie !== undefined) this.cookie = cookie.split(';')[0] ?? '';
    this.form = answer.body;
    this.fields = {};
    for (const [tag] of answer.body.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(tag)?.[1];
      const isOff = tag.includes('type="radio"') && !tag.includes('checked');
      if (name !== undefined && !isOff) this.fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
    }
  }
}

const texts = () => chat.messages.map(({ text }) => text);

describe('the first message', () => {
  it('is posted in the same request as the right answer, and the next ones without any', async () => {
    const anna = await Person.arrive();
    expect(anna.form).toContain(`/captcha/${anna.fields['captcha']}.png`);
    const picture = await anna.look();
    expect([picture.status, picture.headers['content-type'], picture.headers['cache-control']]).toEqual([
      200,
      'image/png',
      'no-store',
    ]);
    expect((await anna.send({ message: 'hello', 'captcha-picture': ' acehk ' })).status).toBe(303);
    expect(anna.form).not.toContain('captcha-picture');
    expect((await anna.send({ message: 'again' })).status).toBe(303);
    expect(texts()).toEqual(['hello', 'again']);
  });

  it('is refused without an answer or with a wrong one, and what was typed is kept', async () => {
    const anna = await Person.arrive();
    const without = await anna.send({ message: 'hello & <hi>' });
    expect(without.status).toBe(422);
    expect(without.body).toContain('rule-captcha-needed');
    expect(without.body).toContain('hello &amp; &lt;hi></textarea>');
    const first = anna.fields['captcha'];
    await anna.look();
    const wrong = await anna.send({ message: 'hello', 'captcha-picture': 'XXXXX' });
    expect(wrong.body).toContain('rule-captcha-wrong');
    expect(wrong.body).toContain('hello</textarea>');
    expect(anna.fields['captcha']).not.toBe(first);
    expect(anna.fields['captcha-picture']).toBe('');
    expect(texts()).toEqual([]);
  });

  it('that breaks another rule says so first, and neither burns nor loses the answer', async () => {
    const anna = await Person.arrive();
    await anna.look();
    const name = anna.fields['captcha'];
    const tooLong = await anna.send({ message: 'x'.repeat(513), 'captcha-picture': 'ACEHK' });
    expect(tooLong.body).toContain('rule-too-long');
    expect([anna.fields['captcha'], anna.fields['captcha-picture']]).toEqual([name, 'ACEHK']);
    expect((await anna.send({ message: 'shorter' })).status).toBe(303);
  });

  it('may come later than the answer: solving without writing is fine', async () => {
    const anna = await Person.arrive();
    await anna.look();
    expect((await anna.send({ message: '', 'captcha-picture': 'ACEHK' })).status).toBe(303);
    expect(anna.form).not.toContain('captcha-picture');
    expect((await anna.send({ message: 'now' })).status).toBe(303);
  });

  it('of the broadcaster needs no answer', async () => {
    const anna = await Person.arrive();
    expect((await anna.send({ message: 'hello' }, { 'x-test-broadcaster': 'yes' })).status).toBe(303);
  });

  it('needs none when captchas are off, and only suspects need one when the policy says so', async () => {
    const anna = await Person.arrive();
    policy = 'flood';
    expect((await anna.send({ message: 'one' })).status).toBe(303);
    chance = 0.05;
    expect((await anna.send({ message: 'two' })).status).toBe(303);
    expect((await anna.send({ message: 'three' })).body).toContain('rule-captcha-needed');
    policy = 'off';
    expect((await anna.send({ message: 'three' })).status).toBe(303);
  });

  it('may be followed by another captcha by chance, and never is for the broadcaster', async () => {
    const anna = await Person.arrive();
    await anna.look();
    expect((await anna.send({ message: 'one', 'captcha-picture': 'ACEHK' })).status).toBe(303);
    chance = 0.1;
    expect((await anna.send({ message: 'two' })).status).toBe(303);
    expect(anna.form).not.toContain('captcha-picture');
    chance = 0.099;
    expect((await anna.send({ message: 'three' })).status).toBe(303);
    expect(anna.form).toContain('captcha-picture');
    await anna.look();
    chance = 0.5;
    expect((await anna.send({ message: 'four', 'captcha-picture': 'ACEHK' })).status).toBe(303);
    expect((await anna.send({ message: 'five' })).status).toBe(303);
    const host = await Person.arrive();
    chance = 0;
    for (const message of ['a', 'b'])
      expect((await host.send({ message }, { 'x-test-broadcaster': 'yes' })).status).toBe(303);
  });

  it('is remembered over a restart', async () => {
    const anna = await Person.arrive();
    await anna.look();
    await anna.send({ message: 'hello', 'captcha-picture': 'ACEHK' });
    const repository = new AdmissionRepository(database);
    expect(repository.size).toBe(1);
    const [viewer = ''] = database
      .prepare('SELECT viewer FROM admissions')
      .all()
      .map((row) => String(row['viewer']));
    expect(new Admissions(repository, () => 0).of(viewer)).toMatchObject({
      passes: { captcha: true },
      isSuspect: false,
    });
  });
});

describe('another picture', () => {
  it('keeps all that was typed, and Enter still sends', async () => {
    const anna = await Person.arrive();
    const name = anna.fields['captcha'];
    const answer = await anna.send({ message: ' two\r\nlines ', 'captcha-picture': 'AC', do: 'picture' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/ two\r?\nlines <\/textarea>/);
    expect(anna.fields['captcha']).not.toBe(name);
    const buttons = [...answer.body.matchAll(/<button[^>]*type="submit"[^>]*value="([a-z]+)"/g)].map(
      (match) => match[1],
    );
    expect(buttons[0]).toBe('post');
    expect(buttons).toContain('picture');
  });

  it('is shown ten times a minute, then the form says how long to wait', async () => {
    const anna = await Person.arrive();
    const statuses: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      statuses.push((await anna.look()).status);
      const next = await anna.send({ message: 'kept', do: 'picture' });
      if (next.status === 429) expect(next.body).toMatch(/rule-captcha-too-often[\s\S]*kept<\/textarea>/);
    }
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(20);
    expect((await anna.send({ do: 'picture' })).headers['retry-after']).toBe('60');
    nowMs += 60_000;
    expect((await anna.send({ do: 'picture' })).status).toBe(200);
  });

  it('that is not ready is refused at once, with the time to wait', async () => {
    ready = 0;
    const anna = await Person.arrive();
    const answer = await anna.look();
    expect([answer.status, answer.headers['retry-after'], answer.body]).toEqual([503, '2', '']);
  });

  it('comes with the JSON of the form, as the same HTML', async () => {
    const anna = await Person.arrive();
    const answer = await anna.send({ message: 'hello' }, { accept: 'application/json' });
    const { posted, captcha: html, form } = JSON.parse(answer.body);
    expect(posted).toBe(false);
    expect(form.refusal.rule).toBe('captcha-needed');
    expect(html).toContain(`value="${form.captcha.picture.name}"`);
  });
});

describe('attacks', () => {
  it('S05: the right answer of somebody else is worth nothing', async () => {
    const [anna, bert] = [await Person.arrive(), await Person.arrive()];
    await anna.look();
    const stolen = { captcha: anna.fields['captcha'] ?? '', 'captcha-picture': 'ACEHK' };
    expect((await bert.look(stolen.captcha)).status).toBe(410);
    expect((await bert.send({ message: 'spam', ...stolen })).body).toContain('rule-captcha-expired');
    expect((await anna.send({ message: 'mine', 'captcha-picture': 'ACEHK' })).status).toBe(303);
    expect((await bert.send({ message: 'spam', ...stolen })).body).toContain('rule-captcha-expired');
    expect(texts()).toEqual(['mine']);
  });

  it('S06: an answer after its time is refused', async () => {
    const anna = await Person.arrive();
    await anna.look();
    nowMs += 181_000;
    expect((await anna.send({ message: 'late', 'captcha-picture': 'ACEHK' })).body).toContain('rule-captcha-expired');
  });

  it('S07: an answer of 10 kB or with NUL is refused', async () => {
    const anna = await Person.arrive();
    for (const typed of [`ACEHK${'x'.repeat(9000)}`, '\0ACEHK', 'ACE\0HK']) {
      await anna.look();
      const answer = await anna.send({ message: 'hello', 'captcha-picture': typed });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(texts()).toEqual([]);
  });

  it('S09: a form that was not made for this session posts nothing, whatever the answer', async () => {
    const [anna, bert] = [await Person.arrive(), await Person.arrive()];
    await anna.look();
    const token = bert.fields['token'] ?? '';
    const answer = await anna.send({ message: 'hello', 'captcha-picture': 'ACEHK', token });
    expect(answer.status).toBe(403);
    expect(texts()).toEqual([]);
  });

  it('S10: a hundred pictures for one session are ten, whatever their names', async () => {
    const anna = await Person.arrive();
    const statuses: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      const { fields } = await freshForm(anna);
      statuses.push((await anna.look(fields)).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(90);
    expect(ready).toBe(990);
  });

  it('unknown and made-up names are gone, with the same empty answer', async () => {
    const anna = await Person.arrive();
    for (const name of ['x', 'A'.repeat(43), '..%2f..%2fetc', '%00', `${anna.fields['captcha']}=`]) {
      const { status, body } = await ask(`/captcha/${name}.png`, { cookie: anna.cookie });
      expect([name, status, body]).toEqual([name, 410, '']);
    }
  });

  it('a hundred wrong answers in a row are looked at three times, then the form says how long to wait', async () => {
    const anna = await Person.arrive();
    let evaluated = 0;
    for (let count = 0; count < 100; count += 1) {
      const { body } = await anna.send({ message: 'x', 'captcha-picture': 'XXXXX' });
      if (!body.includes('rule-captcha-too-often')) evaluated += 1;
    }
    expect(evaluated).toBe(3);
  });

  it('the answer stands nowhere', async () => {
    const anna = await Person.arrive();
    const picture = await anna.look();
    expect(JSON.stringify([anna.form, picture.headers, picture.body])).not.toMatch(/ACEHK/i);
  });

  it('two thousand visitors who solve nothing leave nothing behind', async () => {
    for (let count = 0; count < 2000; count += 1) await ask('/chat/form', {});
    expect(new AdmissionRepository(database).size).toBe(0);
    expect(ready).toBe(1000);
  }, 60_000);
});

describe('a question', () => {
  beforeEach(() => {
    kind = 'question';
    question = { text: 'What is on the table?', answers: ['a teapot', 'teapot'] };
  });

  it('takes the place of the picture and may change while live', async () => {
    const anna = await Person.arrive();
    expect(anna.form).toContain('What is on the table?');
    expect(anna.form).not.toContain('<img');
    question = { text: 'Which colour?', answers: ['blue'] };
    expect((await anna.send({ message: 'hi', 'captcha-question': 'Teapot!' })).body).toContain('Which colour?');
    expect((await anna.send({ message: 'hi', 'captcha-question': ' BLUE ' })).status).toBe(303);
  });

  it('may stand beside the picture, and then both must be right', async () => {
    kind = 'both';
    const anna = await Person.arrive();
    await anna.look();
    const half = await anna.send({ message: 'hi', 'captcha-picture': 'ACEHK', 'captcha-question': 'kettle' });
    expect(half.body).toContain('rule-captcha-wrong');
    await anna.look();
    const whole = await anna.send({ message: 'hi', 'captcha-picture': 'ACEHK', 'captcha-question': 'a teapot' });
    expect(whole.status).toBe(303);
  });

  it('that nobody has set is not asked: the picture takes its place', async () => {
    question = undefined;
    expect((await Person.arrive()).form).toContain('<img');
  });
});

/** The name of another picture for the same session. */
async function freshForm(person: Person): Promise<{ fields: string }> {
  const { body } = await ask('/chat/form', { cookie: person.cookie });
  return { fields: /name="captcha" value="([^"]*)"/.exec(body)?.[1] ?? '' };
}
