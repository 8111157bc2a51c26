import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, type Entrance, exchange, parseAnswers, RawConnection } from '../../test/support/raw-http.ts';
import { placesWith } from '../../test/support/places.ts';
import { refusalOf } from './guards.ts';
import { allowedHeaderNames } from './headers.ts';
import { WebServer } from './server.ts';

const onion = `${'a'.repeat(55)}d.onion`;
const host = `Host: ${onion}`;
const form = 'Content-Type: application/x-www-form-urlencoded';
const origin = `Origin: http://${onion}`;

let directory: string;
let server: WebServer;
let circuitId = 0;

/** Each question from a circuit of its own, so that no limit of circuits plays a part. */
const entrance = (): Entrance => {
  circuitId += 1;
  return { socketPath: path.join(directory, 'web.sock'), circuitId };
};

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'guards-'));
  server = new WebServer({
    onion: { socketPath: path.join(directory, 'web.sock') },
    places: placesWith(Buffer.alloc(32, 1)),
  });
  server.setOnionAddresses([onion]);
  server.app.get('/', (_request, reply) => reply.send('page'));
  server.app.get<{ Params: { number: string } }>('/seg/:number.m4s', (_request, reply) => reply.callNotFound());
  server.app.get('/echo', (request, reply) => reply.send(JSON.stringify(request.query)));
  server.app.get('/host', (request, reply) => reply.send(request.headers.host));
  server.app.register(async (scope) => {
    const parse = async (_request: unknown, body: string): Promise<string> => body;
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, parse);
    scope.post('/form', (request, reply) => reply.send(`${request.headers.host} said ${String(request.body)}`));
  });
  await server.listen();
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const lines = (...parts: string[]): string => `${parts.join('\r\n')}\r\n\r\n`;
const get = (target: string, ...headers: string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, 'Connection: close', ...headers);
const post = (body: string, ...headers: string[]): string =>
  lines('POST /form HTTP/1.1', host, 'Connection: close', `Content-Length: ${body.length}`, ...headers) + body;
const chunked = (body: string): string =>
  lines('POST /form HTTP/1.1', host, form, origin, 'Transfer-Encoding: chunked') + body;
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: 1`);

/** Name, what is sent, the status that must come back, with `0`: closed without an answer. */
type Row = readonly [name: string, bytes: string | Buffer, ...statuses: number[]];

const parserRows: Row[] = [
  ['P01 no Host', lines('GET / HTTP/1.1'), 400],
  ['P02 HTTP/1.0 without Host', lines('GET / HTTP/1.0'), 421],
  ['P03 two Hosts', lines('GET / HTTP/1.1', host, host), 421],
  ['P05 HTTP/1.2', lines('GET / HTTP/1.2', host), 400, 505],
  ['P06 HTTP/2.0', lines('GET / HTTP/2.0', host), 505],
  ['P07 HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 0],
  ['P09 TLS', Buffer.from('16030100f5010000f10303', 'hex'), 400, 0],
  [
    'P10 random bytes',
    Buffer.concat([Buffer.from('8f0dd1e2c3b4a5968778695a4b3c2d1e', 'hex'), Buffer.from('\r\n\r\n')]),
    400,
  ],
  ['P11 lower-case method', lines('get / HTTP/1.1', host), 400],
  ['P13 TRACE', lines('TRACE / HTTP/1.1', host, 'X-Secret: s'), 405],
  ['P14 PROPFIND', lines('PROPFIND / HTTP/1.1', host), 405],
  ['P14 SOURCE', lines('SOURCE / HTTP/1.1', host), 405],
  ['P14 PURGE', lines('PURGE / HTTP/1.1', host), 405],
  ['P14 M-SEARCH', lines('M-SEARCH / HTTP/1.1', host), 405],
  ['P15 CONNECT', lines('CONNECT x:443 HTTP/1.1', host), 405],
  ['P15 CONNECT to another Host', lines('CONNECT x:443 HTTP/1.1', 'Host: x'), 421],
  ['P16 OPTIONS *', lines('OPTIONS * HTTP/1.1', host), 405],
  ['P17 absolute form', get('http://evil/'), 400],
  ['P18 absolute form of ours', get(`http://${onion}/`), 400],
  ['P19 two slashes', get('//evil/'), 400],
  ['P20 slash and backslash', get('/\\evil/'), 400],
  ['P21 fragment', get('/a#b'), 400],
  ['P22 space in the target', get('/a b'), 400],
  ['P23 NUL in the target', get('/a\0b'), 400],
  ['P25 long target', get(`/${'a'.repeat(9000)}`), 431],
  [
    'P26 CL and TE',
    lines('POST /form HTTP/1.1', host, form, origin, 'Content-Length: 3', 'Transfer-Encoding: chunked'),
    400,
  ],
  ['P27 two TE', lines('POST /form HTTP/1.1', host, 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'), 400],
  ['P29 space before the colon', lines('POST /form HTTP/1.1', host, 'Transfer-Encoding : chunked'), 400],
  ['P30 gzip, chunked', lines('POST /form HTTP/1.1', host, form, origin, 'Transfer-Encoding: gzip, chunked'), 400],
  ['P31 TE on HTTP/1.0', lines('POST /form HTTP/1.0', host, form, origin, 'Transfer-Encoding: chunked'), 400],
  ['P33 two CL', lines('POST /form HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2'), 400],
  ...['1, 1', '-1', '+1', '0x1', '', '1e3'].map(
    (value): Row => [`P34 CL ${value}`, lines('POST /form HTTP/1.1', host, `Content-Length: ${value}`), 400],
  ),
  ['P37 GET with a body', `${get('/', 'Content-Length: 3')}abc`, 400],
  ['P37 GET with a chunked body', `${get('/', 'Transfer-Encoding: chunked')}0\r\n\r\n`, 400],
  ['P38 chunk size zz', chunked('zz\r\n'), 400],
  ['P39 huge chunk size', chunked(`${'f'.repeat(17)}\r\n`), 400],
  ['P41 bare LF in a chunk extension', chunked('1;a\nb\r\nx\r\n0\r\n\r\n'), 400],
  ['P42 chunk without CRLF', chunked('1\r\nxy\r\n0\r\n\r\n'), 400],
  ['P45 bare CR in a value', lines('GET / HTTP/1.1', host, 'X: a\rb'), 400],
  ['P46 obs-fold', lines('GET / HTTP/1.1', host, 'X: a\r\n b'), 400],
  ['P47 space before the first header', lines('GET / HTTP/1.1', ` ${host}`), 400],
  ['P49 empty header name', lines('GET / HTTP/1.1', host, ': x'), 400],
  ['P50 200 headers', get('/', ...many(200)), 431],
  ['P50 as many headers as the limit', get('/', ...many(62)), 431],
  ['P50 one fewer', get('/', ...many(61)), 200],
  ['P51 a 9 kB header', get('/', `X: ${'a'.repeat(9000)}`), 431],
  ['P53 Expect of another kind', get('/', 'Expect: foo'), 417],
  [
    'P54 Expect with a large body',
    lines('POST /form HTTP/1.1', host, form, origin, 'Expect: 100-continue', 'Content-Length: 20000'),
    413,
  ],
];

const hostRows: Row[] = [
  ...[
    '127.0.0.1:5000',
    'localhost',
    '[::1]',
    'evil.example',
    `${'b'.repeat(56)}.onion`,
    `x.${onion}`,
    `${onion}.`,
    `${onion}@evil`,
    `${onion}:8080`,
    `${onion}:80:80`,
    '',
  ].map((value): Row => [`H01 Host ${value}`, lines('GET / HTTP/1.1', `Host: ${value}`), 421]),
  ['H10 upper case', lines('GET / HTTP/1.1', host.toUpperCase(), 'Connection: close'), 200],
  ['H11 port 80', lines('GET / HTTP/1.1', `${host}:80`, 'Connection: close'), 200],
  ['H13 method override', post('', form, 'X-HTTP-Method-Override: GET'), 403],
  ['H14 X-Original-URL', get('/', 'X-Original-URL: /form'), 200],
  ['H15 POST without Origin', post('a=1', form), 403],
  ['H15 POST of a text browser, which knows no Origin', post('a=1', form, `Referer: http://${onion}/form`), 200],
  ['H15 the same from elsewhere', post('a=1', form, `Referer: http://${onion}.evil/form`), 403],
  ['H15 the same with two addresses', post('a=1', form, `Referer: http://${onion}/`, 'Referer: http://evil/'), 403],
  ['H15 a browser that leaves Origin out', post('a=1', form, `Referer: http://${onion}/`, 'Sec-Fetch-Mode: cors'), 403],
  ['H15 an Origin beats what else is sent', post('a=1', form, 'Origin: null', `Referer: http://${onion}/`), 403],
  ...[
    'http://evil',
    `http://${onion}.evil`,
    `http://evil.${onion}`,
    `https://${onion}`,
    `http://${onion}:8080`,
    'null',
  ].map((value): Row => [`H17 Origin ${value}`, post('a=1', form, `Origin: ${value}`), 403]),
  ['H18 two Origins', post('a=1', form, origin, 'Origin: http://evil'), 403],
  ['H19 cross-site', post('a=1', form, origin, 'Sec-Fetch-Site: cross-site'), 403],
  ['H19 same-site', post('a=1', form, origin, 'Sec-Fetch-Site: same-site'), 403],
  ['H20 same-origin', post('a=1', form, origin, 'Sec-Fetch-Site: same-origin'), 200],
  ['H23 GET to a POST route', get('/form'), 405],
  ['H24 POST to a GET route', lines('POST / HTTP/1.1', host, form, origin, 'Content-Length: 0'), 405],
  ['H25 POST without Content-Type', post('a=1', origin), 415],
  ['H25 JSON', post('{}', origin, 'Content-Type: application/json'), 415],
  ['H25 form with charset', post('a=1', origin, `${form}; charset=utf-8`), 200],
  ['compressed body', post('a=1', form, origin, 'Content-Encoding: br'), 415],
  ['large body', post('a'.repeat(16_385), form, origin), 413],
  ['body at the limit', post('a'.repeat(16_384), form, origin), 200],
  ['large chunked body', chunked(`5000\r\n${'a'.repeat(0x5000)}\r\n0\r\n\r\n`), 413],
  ...['image', 'script', 'iframe', 'video', 'empty'].map(
    (dest): Row => [
      `H26 cross-site ${dest}`,
      get(
        '/',
        'Sec-Fetch-Site: cross-site',
        `Sec-Fetch-Mode: ${dest === 'iframe' ? 'navigate' : 'no-cors'}`,
        `Sec-Fetch-Dest: ${dest}`,
      ),
      403,
    ],
  ),
  [
    'H26 same-site image',
    get('/', 'Sec-Fetch-Site: same-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'),
    403,
  ],
  [
    'a link from elsewhere',
    get('/', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'),
    200,
  ],
  [
    'a frame of ours',
    get('/', 'Sec-Fetch-Site: same-origin', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'),
    200,
  ],
  [
    'typed into the address bar',
    get('/', 'Sec-Fetch-Site: none', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'),
    200,
  ],
  [
    'H27 preflight',
    lines('OPTIONS /form HTTP/1.1', host, 'Origin: http://evil', 'Access-Control-Request-Method: POST'),
    405,
  ],
];

const pathRows: Row[] = [
  ...[
    '/seg/../../etc/passwd',
    '/seg/%2e%2e/%2e%2e/x',
    '/seg/..%2f..%2fx',
    '/seg/..%5c..%5cx',
    '/seg/%252e%252e/',
    '/seg/%c0%ae%c0%ae/',
    '/seg/1%00.mp4',
    '/seg//1',
    '/seg/1.m4s%0d%0aX:y',
    '/static/../src/server.ts',
    '/static/.env',
    '/.git/config',
    '/server-status',
    '/metrics',
    '/%',
    `/${'a/'.repeat(2000)}`,
  ].flatMap((target): Row[] => [
    [`U ${target.slice(0, 40)}`, get(target), 404, 400],
    [`U ${target.slice(0, 40)} behind a viewer`, get(`/v/${'a'.repeat(44)}${target}`), 404, 400],
  ]),
  ['U20 duplicate parameters', get('/echo?state=1&state=2&ok=3'), 200],
  ['U20 brackets', get('/echo?state[]=1'), 200],
  ['U20 a lone percent sign', get('/echo?state=%'), 200],
  ['U21 2000 parameters', get(`/echo?${'a=1&'.repeat(2000)}`), 400],
  ['U21 33 parameters', get(`/echo?${'a&'.repeat(32)}a`), 400],
  ['U21 32 parameters', get(`/echo?${'a&'.repeat(31)}a`), 200],
  ['U21 a long query', get(`/echo?${'a'.repeat(1025)}`), 400],
  ['W01 a websocket, which we do not have', get('/', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'), 400],
  ['W01 a websocket among others', get('/', 'Upgrade: h2c, WebSocket'), 400],
  ['another protocol that we do not speak', get('/', 'Upgrade: h2c'), 200],
];

describe('bad input is answered as the table says, closed, and tells nothing', () => {
  const rows = [...parserRows, ...hostRows, ...pathRows].map(([name, bytes, ...statuses]) => ({
    name,
    bytes,
    statuses,
  }));
  test.each(rows)('$name', async ({ bytes, statuses }) => {
    const answers = parseAnswers(await exchange(entrance(), bytes));
    expect(answers.length).toBeLessThanOrEqual(1);
    const [answer] = answers;
    expect(statuses).toContain(answer?.status ?? 0);
    if (answer === undefined) return;
    expect([...answer.headers.keys()].filter((name) => !allowedHeaderNames.has(name))).toEqual([]);
    if (answer.status >= 400) expect(answer.headers.get('connection')).toBe('close');
    if (answer.status === 421) expect(answer.headers.get('content-length')).toBe('0');
    if (answer.status === 405) expect(answer.headers.get('allow')).toMatch(/^(GET|POST)/);
    expect(answer.body).not.toContain('Secret');
  });
});

test('T02 a Host that is not ours gets the same bytes whatever is asked', async () => {
  const answers = await Promise.all(
    ['GET /', 'GET /none', 'POST /form', 'GET //evil', 'HEAD /', 'TRACE /', 'GET /?a'].map((line) =>
      exchange(entrance(), lines(`${line} HTTP/1.1`, 'Host: evil.example', 'Sec-Fetch-Site: cross-site')),
    ),
  );
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toBe('HTTP/1.1 421 Misdirected Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
});

test('every error of one kind has the same body', async () => {
  const bodies = await Promise.all(
    ['/a', '/b/c?d=<script>', '/.env'].map(async (target) => (await ask(entrance(), get(target))).body),
  );
  expect(new Set(bodies).size).toBe(1);
  expect(bodies[0]).toContain('There is nothing at this address.');
});

test('P43 a trailer cannot change the Host', async () => {
  const answer = await ask(
    entrance(),
    lines(
      'POST /form HTTP/1.1',
      host,
      form,
      origin,
      'Connection: close',
      'Transfer-Encoding: chunked',
      'Trailer: Host',
    ) + '3\r\na=1\r\n0\r\nHost: evil\r\n\r\n',
  );
  expect(answer.body).toBe(`${onion} said a=1`);
});

test('P61 pipelined requests are answered in order, and none after an error', async () => {
  const plain = (target: string): string => lines(`GET ${target} HTTP/1.1`, host);
  const text = await exchange(entrance(), plain('/') + plain('/host') + plain('//evil') + plain('/'));
  const answers = parseAnswers(text);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
  expect(answers[1]?.body).toBe(onion);
});

test('P62 what follows a request that was to be the last is not answered', async () => {
  const answers = parseAnswers(await exchange(entrance(), get('/') + get('/host')));
  expect(answers.map(({ status, body }) => [status, body])).toEqual([[200, 'page']]);
});

test('A11 whoever closes the sending half still gets the whole answer', async () => {
  const connection = new RawConnection(entrance());
  connection.socket.end(get('/'));
  const [answer] = parseAnswers(await connection.untilClosed());
  expect(answer).toMatchObject({ status: 200, body: 'page' });
});

test('parameters that come twice count as absent, and names of the language mean nothing', async () => {
  const { body } = await ask(entrance(), get('/echo?a=1&b=1&b=2&__proto__=x&constructor=y'));
  expect(body).toBe('{"a":"1","__proto__":"x","constructor":"y"}');
});

test('no sequence of headers makes the decision throw, and another Host is never accepted', () => {
  const rules = {
    isOwnHost: (name: string) => name === onion,
    mediaPaths: new Set<string>(),
    maxBodyBytes: 10,
    maxHeaders: 64,
  };
  const names = fc.constantFrom('Host', 'host', 'Origin', 'Content-Length', 'Transfer-Encoding', 'Sec-Fetch-Site', 'X');
  const values = fc.oneof(fc.string(), fc.constantFrom(onion, `http://${onion}`, 'chunked', 'cross-site', '5'));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(names, values)),
      fc.constantFrom('GET', 'POST', 'HEAD', 'PUT'),
      fc.string(),
      (headers, method, target) => {
        const refusal = refusalOf(
          { listener: 'onion', method, httpVersion: '1.1', target, rawHeaders: headers.flat() },
          rules,
        );
        const hosts = headers.filter(([name]) => name.toLowerCase() === 'host');
        if (hosts.length !== 1 || hosts[0]?.[1].toLowerCase() !== onion) {
          // `:80` is the one spelling that may differ.
          if (hosts.length !== 1 || hosts[0]?.[1].toLowerCase() !== `${onion}:80`) expect(refusal?.status).toBe(421);
        }
      },
    ),
  );
});
