import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPicture } from '../../../src/captcha/picture.ts';
import { textOf } from '../../../src/views/html-text.fixture.ts';
import { makeMedia } from '../ffmpeg.ts';
import { type OnionServer, startOnionServer } from '../onion-server.ts';
import { formIn, type RawVisitor } from '../raw-visitor.ts';
import { steadyRandom } from './steady-random.ts';

/** What every captcha of an evening shows. */
export const captchaAnswer = drawPicture(steadyRandom()).answer;
const steadyCaptchas = fileURLToPath(new URL('steady-captchas.ts', import.meta.url));

/** A broadcast with a chat, in which somebody has spoken already. */
export interface Stage {
  readonly server: OnionServer;
  /** Somebody else who writes. */
  readonly nettle: RawVisitor;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const emotes = await mkdtemp(path.join(tmpdir(), 'onioncast-emotes-'));
  await writeFile(path.join(emotes, 'moon.png'), dot('0xe8d48a'));
  await writeFile(path.join(emotes, 'heron.png'), dot('0x7aa6c2'));
  const server = await startOnionServer({
    env: {
      ONIONCAST_SOURCE: 'test',
      ONIONCAST_CAPTCHA_ASK: 'first',
      ONIONCAST_CAPTCHA_POOL: '4',
      ONIONCAST_EMOTES_DIRECTORY: emotes,
      NODE_OPTIONS: `--import=${steadyCaptchas}`,
    },
  });
  const nettle = server.neighbour();
  await solve(nettle, 'The lamps are lit along the whole canal', { name: 'Nettle' });
  await server.program.event('stream', (event) => event.state === 'live');
  return {
    server,
    nettle,
    close: async () => {
      await server.program.close();
      await rm(emotes, { recursive: true, force: true });
    },
  };
}

/** A disc of one colour on nothing. */
function dot(colour: string): Buffer {
  const disc = "format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='255*lt(hypot(X-32,Y-32),30)'";
  return makeMedia(
    '-f',
    'lavfi',
    '-i',
    `color=${colour}:s=64x64,${disc}`,
    '-frames:v',
    '1',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    'pipe:1',
  );
}

/** The first message of somebody. */
export async function solve(
  visitor: RawVisitor,
  message: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const { action, fields } = formIn((await visitor.get('/chat/form')).body);
  await visitor.get(`/captcha/${fields['captcha']}.png`);
  const answers = { do: 'post', 'captcha-picture': captchaAnswer };
  const { status, body } = await visitor.post(action, { ...fields, ...answers, message, ...more });
  if (status !== 303) throw new Error(`refused: ${textOf(body)}`);
}
