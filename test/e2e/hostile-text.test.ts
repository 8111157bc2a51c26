import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from '../../src/views/html-text.fixture.ts';
import { Onioncast } from '../support/onioncast.ts';

/**
 * What strangers type to break pages, as message, name and tripcode password: each is shown as text exactly, or refused by the rule that is named here.
 */

let server: Onioncast;
let onAir: string;

beforeAll(async () => {
  server = await Onioncast.start({
    env: {
      ONIONCAST_SOURCE: 'none',
      ONIONCAST_CHAT_MODES_NEW_SPEAKERS: '0',
      ONIONCAST_CHAT_FLOOD_ROOM_MESSAGES: '10000',
      ONIONCAST_CHAT_FLOOD_ROOM_LINES: '10000',
      ONIONCAST_CHAT_FLOOD_COPIES: '1000',
      ONIONCAST_CHAT_FLOOD_LINES: '1000',
    },
  });
  onAir = server.url;
});

afterAll(async () => {
  await server.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function send(method: string, path: string, headers: Record<string, string>, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const form = { Origin: onAir, 'Content-Type': 'application/x-www-form-urlencoded' };
    const options = { method, agent: false, headers: { ...(body === undefined ? {} : form), ...headers } };
    const request = httpRequest(onAir + path, options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Somebody new, so that no rule of pace stands between the cases. */
async function visitor() {
  const first = await send('GET', '/chat/form', {});
  const [cookie = ''] = (first.headers['set-cookie']?.[0] ?? '').split(';');
  const valueOf = (html: string, name: string): string =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const read = async (): Promise<string> => (await send('GET', '/chat/form', { Cookie: cookie })).body;
  const fields = async (): Promise<Record<string, string>> => {
    const html = await read();
    return { token: valueOf(html, 'token'), nonce: valueOf(html, 'nonce') };
  };
  return {
    read,
    /** `raw` is added to the body as it is. */
    post: async (wish: Record<string, string>, raw: string | Buffer = ''): Promise<Answer> => {
      const body = new URLSearchParams({ ...(await fields()), ...wish }).toString();
      return send('POST', '/chat/form', { Cookie: cookie }, Buffer.concat([Buffer.from(body), Buffer.from(raw)]));
    },
  };
}

const ruleOf = ({ body }: Answer): string | undefined => /notice-bad rule-([a-z-]+)/.exec(body)?.[1];

/** Text and name of the last row of the log, as a browser shows them. */
async function lastRow(): Promise<{ text: string; name: string; html: string }> {
  const { body } = await send('GET', '/chat/log', {});
  const html = body.slice(body.lastIndexOf('<div class="row"'));
  const text = /<bdi class="text">(.*?)<\/bdi>/su.exec(html)?.[1] ?? '';
  return {
    html,
    text: textOf(text.replace(/<br\/?>/g, '\n')),
    name: textOf(/<bdi class="name[^"]*">(.*?)<\/bdi>/su.exec(html)?.[1] ?? ''),
  };
}

const rtl = String.fromCodePoint(0x202e);
/** One character to the eye. */
const chain = (length: number): string => `\u{1F468}${'\u200D\u{1F469}'.repeat(length)}`;

type Case = readonly [id: string, text: string, asMessage: string | undefined, asName: string | undefined];

/** Id, what is sent, and the rules that refuse it as message and as name; undefined where it is shown exactly. */
const texts: readonly Case[] = [
  ['C01', '<script>alert(1)</script>', undefined, 'name-too-long'],
  ['C02', '"><img src=x onerror=alert(1)>', undefined, 'name-too-long'],
  ['C02b', '"><img src=x>', undefined, undefined],
  ['C03', '</style><script>', undefined, undefined],
  ['C04', '</textarea><svg onload>', undefined, undefined],
  ['C05', '<!--', undefined, 'name-forbidden-character'],
  ['C06', ']]>', undefined, undefined],
  ['C07', '{{7*7}}', undefined, undefined],
  ['C08', '${8*9}', undefined, undefined],
  ['C09', 'javascript:alert(1)', undefined, undefined],
  ['C10', 'data:text/html,x', undefined, undefined],
  ['C11', '&#x3c;b>', undefined, 'name-forbidden-character'],
  ['C11b', '&lt;b>', undefined, undefined],
  ['C12', '<meta http-equiv=refresh content=0;url=//evil>', undefined, 'name-too-long'],
  ['C13 NUL', 'a\0b', 'forbidden-character', 'name-forbidden-character'],
  ['C13 ESC', 'a\u001B[31mb', 'forbidden-character', 'name-forbidden-character'],
  ['C13 BEL', 'a\u0007b', 'forbidden-character', 'name-forbidden-character'],
  ['C13 DEL', 'a\u007Fb', 'forbidden-character', 'name-forbidden-character'],
  ['C13 NEL', 'a\u0085b', 'forbidden-character', 'name-forbidden-character'],
  ['C13 CSI', 'a\u009Bb', 'forbidden-character', 'name-forbidden-character'],
  ...[0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069, 0x200e, 0x200f, 0x061c].map(
    (point): Case => [
      `C14 U+${point.toString(16)}`,
      `a${String.fromCodePoint(point)}b`,
      'forbidden-character',
      'name-forbidden-character',
    ],
  ),
  ['C16', `a${'\u0301'.repeat(60)}`, 'stacked-marks', 'name-stacked-marks'],
  ['C17', chain(200), 'forbidden-character', 'name-forbidden-character'],
  ['C20 513 characters', 'x'.repeat(513), 'too-long', 'name-too-long'],
  ['C20 512 emoji of 4 bytes', '\u{1F9C5}'.repeat(512), 'too-long', 'name-too-long'],
  ['C20 21 lines', Array.from({ length: 21 }, (_, n) => n).join('\n'), 'too-many-lines', 'name-forbidden-character'],
  ['C20 512 newlines', '\n'.repeat(512), 'empty', undefined],
];

describe('T10 hostile text as a message', () => {
  it.each(texts)('%s', async (_id, text, rule) => {
    const { post } = await visitor();
    const answer = await post({ message: text });
    expect(ruleOf(answer)).toBe(rule);
    expect(answer.status).toBe(rule === undefined ? 303 : 422);
    if (rule === undefined) expect((await lastRow()).text).toBe(text);
    // What was typed comes back, as text.
    else if (!/[\0\r\n]/.test(text)) expect(textOf(answer.body)).toContain(text);
  });

  it.each([
    ['CRLF', 'a\r\nb', 'a\nb'],
    ['CR', 'a\rb', 'a\nb'],
    ['U+2028', 'a\u2028b', 'a\nb'],
    ['U+2029', 'a\u2029b', 'a\nb'],
    ['VT', 'a\vb', 'a\nb'],
    ['FF', 'a\fb', 'a\nb'],
  ])('C21 %s is a line break like any other, and a row stays one line of HTML', async (_what, text, shown) => {
    const { post } = await visitor();
    expect((await post({ message: text })).status).toBe(303);
    const row = await lastRow();
    expect(row.text).toBe(shown);
    expect(row.html.slice(0, row.html.indexOf('</div>'))).not.toMatch(/[\r\n]/);
  });

  it('C25 emotes that are none stay text, however many', async () => {
    const { post } = await visitor();
    const text = ':a:'.repeat(170);
    expect((await post({ message: text })).status).toBe(303);
    expect((await lastRow()).text).toBe(text);
  });

  it.each([
    ['C18 bytes that are not UTF-8', '&message=%ff%fe'],
    ['C18 an overlong slash', '&message=%c0%af'],
    ['C18 half of a surrogate pair', '&message=%ed%a0%80'],
    ['C18 raw bytes', Buffer.from([0x26, 0x6d, 0x3d, 0xff])],
    ['C29 the message twice', '&message=a&message=b'],
    ['C33 a percent sign alone', '&message=%'],
    ['C33 a broken escape', '&message=%zz'],
    ['C33 10,000 ampersands', '&'.repeat(5000)],
  ])('%s: 400', async (_what, raw) => {
    const { post } = await visitor();
    expect((await post({}, raw)).status).toBe(400);
  });

  it('C28 fields that no form of ours has are passed over', async () => {
    const { post } = await visitor();
    const extra = { ['__proto__']: '1', 'constructor[prototype][x]': '1', role: 'broadcaster', capcode: 'broadcaster' };
    expect((await post({ message: 'only this', ...extra })).status).toBe(303);
    expect(await lastRow()).toMatchObject({ text: 'only this', name: 'Anonymous' });
    expect((await lastRow()).html).not.toContain('badge');
  });

  it('C30 the fifth message in 20 s is refused with its text', async () => {
    const { post } = await visitor();
    for (let n = 1; n <= 4; n += 1) expect((await post({ message: `message ${n}` })).status).toBe(303);
    const fifth = await post({ message: 'the fifth one' });
    expect([fifth.status, ruleOf(fifth)]).toEqual([429, 'slow-down']);
    expect(Number(fifth.headers['retry-after'])).toBeGreaterThan(0);
    expect(textOf(fifth.body)).toContain('the fifth one');
  });

  it('C17, C32 a character of 3,000 code points, a body of 64 KB: 413', async () => {
    const { post } = await visitor();
    expect((await post({ message: chain(1500) })).status).toBe(413);
    expect((await post({ message: 'x'.repeat(65_536) })).status).toBe(413);
  });
});

describe('T10 hostile text as a name', () => {
  it.each(texts)('%s', async (_id, text, _asMessage, rule) => {
    const { post, read } = await visitor();
    const answer = await post({ message: 'hello', name: text });
    expect(ruleOf(answer)).toBe(rule);
    expect(answer.status).toBe(rule === undefined ? 303 : 422);
    if (rule !== undefined) return expect(textOf(answer.body)).toContain('hello');
    expect((await lastRow()).name).toBe(text.trim() === '' ? 'Anonymous' : text);
    const value = /name="name" value="([^"]*)"/.exec(await read())?.[1] ?? '';
    return expect(textOf(value)).toBe(text.trim());
  });

  it.each([
    ['Broadcaster', 'name-reserved'],
    ['ВгоаԁсаѕТег', 'name-reserved'],
    ['8roadcaster', 'name-reserved'],
    ['Br\u043Eadcaster', 'name-mixed-scripts'],
    ['Broad\u200Bcaster', 'name-forbidden-character'],
    [`${rtl}retsacdaorb`, 'name-forbidden-character'],
    ['#abc', 'name-forbidden-character'],
    ['Anonymous #abc', 'name-forbidden-character'],
    ['Mallow <!k3f9a2bcde>', 'name-forbidden-character'],
  ])('C22, C24 %j is refused', async (name, rule) => {
    const { post } = await visitor();
    const answer = await post({ name, do: 'settings' });
    expect([answer.status, ruleOf(answer)]).toEqual([422, rule]);
    expect(answer.body).not.toContain('class="badge');
  });

  it.each(['', ' ', 'Anonymous', ' anonymous', 'Anonyrnous', '\uFF21nonymous'])(
    'C24 %j means having none, with a tag',
    async (name) => {
      const { post } = await visitor();
      await post({ message: 'hello', name });
      expect((await lastRow()).html).toMatch(/<bdi class="name[^>]*>Anonymous<\/bdi><span class="tag">#[0-9a-z]{3}</);
    },
  );
});

describe('T10 hostile text as a tripcode password', () => {
  it.each(texts)('%s', async (_id, text) => {
    const { post, read } = await visitor();
    const answer = await post({ message: 'kept', tripcode: text, do: 'settings' });
    const isControl = /\p{Cc}/u.test(text);
    const rule = isControl ? 'tripcode-malformed' : Buffer.byteLength(text) > 1024 ? 'tripcode-too-long' : undefined;
    expect([answer.status, ruleOf(answer)]).toEqual([rule === undefined ? 200 : 400, rule]);
    expect(answer.body).toContain('>kept</textarea>');
    for (const html of [answer.body, await read()]) {
      expect(html).toMatch(/type="password" name="tripcode" (?!value)/);
      expect(/<label class="own-trip"( hidden)?/.exec(html)?.[1]).toBe(rule === undefined ? undefined : ' hidden');
    }
  });

  it('S15 one of 1 MB is not read to its end, an empty one removes, emoji are as good as letters', async () => {
    const { post, read } = await visitor();
    expect((await post({ tripcode: 'x'.repeat(1_000_000), do: 'settings' })).status).toBe(413);
    expect((await post({ tripcode: 'x'.repeat(1025), do: 'settings' })).status).toBe(400);
    expect((await post({ tripcode: '\u{1F9C5}\u{1F9C5}', do: 'settings' })).status).toBe(200);
    const code = /<label class="own-trip">.*?<\/i>([0-9a-z]{10})<i>/su.exec(await read())?.[1];
    expect(code).toBeDefined();
    expect((await post({ message: 'with a pill', tripcode: '' })).status).toBe(303);
    expect((await lastRow()).html).toContain(`<i>&lt;!</i>${code}<i>`);
    expect((await post({ tripcode: '', 'tripcode-do': 'set', do: 'settings' })).status).toBe(200);
    expect(await read()).toContain('<label class="own-trip" hidden');
  });

  it('lists all that is wrong with a wish at once, and changes nothing of it', async () => {
    const { post, read } = await visitor();
    const answer = await post({ name: 'Admin', colour: '99', tripcode: 'a\0', message: 'kept', do: 'settings' });
    expect(answer.status).toBe(422);
    const shown = textOf(answer.body);
    expect(shown).toContain('kept for those who run the stream');
    expect(shown).toContain('no such colour');
    expect(shown).toContain('password of a tripcode');
    expect(await read()).toMatch(/name="name" value /);
  });
});

describe('T10 hostile text as a colour', () => {
  it.each(['red', '#fff', '#ffffff\n', '#ffffff;}', 'url(//evil)', '999', '-1', ''])('C26 %j: 400', async (colour) => {
    const { post } = await visitor();
    const answer = await post({ colour, do: 'settings' });
    expect([answer.status, ruleOf(answer)]).toEqual([400, 'colour']);
    expect(answer.body).not.toContain('evil');
  });
});
