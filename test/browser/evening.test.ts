import { afterAll, beforeAll, expect, it } from 'vitest';
import { textOf } from '../../src/views/html-text.fixture.ts';
import { ar } from '../../src/views/texts/ar.ts';
import { en } from '../../src/views/texts/en.ts';
import { fa } from '../../src/views/texts/fa.ts';
import { playEvening, type Scene } from '../support/evening/evening.ts';
import { arabicPhrases, englishPhrases, persianPhrases } from '../support/evening/phrases.ts';
import { openStage, solve, type Stage } from '../support/evening/stage.ts';
import { formIn, type RawVisitor } from '../support/raw-visitor.ts';
import { beforeSecondTry } from '../support/second-try.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage?.close();
});

// Names that somebody has are not given away for a while, and who was banned stays so.
beforeSecondTry(async () => {
  await stage.close();
  stage = await openStage();
});

const english = { texts: en, phrases: englishPhrases };
const persian = { texts: fa, phrases: persianPhrases };
const arabic = { texts: ar, phrases: arabicPhrases };

/** From right to left each browser plays in one mode; the other two are among the long tests. */
const scenes: Omit<Scene, 'stage'>[] = [
  { browser: 'chromium', script: true, ...english, name: 'Juniper' },
  { browser: 'chromium', script: false, ...english, name: 'Tansy' },
  { browser: 'firefox', script: true, ...english, name: 'Bracken' },
  { browser: 'firefox', script: false, ...english, name: 'Sorrel' },
  { browser: 'firefox', script: true, ...persian, name: 'نیلوفر' },
  { browser: 'chromium', script: false, ...arabic, name: 'ياسمين' },
];

it.each(scenes.map((scene) => ({ ...scene, lang: scene.texts.lang })))(
  'an evening in $browser ($lang, script: $script) goes from the first message to the last one after a ban',
  async (scene) => {
    await playEvening({ ...scene, stage });
  },
);

/** Does something about the writer of the newest message, which must be this one. */
async function act(
  staff: RawVisitor,
  text: string,
  what: Readonly<Record<string, string>>,
): Promise<{ undo: () => Promise<void> }> {
  const [, id = '', row = ''] = /.*id="m(\d+)"(.*)/s.exec((await staff.get('/chat/log')).body) ?? [];
  expect(textOf(row)).toContain(text);
  const { action, fields } = formIn((await staff.get(`/chat/tools?m=${id}`)).body, '/chat/tools');
  const done = await staff.post(action, { ...fields, ...what });
  const undo = /value="(undo:\d+)"/.exec(done.body)?.[1] ?? '';
  return {
    undo: async () => {
      const { status } = await staff.post(action, { ...fields, do: undo });
      expect(status).toBe(200);
    },
  };
}

it('holds a ban against a new session of the same circuit, until it is taken back', async () => {
  const circuitId = 4711;
  const [first, again, broadcaster] = [
    stage.server.visitor(circuitId),
    stage.server.visitor(circuitId),
    await stage.server.broadcaster(),
  ];
  await solve(first, 'One word from the circuit', {});
  const ban = await act(broadcaster, 'One word from the circuit', { do: 'ban' });
  const refusal = await again.get('/chat/form');
  expect(refusal.body).toContain('rule-banned');
  await ban.undo();
  await solve(again, 'And another one, since it was taken back', {});
});
