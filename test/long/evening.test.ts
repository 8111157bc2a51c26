import { afterAll, beforeAll, it } from 'vitest';
import { ar } from '../../src/views/texts/ar.ts';
import { fa } from '../../src/views/texts/fa.ts';
import { playEvening, type Scene } from '../support/evening/evening.ts';
import { arabicPhrases, persianPhrases } from '../support/evening/phrases.ts';
import { openStage, type Stage } from '../support/evening/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage.close();
});

const persian = { texts: fa, phrases: persianPhrases };
const arabic = { texts: ar, phrases: arabicPhrases };

const scenes: Omit<Scene, 'stage'>[] = [
  { browser: 'chromium', script: true, ...persian, name: 'لاله' },
  { browser: 'chromium', script: false, ...persian, name: 'نرگس' },
  { browser: 'firefox', script: true, ...arabic, name: 'وردة' },
  { browser: 'firefox', script: false, ...arabic, name: 'سوسن' },
];

it.each(scenes.map((scene) => ({ ...scene, lang: scene.texts.lang })))(
  'an evening from right to left in $browser ($lang, script: $script) goes from the first message to the last one after a ban',
  async (scene) => {
    await playEvening({ ...scene, stage });
  },
);
