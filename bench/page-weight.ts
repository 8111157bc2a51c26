/**
 * What a first visit costs before the picture: bytes as they cross the wire, and dependent requests (each a round trip through Tor) until the first
 * byte of video. Follows the page as a browser does, with and without script, on a fresh connection each.
 *
 *   npm run bench:weight
 */
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Onioncast } from '../test/support/onioncast.ts';
import { table } from './support/statistics.ts';

interface Answer {
  readonly path: string;
  readonly wireBytes: number;
  readonly text: string;
}

/** Limits of the interface: compressed bytes before the video starts. */
const limits = { noscript: 15 * 1024, script: 30 * 1024 };

/** One request; an endless answer is read up to its first body byte if it is media, else up to its first pause. */
async function get(origin: string, path: string, cookie?: string): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip, deflate, br', ...(cookie === undefined ? {} : { cookie }) };
    const request = http.get(`${origin}${path}`, { headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      const done = (): void => {
        request.destroy();
        const body = Buffer.concat(parts);
        const isCompressed = response.headers['content-encoding'] === 'gzip';
        const text = (isCompressed ? gunzipSync(body) : body).toString('utf8');
        resolve({ path, wireBytes: headBytes(response) + body.length, text });
      };
      let pause: NodeJS.Timeout | undefined;
      response.on('data', (data: Buffer) => {
        parts.push(data);
        if (response.headers['content-type'] === 'video/mp4') return done();
        clearTimeout(pause);
        pause = setTimeout(done, 500);
        return undefined;
      });
      response.on('end', done);
      response.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}

function headBytes(response: http.IncomingMessage): number {
  return response.rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 17);
}

/** Attributes of a page that match, in order, without repetition. */
function addresses(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => unescaped(match[1] ?? '')))];
}

/** The text of an attribute: a document in a document. */
function unescaped(attribute: string): string {
  return attribute.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

async function visit(origin: string, mode: 'script' | 'noscript'): Promise<{ answers: Answer[]; roundTrips: number }> {
  const page = await get(origin, mode === 'script' ? '/' : '/?script=0');
  const answers = [page];
  const fetchAll = async (paths: readonly string[]): Promise<Answer[]> => {
    const got: Answer[] = [];
    for (const path of paths) got.push(await get(origin, path));
    answers.push(...got);
    return got;
  };
  await fetchAll(addresses(page.text, /<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"/gu));
  if (mode === 'noscript') {
    // The page holds the first player document: its media and its frames are asked for as soon as the page is there. A page that does not costs one more.
    const [inner] = addresses(page.text, /<iframe[^>]+name="player"[^>]+srcdoc="([^"]*)"/gu);
    const [player] =
      inner === undefined ? await fetchAll(addresses(page.text, /<iframe[^>]+src="(\/[^"]*player\?[^"]*)"/gu)) : [];
    const document = inner ?? player?.text ?? '';
    await fetchAll(addresses(document, /<iframe[^>]+src="([^"]+)"/gu));
    const [media] = addresses(document, /<(?:source|video)[^>]+src="([^"]*\/stream\/[^"]+)"/gu);
    if (media === undefined) throw new Error('the player document names no media');
    await fetchAll([media]);
    return { answers, roundTrips: inner === undefined ? 3 : 2 };
  }
  await fetchAll(addresses(page.text, /<script[^>]+src="([^"]+)"/gu));
  // The head of the page asks for the stream itself, while the script is on its way; a page that does not costs one round trip more.
  const [early] = addresses(page.text, /<script data-url="([^"]+)"/gu);
  await fetchAll([early ?? '/stream.mp4']);
  return { answers, roundTrips: early === undefined ? 3 : 2 };
}

async function main(): Promise<void> {
  const server = await Onioncast.start();
  try {
    await server.event('stream', (event) => event.state === 'live');
    for (const mode of ['noscript', 'script'] as const) {
      const { answers, roundTrips } = await visit(server.url, mode);
      const before = answers.slice(0, -1).reduce((sum, answer) => sum + answer.wireBytes, 0);
      console.log(
        `\n${mode}: ${before} bytes before the first byte of video (limit ${limits[mode]}, ratio ${(before / limits[mode]).toFixed(2)}), ${roundTrips} dependent requests`,
      );
      console.log(
        table(answers.slice(0, -1).map((answer) => [answer.path.replace(/\?.*/u, ''), String(answer.wireBytes)])),
      );
    }
  } finally {
    await server.close();
  }
}

await main();
