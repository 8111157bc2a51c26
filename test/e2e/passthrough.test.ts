import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { children } from '../../src/mp4/boxes.ts';
import { makeMedia } from '../support/ffmpeg.ts';
import { probe, publish, readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';

const remark = '086f3693-b7b3-4f2c-9653-21492feee5b8+canary';

describe("the publisher's own picture", () => {
  let server: Onioncast;
  let address: string;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'onioncast-source-'));
    server = await Onioncast.start({
      args: ['--no-tor', '--source', 'none'],
      env: { ONIONCAST_INGEST_GRACE: '1s', ONIONCAST_ENCODER_PASSTHROUGH: 'auto', ONIONCAST_ENCODER_LADDER: '240p' },
    });
    const ingest = await server.event('ingest');
    address = `${ingest.server}/${ingest.key}`;
  });

  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function stream() {
    const health: {
      stream: { state: string; renditions: { name: string; bandwidth: number; mimeType: string; width?: number }[] };
    } = await (await fetch(`${server.url}/healthz`)).json();
    return health.stream;
  }

  const renditions = async () => (await stream()).renditions;

  /** Publishes until it is done, and waits for the end of the broadcast. */
  async function whilePublishing(more: readonly string[], use: () => Promise<void>): Promise<void> {
    // Nobody of a first try that has failed is on the air any more.
    await vi.waitUntil(async () => ['offline', 'ended'].includes((await stream()).state), patience);
    const over = server.nextEvent('stream', (event) => event.state === 'ended');
    const publisher = publish([...more, '-f', 'flv', address]);
    try {
      await use();
    } finally {
      await publisher.stop();
    }
    await over;
  }

  async function bytesOf(rendition: string, count: number): Promise<Buffer> {
    const viewer = await readEndless(`${server.url}/stream/${rendition}.mp4`);
    await viewer.atLeast(count);
    viewer.close();
    return viewer.bytes();
  }

  it('is on offer beside ours where it fits: whole from a keyframe on, in step with the sound, without a word of who made it', async () => {
    const offered = server.nextEvent('note', ({ message }) => message.includes('on offer as it is'));
    const scene = ['-bsf:v', `h264_metadata=sei_user_data=${remark}`, '-metadata', 'title=canary', '-g', '60'];
    await whilePublishing(scene, async () => {
      await offered;
      while (!(await renditions()).some(({ name }) => name === 'source')) await new Promise((r) => setTimeout(r, 50));
      const [source] = await renditions();
      expect(source).toMatchObject({ name: 'source', width: 640 });
      expect(source?.bandwidth).toBeGreaterThan(500_000);
      const [own, smaller] = await Promise.all([bytesOf('source', 500_000), bytesOf('240p', 60_000)]);
      const files = { source: path.join(directory, 'source.mp4'), smaller: path.join(directory, '240p.mp4') };
      await Promise.all([writeFile(files.source, own), writeFile(files.smaller, smaller)]);
      const seen = await probe(files.source);
      expect(seen.codecs).toEqual(['h264', 'opus']);
      const video = seen.packets.filter(({ stream }) => stream === 'video');
      const audio = seen.packets.filter(({ stream }) => stream === 'audio');
      expect(video[0]?.isKeyframe).toBe(true);
      expect(Math.abs((audio[0]?.pts ?? 0) - (video[0]?.pts ?? 9))).toBeLessThan(0.15);
      // Both renditions are on one timeline, so that players may change between them.
      const other = (await probe(files.smaller)).packets.filter(({ stream }) => stream === 'video');
      expect(Math.abs((other[0]?.pts ?? 0) - (video[0]?.pts ?? 99))).toBeLessThan(4);
      for (const trace of ['x264', 'canary', 'Lavf', 'Lavc', 'libvpx', 'Handler'])
        expect(own.includes(trace)).toBe(false);
      expect(nalTypesOfPicture(own)).toEqual([1, 5]);
    });
    expect(await renditions()).toEqual([]);
  });

  const unfit: readonly (readonly [string, readonly string[], string, RegExp])[] = [
    ['keyframes each eight seconds', ['-g', '240'], 'keyframes', /keyframe interval to 1 s/],
    ['B-frames', ['-bf', '2'], 'b-frames', /B-frames to 0/],
    ['10 bits', ['-pix_fmt', 'yuv420p10le'], 'format', /NV12/],
    ['4:4:4', ['-pix_fmt', 'yuv444p'], 'format', /NV12/],
  ];

  it.each(unfit)(
    'is not on offer with %s, and the broadcaster is told what to set',
    async (_, more, problem, advice) => {
      const hint = server.nextEvent('hint');
      const live = server.nextEvent('stream', (event) => event.state === 'live');
      await whilePublishing(more, async () => {
        const told = await hint;
        expect(told.problem).toBe(problem);
        expect(told.message).toMatch(advice);
        await live;
        expect((await renditions()).map(({ name }) => name)).not.toContain('source');
      });
    },
  );

  it('is refused in HEVC with a sentence that says what to set', async () => {
    const { key, pushUrl = '' } = await server.event('ingest');
    const scene = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=64x64:r=30:d=1',
      '-c:v',
      'libx265',
      '-x265-params',
      'log-level=none',
    ];
    const body = makeMedia(...scene, '-movflags', '+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1');
    const answer = await fetch(pushUrl, {
      method: 'POST',
      headers: { 'X-Stream-Key': key },
      body: new Uint8Array(body),
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(await answer.text()).toContain('Set the video encoder to H.264');
  });
});

function nalTypesOfPicture(media: Buffer): number[] {
  const types = new Set<number>();
  let isPicture = false;
  for (const box of whole(media)) {
    // Track 1 is the picture; its tfhd stands first in the traf.
    if (box.type === 'moof') isPicture = box.body.readUInt32BE(box.body.indexOf('tfhd') + 8) === 1;
    if (box.type !== 'mdat' || !isPicture) continue;
    for (let rest = box.body; rest.length > 4; rest = rest.subarray(4 + rest.readUInt32BE(0))) {
      types.add((rest[4] ?? 0) & 0x1f);
    }
  }
  return [...types].toSorted((one, other) => one - other);
}

/** The boxes that came to their end. */
function* whole(media: Buffer) {
  let at = 0;
  while (at + 8 <= media.length && at + media.readUInt32BE(at) <= media.length) {
    const next = at + media.readUInt32BE(at);
    yield* children(media.subarray(at, next));
    at = next;
  }
}
