import { afterAll, beforeAll, describe, it } from 'vitest';
import { likeTorBrowser, openBrowser } from '../support/browsers.ts';
import { Onioncast } from '../support/onioncast.ts';
import { pictureMoves } from '../support/watching.ts';

const modes = [
  { mode: 'with script', script: true },
  { mode: 'without script', script: false },
];

describe('a stream at a constant rate', () => {
  let server: Onioncast;

  beforeAll(async () => {
    server = await Onioncast.start({ env: { ONIONCAST_ENCODER_RATE: 'constant' } });
    await server.event('stream', (event) => event.state === 'live');
  });

  afterAll(async () => {
    await server.close();
  });

  for (const browser of ['chromium', 'firefox'] as const) {
    for (const { mode, script } of modes) {
      it(`plays in ${browser} ${mode}`, async () => {
        const page = await openBrowser(browser, { script, preferences: script ? {} : likeTorBrowser() });
        try {
          await page.goto(`${server.url}/`);
          await pictureMoves(page);
        } finally {
          await page.close();
        }
      });
    }
  }
});
