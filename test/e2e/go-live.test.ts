import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largestStep, probe, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';
import { descendantsOf, encoderOf, isRunning } from '../support/processes.ts';
import { beforeSecondTry } from '../support/second-try.ts';

/** Half a frame of jitter, and the audio's own frames, are no gap. */
const noGapSeconds = 0.1;

/** Names that tell which program or machine made the media. */
const telltales = /Lavf|Lavc|x264|libopus|Handler|ffmpeg|obs-/iu;

describe('the program, started with nothing but a data directory', () => {
  let server: Onioncast;

  async function start(): Promise<void> {
    await server?.close();
    server = await Onioncast.start();
    await server.event('stream', (event) => event.state === 'live');
  }

  beforeAll(start);
  beforeSecondTry(start);

  afterAll(async () => {
    await server?.close();
  });

  it('is live with the test card and says so on the page', async () => {
    const page = await (await fetch(`${server.url}/`)).text();
    expect(page).toContain('/player?view=');
    expect(page).toContain('/chat');
    expect(page).toMatch(/\blive\b/iu);
  });

  it('sends an endless MP4 with H.264 and Opus, in order and without a gap', async () => {
    const reading = await readEndless(`${server.url}/stream.mp4`);
    await reading.atLeast(300_000);
    reading.close();
    const file = path.join(server.data, 'endless.mp4');
    await writeFile(file, reading.bytes());
    const { codecs, packets } = await probe(file);
    expect(codecs.toSorted()).toEqual(['h264', 'opus']);
    expect(packets[0]?.isKeyframe).toBe(true);
    expect(largestStep(packets, 'video')).toBeLessThan(noGapSeconds);
    expect(largestStep(packets, 'audio')).toBeLessThan(noGapSeconds);
  });

  it('plays as HLS, every rendition, without a gap', async () => {
    for (const playlist of ['/stream.m3u8', '/stream/240p/index.m3u8']) {
      const { codecs, packets } = await probe(`${server.url}${playlist}`, 5);
      expect(codecs).toContain('h264');
      expect(codecs).toContain('opus');
      expect(largestStep(packets, 'audio')).toBeLessThan(noGapSeconds);
    }
  });

  it('tells nobody which program made the media', async () => {
    for (const rendition of ['360p', '240p', 'audio']) {
      const reading = await readEndless(`${server.url}/stream/${rendition}.mp4`);
      await reading.atLeast(30_000);
      reading.close();
      expect(reading.bytes().toString('latin1')).not.toMatch(telltales);
    }
  });

  it('starts every viewer at a keyframe at once, whenever they come', async () => {
    for (let viewer = 0; viewer < 3; viewer += 1) {
      const reading = await readEndless(`${server.url}/stream/240p.mp4`);
      await reading.atLeast(3000);
      reading.close();
      expect(reading.bytes().toString('latin1', 4, 8)).toBe('ftyp');
    }
  });

  it('survives the death of its encoder: old viewers are told to come back, new ones play at once', async () => {
    const old = await readEndless(`${server.url}/stream.mp4`);
    await old.atLeast(20_000);
    const encoder = encoderOf(server.pid);
    const back = server.nextEvent('stream', (event) => event.state === 'live');
    process.kill(encoder.pid, 'SIGKILL');
    expect((await server.nextEvent('stream')).state).toBe('interrupted');
    await back;
    expect((await old.ended).complete).toBe(true);
    const fresh = await readEndless(`${server.url}/stream.mp4`);
    await fresh.atLeast(20_000);
    fresh.close();
    expect(encoderOf(server.pid).pid).not.toBe(encoder.pid);
  });
});

describe('the end of the program', () => {
  it('comes within five seconds of Ctrl-C, with viewers connected, and leaves nothing running', async () => {
    const server = await Onioncast.start();
    await server.event('stream', (event) => event.state === 'live');
    const viewer = await readEndless(`${server.url}/stream.mp4`);
    const chat = await readEndless(`${server.url}/chat`);
    await viewer.atLeast(1000);
    const children = descendantsOf(server.pid).map((facts) => facts.pid);
    expect(children.length).toBeGreaterThan(0);
    const { code, ms } = await server.close();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5000);
    await Promise.all([viewer.ended, chat.ended]);
    expect(children.filter(isRunning)).toEqual([]);
  });
});
