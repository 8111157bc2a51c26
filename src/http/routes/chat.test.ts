import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalBus } from '../../bus/local.ts';
import { defaultFloodPolicy } from '../../chat/flood.ts';
import { messageTextLimits } from '../../chat/message-text.ts';
import type { Readers } from '../../chat/readers.ts';
import { Room } from '../../chat/room.ts';
import { frameChunk } from '../../live/chunked.ts';
import { FanOut } from '../../live/fan-out.ts';
import { Database } from '../../store/database.ts';
import { MessageRepository } from '../../store/messages.ts';
import { ViewerRepository } from '../../store/viewers.ts';
import { renderChatDocumentOpen } from '../../views/chat-document.tsx';
import { renderChatForm } from '../../views/chat-form.tsx';
import { renderChatLog } from '../../views/chat-log.tsx';
import { renderChatRow } from '../../views/chat-row.tsx';
import { ChatChannels } from '../../talk/chat-channels.ts';
import { ChatService } from '../../talk/chat-service.ts';
import { chatStoreOf } from '../../talk/chat-store.ts';
import { TripcodeMaker } from '../../people/tripcode-maker.ts';
import { allowedHeaderNames, endlessFrameHeaders, frameHeaders } from '../headers.ts';
import { WebServer } from '../server.ts';
import { en } from '../../views/texts/en.ts';
import { placesWith } from '../../../test/support/places.ts';
import { Requesters } from '../requesters.ts';
import { LogPages } from '../../talk/log-pages.ts';
import { registerChatLogRoutes } from './chat-log.ts';
import { registerChatRoutes } from './chat.ts';
import { registerEventRoutes } from './events.ts';

const secret = Buffer.alloc(32, 9);
const styleHref = '/style.css';
const history = 256;
const hourMs = 3_600_000;

let server: WebServer;
let bus: LocalBus;
let banner: string;
let channels: ChatChannels;
let chat: ChatService;
let info: FanOut;
let time: { wallMs: number; monotonicMs: number };
const opened: ClientRequest[] = [];

beforeEach(async () => {
  time = { wallMs: 1_800_000_000_000, monotonicMs: 0 };
  let drawn = 0;
  const randomBytes = (size: number) => {
    drawn += 1;
    return Buffer.alloc(size, drawn % 251);
  };
  const database = Database.open({ path: ':memory:', onWarning: () => undefined });
  const messages = new MessageRepository(database, history);
  const room = new Room({
    history,
    text: messageTextLimits(512),
    flood: {
      ...defaultFloodPolicy,
      room: { count: 10_000, windowMs: 1000 },
      roomLines: { count: 10_000, windowMs: 1000 },
    },
    names: { defaultName: 'Anonymous', broadcasterName: 'Broadcaster' },
  });
  bus = new LocalBus((error) => {
    throw error;
  });
  banner = '';
  channels = new ChatChannels({
    bus,
    history,
    messages: () => room.messages,
    removalOf: () => undefined,
    randomBytes: (size) => Buffer.alloc(size, 0xab),
    renderOpen: () => renderChatDocumentOpen({ logHref: 'chat/log', styleHref, texts: en }),
    renderRow: (message, previousAtMs, { removal }) =>
      renderChatRow(message, previousAtMs, { texts: en, emotes: new Map(), base: '', ...(removal && { removal }) }),
    renderBanner: () => banner,
  });
  chat = new ChatService({
    room,
    store: chatStoreOf(database, messages, new ViewerRepository(database)),
    bus,
    tripcodes: new TripcodeMaker({ secret, allowsClassic: false }),
    tagKey: secret,
    now: () => time,
    random: () => 0,
  });
  info = new FanOut({ maxPieces: 1, maxBytes: 10_000 });
  const places = placesWith(secret, randomBytes);
  server = new WebServer({ local: { host: '127.0.0.1', port: 0 }, places });
  const isBroadcaster = (request: FastifyRequest) => request.headers['x-test-broadcaster'] === 'yes';
  const requesters = new Requesters({ places, isBroadcaster, isModerator: () => false });
  const readersOf = (request: FastifyRequest): Readers => requesters.readersOf(request);
  registerChatRoutes(server.app, {
    chat,
    channels,
    readersOf,
    responses: server.responses,
    places,
    hasEmotes: () => true,
    requesterOf: (request) => requesters.requesterOf(request),
    standingOf: () => undefined,
    captcha: {
      isNeeded: () => false,
      view: () => ({ pictureAnswer: '', questionAnswer: '' }),
      another: () => undefined,
    },
    renderCaptcha: () => '',
    secret,
    now: () => time.wallMs,
    randomBytes,
    renderChatForm: (data, { texts, base }) => renderChatForm({ ...data, texts, base, styleHref }),
  });
  const stored = { log: () => [], find: () => undefined };
  registerChatLogRoutes(server.app, {
    ...{ places, readersOf, log: new LogPages({ room, stored, removalOf: () => undefined }) },
    title: () => 'A <quiet> evening',
    renderChatLog: (data, { texts, base }) => renderChatLog({ ...data, texts, base, styleHref, emotes: new Map() }),
  });
  registerEventRoutes(server.app, { channels, readersOf, info, responses: server.responses, places });
  await server.listen();
});

afterEach(async () => {
  for (const request of opened.splice(0)) request.destroy();
  channels.close();
  info.close();
  await server.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const origin = new URL(server.localUrl ?? '').origin;
    const form =
      body === undefined
        ? {}
        : {
            Origin: origin,
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(body),
          };
    const request = httpRequest(
      origin + path,
      { method, agent: false, headers: { ...form, ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** An endless answer: what has come so far, and a wait for something to come. */
class Endless {
  text = '';
  response: IncomingMessage | undefined;
  ended = false;
  #wake: () => void = () => undefined;

  constructor(path: string, headers: Record<string, string> = {}) {
    const request = httpRequest(
      `${new URL(server.localUrl ?? '').origin}${path}`,
      { agent: false, headers },
      (response) => {
        this.response = response;
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          this.text += chunk;
          this.#wake();
        });
        response.on('end', () => {
          this.ended = true;
          this.#wake();
        });
        // Our own `destroy` at the end of a test.
        response.on('error', () => undefined);
      },
    );
    request.on('error', () => undefined);
    request.end();
    opened.push(request);
  }

  async until(isThere: () => boolean): Promise<this> {
    while (!isThere()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this;
  }

  has(text: string): Promise<this> {
    return this.until(() => this.text.includes(text));
  }
}

/** A browser with a cookie and the form it was given. */
async function visitor() {
  const first = await send('GET', '/chat/form');
  const [cookie = ''] = (first.headers['set-cookie']?.[0] ?? '').split(';');
  const fields = async () => {
    const { body } = await send('GET', '/chat/form', { Cookie: cookie });
    return { token: valueOf(body, 'token'), nonce: valueOf(body, 'nonce') };
  };
  return {
    cookie,
    fields,
    post: async (wish: Record<string, string>, headers: Record<string, string> = {}) =>
      send(
        'POST',
        '/chat/form',
        { Cookie: cookie, ...headers },
        new URLSearchParams({ ...(await fields()), ...wish }).toString(),
      ),
  };
}

const valueOf = (html: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
const json = { Accept: 'application/json' };

/** Says something at once, without a browser. */
async function say(text: string, viewerId = 'somebody'): Promise<void> {
  time = { wallMs: time.wallMs + 10_000, monotonicMs: time.monotonicMs + 10_000 };
  const outcome = await chat.submit({
    requester: { viewerId },
    wish: {},
    post: { text, nonce: `n-${time.monotonicMs}` },
  });
  expect(outcome).toEqual({ kind: 'done' });
}

describe('the form', () => {
  it('posts, answers with a redirect to itself, and the row is in the endless frame', async () => {
    const frame = new Endless('/chat');
    const { post } = await visitor();
    const answer = await post({ message: 'hello <b>', name: 'Mallow', colour: '3' });
    expect([answer.status, answer.headers.location, answer.body]).toEqual([303, '/chat/form', '']);
    await frame.has('hello &lt;b>');
    expect(frame.text).toContain('>Mallow</bdi>');
    expect((await post({ message: '' })).body).toContain('value="Mallow"');
  });

  it('works without cookies, by the token in its address', async () => {
    const { body } = await send('GET', '/chat/form');
    const action = /action="([^"]*)"/.exec(body)?.[1] ?? '';
    expect(action).toMatch(/^\/v\/[\w-]{44}\/chat\/form$/);
    const fields = { token: valueOf(body, 'token'), nonce: valueOf(body, 'nonce'), message: 'no cookies here' };
    const answer = await send('POST', action, {}, new URLSearchParams(fields).toString());
    expect([answer.status, answer.headers.location]).toEqual([303, action]);
    expect(chat.messages.map(({ text }) => text)).toEqual(['no cookies here']);
  });

  it('posts once when it is sent twice', async () => {
    const { fields, cookie } = await visitor();
    const body = new URLSearchParams({ ...(await fields()), message: 'once' }).toString();
    const answers = await Promise.all([1, 2, 3].map(() => send('POST', '/chat/form', { Cookie: cookie }, body)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(chat.messages).toHaveLength(1);
  });

  it('says which rule was broken and when to try again, and keeps what was typed', async () => {
    const { post } = await visitor();
    for (let n = 0; n < 4; n += 1) expect((await post({ message: `text ${n}` })).status).toBe(303);
    const answer = await post({ message: 'my </textarea> thought', name: 'New name', do: 'post' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '20']);
    expect(answer.body).toContain('You are writing fast. Try again in 20 s.');
    expect(answer.body).toContain('my &lt;/textarea> thought');
    expect(chat.messages).toHaveLength(4);
  });

  it('saves name and colour without touching the text', async () => {
    const { post } = await visitor();
    const answer = await post({ message: 'half a thou', name: 'Mallow', colour: '5', do: 'settings' });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(/<textarea[^>]*>half a thou<\/textarea>/);
    expect(answer.body).toContain('value="Mallow"');
    expect(chat.messages).toEqual([]);
    const refused = await post({ message: 'half a thou', name: 'Moderator', do: 'settings' });
    expect(refused.status).toBe(422);
    expect(refused.body).toContain('This name is kept for those who run the stream.');
    expect(refused.body).toContain('half a thou');
    expect(refused.body).toContain('value="Moderator"');
  });

  it('answers script with the form as data', async () => {
    const { post, cookie } = await visitor();
    const form = JSON.parse((await send('GET', '/chat/form', { Cookie: cookie, ...json })).body);
    expect(form).toMatchObject({
      posted: false,
      form: { name: '', defaultName: 'Anonymous', paletteSize: 16, draft: '' },
    });
    expect(JSON.parse((await post({ message: 'hello' }, json)).body)).toMatchObject({
      posted: true,
      form: { draft: '' },
    });
    const refused = await post({ message: 'hello' }, json);
    expect(refused.status).toBe(200);
    expect(JSON.parse(refused.body)).toMatchObject({
      posted: false,
      form: { draft: 'hello', refusal: { rule: 'same-text', waitSeconds: 5 } },
    });
    expect(JSON.parse((await post({ message: 'x', name: 'Mallow', do: 'settings' }, json)).body)).toMatchObject({
      posted: false,
      form: { draft: 'x', name: 'Mallow', settingsSaved: true },
    });
  });

  it('belongs to one viewer, for this hour and the next', async () => {
    const [mine, other] = [await visitor(), await visitor()];
    const { token, nonce } = await mine.fields();
    const foreign = await other.post({ token, nonce, message: 'not mine' });
    expect(foreign.status).toBe(403);
    expect(foreign.body).toContain('send again');
    expect(foreign.body).toContain('not mine');
    time.wallMs += hourMs;
    expect((await mine.post({ token, nonce, message: 'in time' })).status).toBe(303);
    time.wallMs += hourMs;
    expect((await mine.post({ token, nonce, message: 'too late' })).status).toBe(403);
    expect((await mine.post({ token: '', message: 'no token' })).status).toBe(403);
    expect(chat.messages.map(({ text }) => text)).toEqual(['in time']);
  });

  it('shows the broadcaster under which mark they write', async () => {
    const { post } = await visitor();
    await post({ message: 'welcome' }, { 'X-Test-Broadcaster': 'yes' });
    expect(chat.messages[0]?.author).toMatchObject({ name: 'Broadcaster', capcode: 'broadcaster' });
  });

  it.each([
    ['a field twice', (f: string) => `${f}&message=a&message=b`, 400],
    ['a token twice', (f: string) => `${f}&message=a&token=b`, 400],
    ['bytes that are not UTF-8', (f: string) => `${f}&message=%ff%fe`, 400],
    [
      'raw bytes that are not UTF-8',
      (f: string) => Buffer.concat([Buffer.from(`${f}&message=`), Buffer.from([0xff])]),
      400,
    ],
    ['overlong UTF-8', (f: string) => `${f}&message=%c0%af`, 400],
    ['an encoded surrogate', (f: string) => `${f}&message=%ed%a0%80`, 400],
    ['a lone percent sign', (f: string) => `${f}&message=%`, 400],
    ['a broken escape', (f: string) => `${f}&message=%zz`, 400],
    ['too many fields', (f: string) => `${f}&message=a${'&'.repeat(8000 - f.length)}`, 400],
    ['no message', (f: string) => f, 400],
    ['an unknown action', (f: string) => `${f}&message=a&do=delete`, 400],
    ['a colour that is a word', (f: string) => `${f}&message=a&colour=red`, 400],
    ['a colour that is CSS', (f: string) => `${f}&message=a&colour=%23ffffff%3B%7D`, 400],
    ['a colour with a line feed', (f: string) => `${f}&message=a&colour=3%0A`, 400],
    ['a colour beyond the palette', (f: string) => `${f}&message=a&colour=999`, 400],
    ['a negative colour', (f: string) => `${f}&message=a&colour=-1`, 400],
    ['64 kB', (f: string) => `${f}&message=${'x'.repeat(65_536)}`, 413],
    ['513 characters', (f: string) => `${f}&message=${'x'.repeat(513)}`, 422],
    ['NUL', (f: string) => `${f}&message=a%00b`, 422],
    ['an escape sequence', (f: string) => `${f}&message=%1b[31m`, 422],
    ['a direction override', (f: string) => `${f}&message=a%E2%80%AEb`, 422],
    ['21 lines', (f: string) => `${f}&message=${'a%0D%0A'.repeat(20)}a`, 422],
    ['nothing but line feeds', (f: string) => `${f}&message=${'%0A'.repeat(512)}`, 422],
    ['the name of the house', (f: string) => `${f}&message=a&name=BROADCASTER`, 422],
    ['the tag of somebody else', (f: string) => `${f}&message=a&name=%23abc`, 422],
  ])('refuses %s', async (_what, make, status) => {
    const { fields, cookie } = await visitor();
    const answer = await send(
      'POST',
      '/chat/form',
      { Cookie: cookie },
      make(new URLSearchParams(await fields()).toString()),
    );
    expect(answer.status).toBe(status);
    expect(chat.messages).toEqual([]);
    expect(Object.keys(answer.headers).filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
  });

  it.each([
    ['unknown fields', 'message=fine&__proto__=1&constructor[prototype][x]=1&more=2', 'fine'],
    ['a plus as a space', 'message=a+b%2Bc', 'a b+c'],
    ['CR LF as a line feed', 'message=a%0D%0Ab', 'a\nb'],
    ['512 Chinese characters in percent signs', `message=${encodeURIComponent('中'.repeat(512))}`, '中'.repeat(512)],
  ])('takes %s', async (_what, body, text) => {
    const { fields, cookie } = await visitor();
    const answer = await send(
      'POST',
      '/chat/form',
      { Cookie: cookie },
      `${new URLSearchParams(await fields())}&${body}`,
    );
    expect(answer.status).toBe(303);
    expect(chat.messages.map((message) => message.text)).toEqual([text]);
    expect(Object.getPrototypeOf({})).not.toHaveProperty('x');
  });

  it('takes forms alone, and none from another site', async () => {
    const { cookie } = await visitor();
    expect(
      (await send('POST', '/chat/form', { Cookie: cookie, 'Content-Type': 'application/json' }, '{}')).status,
    ).toBe(415);
    expect(
      (await send('POST', '/chat/form', { Cookie: cookie, Origin: 'http://evil.example' }, 'message=a')).status,
    ).toBe(403);
    expect((await send('DELETE', '/chat/form')).status).toBe(405);
  });

  it.each([
    ['', 'chat', '/chat'],
    ['&from=chat', 'chat', '/chat'],
    ['&from=log', 'log', '/chat/log'],
    ['&from=//evil', 'chat', '/chat'],
  ])('in the place of the messages (%j) leads back to them, posted or not', async (query, origin, back) => {
    await say('a question');
    const { cookie } = await visitor();
    const page = (await send('GET', `/chat/form?reply=1${query}`, { Cookie: cookie })).body;
    expect(page).toContain(`name="from" value="${origin}"`);
    expect(page).toContain(`class="chip" href="${back}"`);
    const fields = Object.fromEntries(
      [...page.matchAll(/ name="(token|nonce|from)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
    const post = (more: Record<string, string>) =>
      send(
        'POST',
        '/chat/form',
        { Cookie: cookie },
        new URLSearchParams({ ...fields, reply: '1', ...more }).toString(),
      );
    const refused = await post({ do: 'post', message: '' });
    expect([refused.status, refused.body.includes(`class="chip" href="${back}"`)]).toEqual([422, true]);
    expect((await post({ do: 'emotes', message: 'kept' })).body).toContain(`class="chip" href="${back}"`);
    const posted = await post({ do: 'post', message: 'an answer' });
    expect([posted.status, posted.headers.location]).toEqual([303, back]);
    expect((await send('GET', '/chat/log')).body).toContain('class="quote q1"');
    expect((await send('GET', '/chat/form', { Cookie: cookie })).body).not.toContain('name="from"');
  });

  it('has the headers of a frame, and two of them never hold the same token', async () => {
    const { cookie, fields } = await visitor();
    const { headers } = await send('GET', '/chat/form', { Cookie: cookie });
    for (const [name, value] of Object.entries(frameHeaders)) expect(headers[name.toLowerCase()]).toBe(value);
    expect(headers['set-cookie']).toBeUndefined();
    expect((await fields()).token).not.toBe((await fields()).token);
  });
});

describe('the endless frame', () => {
  it('begins with the last 256 rows and goes on with new ones', async () => {
    for (let n = 1; n <= 260; n += 1) await say(`text ${n}.`, `viewer ${n}`);
    const frame = await new Endless('/chat').has('text 260.');
    expect(frame.text.startsWith('<!doctype html>')).toBe(true);
    expect(frame.text).toContain('<meta http-equiv="refresh" content="0"');
    expect(frame.text.match(/id="m\d+"/g)).toHaveLength(256);
    expect(frame.text).not.toContain('text 4.');
    await say('and now this');
    await frame.has('and now this');
    expect(frame.text.match(/id="m\d+"/g)?.map((id) => Number(id.slice(5, -1)))).toEqual(
      Array.from({ length: 257 }, (_, index) => index + 5),
    );
    for (const [name, value] of Object.entries(endlessFrameHeaders))
      expect(frame.response?.headers[name.toLowerCase()]).toBe(value);
    expect(frame.response?.headers).toMatchObject({ connection: 'close', 'transfer-encoding': 'chunked' });
  });

  it('ends after 2000 rows, so that the browser loads it anew', async () => {
    const frame = await new Endless('/chat').has('<main');
    for (let n = 1; n <= 2000; n += 1) await say(`text ${n}.`);
    await frame.until(() => frame.ended);
    expect(frame.text).toContain('text 1999.');
    expect((await new Endless('/chat').has('text 2000.')).ended).toBe(false);
  });

  it('is only announced to HEAD', async () => {
    const answer = await send('HEAD', '/chat');
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(server.responses.size).toBe(0);
  });

  it('ends for everybody when the chat closes', async () => {
    const frame = await new Endless('/chat').has('<main');
    channels.close();
    await frame.until(() => frame.ended);
  });
});

describe('the log', () => {
  it('is a finished page with the last rows and the way to the form', async () => {
    await say('first');
    await say('second');
    const { status, body } = await send('GET', '/chat/log');
    expect(status).toBe(200);
    expect(body.indexOf('first')).toBeLessThan(body.indexOf('second'));
    expect(body).toMatch(/href="\/v\/[\w-]{44}\/chat\/form"/);
    expect(body).toContain('A &lt;quiet> evening');
    const { cookie } = await visitor();
    expect((await send('GET', '/chat/log', { Cookie: cookie })).body).toContain('href="/chat/form"');
  });
});

describe('events', () => {
  it('carry the same row as the frame, and the newest information', async () => {
    info.publish(frameChunk(Buffer.from('event: info\ndata: {"viewers":1}\n\n')), { keyframe: true });
    info.publish(frameChunk(Buffer.from('event: info\ndata: {"viewers":2}\n\n')), { keyframe: true });
    const [events, frame] = [new Endless('/events'), new Endless('/chat')];
    await events.has('{"viewers":2}');
    await frame.has('<main');
    await say('hello\nthere');
    await events.has('event: row');
    await frame.has('id="m1"');
    const row = /^data: (.*class="row".*)$/m.exec(events.text)?.[1] ?? 'none';
    expect(frame.text).toContain(row);
    expect(events.text).not.toContain('{"viewers":1}');
    expect(events.text.startsWith('retry: ')).toBe(true);
    expect(events.response?.headers['content-type']).toBe('text/event-stream');
  });

  const epoch = 'abababababab';
  const textsIn = (text: string) => [...text.matchAll(/>text (\d+)</g)].map(([, number]) => Number(number));

  it('miss nothing and repeat nothing when taken up again, by header or address, and begin anew when it is unknown what was seen', async () => {
    for (let n = 1; n <= 5; n += 1) await say(`text ${n}`);
    const everything = [1, 2, 3, 4, 5, 6];
    const resumed = [
      [new Endless('/events', { 'Last-Event-ID': `${epoch}-3` }), [4, 5, 6], false],
      [new Endless(`/events?after=${epoch}-4`), [5, 6], false],
      [new Endless(`/events?after=${epoch}-1`, { 'Last-Event-ID': `${epoch}-5` }), [6], false],
      [new Endless('/events'), everything, false],
      [new Endless('/events?after='), everything, false],
      [new Endless(`/events?after=${epoch}-77`), everything, true],
      [new Endless(`/events?after=${epoch}--1`), everything, true],
      [new Endless(`/events?after=cdcdcdcdcdcd-3`), everything, true],
      [new Endless('/events?after=3'), everything, true],
      [new Endless(`/events?after=${'9'.repeat(300)}`), everything, true],
    ] as const;
    for (const [events] of resumed) await events.has('retry: ');
    await say('text 6');
    for (const [events, numbers, isReset] of resumed) {
      await events.has(`id: ${epoch}-6\n`);
      expect(textsIn(events.text)).toEqual(numbers);
      const reset = `event: reset\nid: ${epoch}-0\n`;
      expect(events.text.includes(reset)).toBe(isReset);
      if (isReset) expect(events.text.indexOf(reset)).toBeLessThan(events.text.indexOf('event: row'));
    }
  });

  it('tell of a removal as it happens, in both modes, and nobody who comes later gets the row', async () => {
    for (let n = 1; n <= 3; n += 1) await say(`text ${n}`);
    const [events, frame] = [await new Endless('/events').has('text 3'), await new Endless('/chat').has('text 3')];
    bus.publish('room', { kind: 'removed', ids: [2] });
    await events.has('event: removed\nid: abababababab-4\ndata: [2]\n\n');
    await frame.has('<style>#m2,.q2{display:none}</style>');
    const late = [await new Endless('/events').has('text 3'), await new Endless('/chat').has('text 3')];
    for (const { text } of late) expect(textsIn(text)).toEqual([1, 3]);
  });

  it('carry what stands above the talk, first and when it changes', async () => {
    banner = '<b>Be kind</b>';
    const [events, frame] = [
      await new Endless('/events').has('event: banner\ndata: <b>Be kind</b>\n\n'),
      await new Endless('/chat').has('<b>Be kind</b></div>'),
    ];
    banner = '';
    bus.publish('room', { kind: 'banner' });
    await events.has('event: banner\ndata: \n\n');
    await frame.has('<style>#banner-0{display:none}</style>');
    expect((await new Endless('/chat').has('class="chat-log"')).text).not.toContain('Be kind');
  });
});
