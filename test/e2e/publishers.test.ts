import { spawn } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { publish, readEndless, type TestPublisher } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';

/** From the publisher's first byte to a picture that a viewer can start from. */
const liveWithinMs = 3000;

describe('a publisher', () => {
  let server: Onioncast;
  let rtmp: string;
  let key: string;
  let pushUrl: string;

  beforeAll(async () => {
    server = await Onioncast.start({
      args: ['--no-tor', '--source', 'none'],
      env: { ONIONCAST_INGEST_GRACE: '1s' },
    });
    const ingest = await server.event('ingest');
    rtmp = ingest.server ?? '';
    key = ingest.key;
    pushUrl = ingest.pushUrl ?? '';
  });

  // Nobody of before is on the air when the next one comes, also after a first try that has failed.
  afterEach(async () => {
    await Promise.all(publishers.splice(0).map((publisher) => publisher.stop()));
    await vi.waitUntil(async () => ['offline', 'ended'].includes(await state()), patience);
  });

  afterAll(async () => {
    await server?.close();
  });

  const publishers: TestPublisher[] = [];

  function publishes(...how: Parameters<typeof publish>): TestPublisher {
    const publisher = publish(...how);
    publishers.push(publisher);
    return publisher;
  }

  async function state(): Promise<string> {
    return (await (await fetch(`${server.url}/healthz`)).json()).stream.state;
  }

  const isLive = { state: 'live' } as const;

  it('is live within three seconds over RTMP with the right key, again after each of two reconnects', async () => {
    for (let connection = 0; connection < 3; connection += 1) {
      const live = server.nextEvent('stream', (event) => event.state === isLive.state);
      const publisher = publishes(['-f', 'flv', `${rtmp}/${key}`]);
      const start = performance.now();
      await live;
      expect(performance.now() - start).toBeLessThan(liveWithinMs);
      const over = server.nextEvent('stream', (event) => event.state === 'interrupted');
      await publisher.stop();
      await over;
    }
    await vi.waitUntil(async () => (await state()) === 'ended', patience);
  });

  it('T41 is refused with a wrong key before any media, and the server goes on', async () => {
    const intruder = publishes(['-f', 'flv', `${rtmp}/${'x'.repeat(key.length)}`]);
    expect(await intruder.exited).not.toBe(0);
    const live = server.nextEvent('stream', (event) => event.state === isLive.state);
    const owner = publishes(['-f', 'flv', `${rtmp}/${key}`]);
    await live;
    await owner.stop();
  });

  it('T41 is refused while another one is live, who stays live', async () => {
    const live = server.nextEvent('stream', (event) => event.state === isLive.state);
    const first = publishes(['-f', 'flv', `${rtmp}/${key}`]);
    await live;
    const viewer = await readEndless(`${server.url}/stream.mp4`);
    const second = publishes(['-f', 'flv', `${rtmp}/${key}`]);
    expect(await second.exited).not.toBe(0);
    const before = viewer.bytes().length;
    await viewer.atLeast(before + 50_000);
    viewer.close();
    await first.stop();
  });

  for (const [format, output] of [
    ['FLV', ['-flvflags', 'no_duration_filesize', '-f', 'flv']],
    [
      'fragmented MP4',
      ['-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-frag_duration', '100000', '-f', 'mp4'],
    ],
  ] as const) {
    it(`can push ${format} over HTTP with the key in a header`, async () => {
      const live = server.nextEvent('stream', (event) => event.state === isLive.state);
      const publisher = publishes([...output, '-method', 'POST', '-headers', `X-Stream-Key: ${key}\r\n`, pushUrl]);
      await live;
      await publisher.stop();
      await server.nextEvent('stream', (event) => event.state !== 'live');
    });
  }

  it('may have no sound and an odd picture', async () => {
    const live = server.nextEvent('stream', (event) => event.state === isLive.state);
    const publisher = publishes(['-f', 'flv', `${rtmp}/${key}`], { audio: false, size: '854x482' });
    await live;
    const viewer = await readEndless(`${server.url}/stream.mp4`);
    await viewer.atLeast(50_000);
    viewer.close();
    await publisher.stop();
  });

  it('may be GStreamer', async () => {
    const live = server.nextEvent('stream', (event) => event.state === isLive.state);
    const pipeline = [
      'flvmux name=m streamable=true ! rtmp2sink location=',
      `${rtmp}/${key} `,
      'videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=30/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=30 ! h264parse ! m. ',
      'audiotestsrc is-live=true ! audioconvert ! avenc_aac ! aacparse ! m.',
    ].join('');
    const gstreamer = spawn('gst-launch-1.0', ['-q', ...pipeline.split(' ')], { stdio: 'ignore' });
    const exited = new Promise((resolve) => gstreamer.once('exit', resolve));
    try {
      await live;
    } finally {
      gstreamer.kill('SIGKILL');
      await exited;
    }
  });
});
