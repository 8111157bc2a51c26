import type { OnionServer } from './onion-server.ts';
import { exchange, RawConnection } from './raw-http.ts';
import type { RawVisitor } from './raw-visitor.ts';

/** What came back for a request: its bytes, one character each, and whether the server ended it. */
export interface Reply {
  readonly asked: string;
  readonly bytes: string;
  readonly isWhole: boolean;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT'];
/** What stands in an address where a route has a parameter: something that is there, as far as anything is before the first word. */
const parameters: Readonly<Record<string, string>> = { rendition: '360p', file: 'index.m3u8', '*': 'main.js' };
/** Long enough for the beginning of what has no end. */
const patienceMs = 400;

/** An address for every route. */
export function addressesOf(routes: readonly string[]): readonly string[] {
  return routes.map((route) =>
    route.replaceAll(/:(\w+)|\*/g, (whole, name: string | undefined) => parameters[name ?? whole] ?? 'x'),
  );
}

/** Asks for everything there is, with every method, as somebody who is nobody; then writes, is refused, looks around, and lets the broadcaster look around. */
export async function visitEverything(server: OnionServer, routes: readonly string[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  const ask = async (visitor: RawVisitor, request: string, more: readonly string[] = []): Promise<Reply> => {
    const bytes = visitor.head(request, ['Connection: close', ...more]);
    return { asked: request, ...(await beginningOf(visitor, bytes)) };
  };
  const addresses = addressesOf(routes);
  for (const address of addresses) {
    const requests = methods.map((method) => `${method} ${address}`);
    const asked = requests.map(async (request) => await ask(server.visitor(), request, ['Content-Length: 0']));
    replies.push(...(await Promise.all(asked)));
  }
  for (const bytes of broken)
    replies.push({ asked: bytes, bytes: await exchange(server.visitor().entrance, bytes), isWhole: true });
  const ann = server.visitor();
  await ann.say('a sentence', { name: 'Nightingale', tripcode: 'a password' });
  await server.visitor().say('an answer to <b>that</b>');
  const owner = await server.broadcaster();
  await owner.say('welcome');
  // Not where staff see who is here, which is renewed every ten seconds.
  const ownPages = addresses.filter((address) => /^\/(?:broadcaster|staff|chat\/|recordings|clips)/.test(address));
  for (const address of ownPages) replies.push(await ask(owner, `GET ${address}`));
  for (const address of ['/', '/chat', '/chat/log', '/people', '/events', '/in/tr/', '/in/fa/chat/log']) {
    replies.push(await ask(server.visitor(), `GET ${address}`));
    replies.push(await ask(ann, `GET ${address}`, ['Accept-Language: tr', 'Accept-Encoding: gzip']));
  }
  return replies;
}

const broken = [
  'GET / HTTP/1.1\r\n\r\n',
  'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000',
  `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
];

async function beginningOf({ entrance }: RawVisitor, bytes: string): Promise<Omit<Reply, 'asked'>> {
  const connection = new RawConnection(entrance);
  connection.send(bytes);
  try {
    await connection.until(() => connection.isClosed || connection.received.includes('\r\n\r\n'), 'an answer');
    const deadline = performance.now() + patienceMs;
    while (!connection.isClosed && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return { bytes: connection.received, isWhole: connection.isClosed };
  } finally {
    connection.close();
  }
}
