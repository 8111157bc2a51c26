import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, openBrowser } from '../support/browsers.ts';
import { publish, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

const video = `document.querySelector('video')`;
const cases: { browser: BrowserName; script: boolean }[] = [
  { browser: 'chromium', script: false },
  { browser: 'firefox', script: false },
  { browser: 'firefox', script: true },
];

describe('a recording whose server was killed', () => {
  let data: string;
  let server: Onioncast;
  let address: string;

  const env = {
    ONIONCAST_ENCODER_LADDER: '240p',
    ONIONCAST_ENCODER_SECOND_CODEC: 'off',
    ONIONCAST_RECORDING_ENABLED: 'true',
    ONIONCAST_RECORDING_PUBLISH: 'true',
    ONIONCAST_RECORDING_KEEP_FREE: '0B',
  };

  beforeAll(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'onioncast-recorded-'));
    server = await Onioncast.start({ data, env });
    const { server: rtmp, key } = await server.event('ingest');
    const publisher = publish(['-f', 'flv', `${rtmp}/${key}`], { size: '426x240' });
    await server.event('stream', (event) => event.state === 'live' && event.source === 'rtmp');
    const reading = await readEndless(`${server.url}/stream/240p.mp4`);
    await reading.atLeast(250_000);
    await server.kill();
    await publisher.stop();
    server = await Onioncast.start({ data, env: { ...env, ONIONCAST_SOURCE: 'none' } });
    const list = await (await fetch(`${server.url}/recordings`)).text();
    const id = /recordings\/([\w-]{22})/.exec(list)?.[1];
    address = `${server.url}/recordings/${id}`;
  });

  afterAll(async () => {
    await server?.close();
    await rm(data, { recursive: true, force: true });
  });

  it.each(cases)('plays from any point in $browser, script $script', async ({ browser, script }) => {
    const page = await openBrowser(browser, { script });
    try {
      await page.goto(address);
      await page.until(`${video}.readyState >= 1`);
      const seconds = await page.evaluate<number>(`${video}.duration`);
      expect(seconds).toBeGreaterThan(5);
      expect(await page.evaluate(`${video}.seekable.end(0)`)).toBeCloseTo(seconds, 1);
      await page.evaluate(`${video}.muted = true, ${video}.play(), 1`);
      for (const share of [0.7, 0.1, 0.5]) {
        const at = seconds * share;
        await page.evaluate(`${video}.currentTime = ${at}`);
        await page.until(`!${video}.seeking && ${video}.readyState >= 2 && ${video}.currentTime > ${at + 0.2}`);
      }
    } finally {
      await page.close();
    }
  });
});
