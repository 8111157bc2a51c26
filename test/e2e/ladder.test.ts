import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { largestStep, probe, publish, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';

let server: Onioncast | undefined;

afterEach(async () => {
  await server?.close();
});

async function startWith(env: Record<string, string>): Promise<Onioncast> {
  server = await Onioncast.start({ args: ['--no-tor', '--source', 'none'], env });
  return server;
}

/** Goes live with a picture of this size, and gives what is offered, as the multivariant playlist says it, the largest first. */
async function offeredFor(running: Onioncast, size: string): Promise<readonly string[]> {
  const { server: rtmp, key } = await running.event('ingest');
  const live = running.nextEvent('stream', ({ state }) => state === 'live');
  const publisher = publish(['-f', 'flv', `${rtmp}/${key}`], { size });
  await live;
  const resolutions = async () => {
    const playlist = await (await fetch(`${running.url}/stream.m3u8`)).text();
    return [...new Set([...playlist.matchAll(/RESOLUTION=(\d+x\d+)/gu)].map(([, found]) => found ?? ''))];
  };
  // Renditions come one after the other, within a moment.
  let offered = await resolutions();
  for (let before: readonly string[] = []; before.length !== offered.length; offered = await resolutions()) {
    before = offered;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const over = running.nextEvent('stream', ({ state }) => state === 'ended');
  await publisher.stop();
  await over;
  return offered.toSorted((one, other) => Number.parseInt(other, 10) - Number.parseInt(one, 10));
}

describe('the ladder', () => {
  const all = { ONIONCAST_ENCODER_LADDER: '720p,480p,360p,240p', ONIONCAST_ENCODER_PRESET: 'ultrafast' };

  it('is never larger than what a publisher sends, from one publisher to the next', async () => {
    const running = await startWith({ ...all, ONIONCAST_INGEST_GRACE: '0s' });
    expect(await offeredFor(running, '640x360')).toEqual(['640x360', '426x240']);
    expect(await offeredFor(running, '1280x720')).toEqual(['1280x720', '854x480', '640x360', '426x240']);
    expect(await offeredFor(running, '320x180')).toEqual(['320x180']);
  });

  it('says at the start what there will be', async () => {
    const running = await startWith({ ONIONCAST_ENCODER_LADDER: 'auto' });
    const { message } = await running.event('note', (event) => event.message.startsWith('Renditions'));
    expect(message).toBe(
      'Renditions: 360p, 240p and sound alone. There may be more once this machine has been measured, in a moment.',
    );
  });

  it('says nothing of programs in any rendition, and never goes back in time', async () => {
    server = await Onioncast.start({ env: all });
    await server.event('stream', ({ state }) => state === 'live');
    for (const rendition of ['720p', '480p']) {
      const reading = await readEndless(`${server.url}/stream/${rendition}.mp4`);
      await reading.atLeast(150_000);
      reading.close();
      expect(reading.bytes().toString('latin1')).not.toMatch(/Lav[fc]|x264|libopus|Handler|options:/u);
      const file = path.join(server.data, `${rendition}.mp4`);
      await writeFile(file, reading.bytes());
      const { packets } = await probe(file);
      expect(packets.length).toBeGreaterThan(20);
      expect(largestStep(packets, 'video')).toBeLessThan(0.1);
    }
  });
});
