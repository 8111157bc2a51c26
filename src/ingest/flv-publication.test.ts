import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeClip, packetsOf } from '../../test/support/ingest.ts';
import { encodeAmf0 } from './amf0.ts';
import { FlvReader, type FlvTag } from './flv.ts';
import { FlvPublication } from './flv-publication.ts';

const flv = ['-flvflags', 'no_duration_filesize', '-f', 'flv'];

function tagsOf(bytes: Buffer): FlvTag[] {
  return [...new FlvReader().push(bytes)];
}

/** Writes all; the last progress. */
function writeAll(publication: FlvPublication, tags: readonly FlvTag[]): ReturnType<FlvPublication['write']> {
  let progress: ReturnType<FlvPublication['write']> = { kind: 'waiting' };
  for (const tag of tags) progress = publication.write(tag);
  return progress;
}

function shifted(tags: readonly FlvTag[], byMs: number): FlvTag[] {
  return tags.map((tag) => ({ ...tag, timestamp: (tag.timestamp + byMs) >>> 0 }));
}

async function readToEnd(publication: FlvPublication, tags: readonly FlvTag[]): Promise<Buffer> {
  const reader = publication.open();
  writeAll(publication, tags);
  publication.end();
  return Buffer.concat(await reader.toArray());
}

describe('an FLV publication', () => {
  let withSound: FlvTag[];
  let silent: FlvTag[];
  let soundOnly: FlvTag[];
  let larger: FlvTag[];

  beforeAll(() => {
    withSound = tagsOf(makeClip({ output: flv }));
    silent = tagsOf(makeClip({ audio: false, output: flv }));
    soundOnly = tagsOf(makeClip({ video: false, seconds: 4, output: flv }));
    larger = tagsOf(makeClip({ size: '320x180', output: flv }));
  });

  it('is ready, with sound, as soon as both headers are there', () => {
    const publication = new FlvPublication('rtmp');
    const ready = withSound.findIndex((tag) => publication.write(tag).kind === 'ready');
    expect(publication.hasAudio).toBe(true);
    expect(ready).toBeLessThan(4);
  });

  it('knows from the metadata that there is no sound', () => {
    const publication = new FlvPublication('rtmp');
    const ready = silent.findIndex((tag) => publication.write(tag).kind === 'ready');
    expect(publication.hasAudio).toBe(false);
    expect(ready).toBeLessThan(4);
  });

  it('takes a second of picture without sound for no sound if nothing else tells', () => {
    const publication = new FlvPublication('rtmp');
    const ready = silent.filter((tag) => tag.type !== 18).find((tag) => publication.write(tag).kind === 'ready');
    expect(ready?.timestamp).toBe(1000);
    expect(publication.hasAudio).toBe(false);
  });

  it('gives FFmpeg every packet from the first keyframe on', async () => {
    const publication = new FlvPublication('rtmp');
    const bytes = await readToEnd(publication, withSound);
    const { h264, aac } = packetsOf(bytes, 'flv');
    expect(h264).toBe(50);
    expect(aac).toBeGreaterThan(80);
  });

  it('gives an encoder that comes late the picture since the last keyframe', async () => {
    const publication = new FlvPublication('rtmp');
    writeAll(publication, withSound);
    const reader = publication.open();
    publication.end();
    expect(packetsOf(Buffer.concat(await reader.toArray()), 'flv')).toMatchObject({ h264: 25 });
  });

  it('lets no metadata through', async () => {
    const named = [
      { type: 18 as const, timestamp: 0, body: encodeAmf0('onMetaData', new Map([['encoder', 'canary']])) },
    ];
    const bytes = await readToEnd(new FlvPublication('rtmp'), [...named, ...withSound]);
    expect(bytes.includes('canary')).toBe(false);
    expect(bytes.includes('Lavf')).toBe(false);
  });

  it('refuses sound without a picture with a sentence', () => {
    expect(writeAll(new FlvPublication('rtmp'), soundOnly)).toEqual({
      kind: 'refused',
      message: 'There is sound but no picture. Onioncast needs a video track (H.264).',
    });
  });

  it('refuses other codecs with a sentence that says what to set', () => {
    const refusalOf = (type: 8 | 9, head: Buffer) => {
      const progress = new FlvPublication('rtmp').write({
        type,
        timestamp: 0,
        body: Buffer.concat([head, Buffer.alloc(20)]),
      });
      return progress.kind === 'refused' ? progress.message : progress.kind;
    };
    expect(refusalOf(9, Buffer.from([0x90, ...Buffer.from('hvc1')]))).toBe(
      'The video is HEVC. Set the video encoder to H.264 (x264).',
    );
    expect(refusalOf(9, Buffer.from([0x90, ...Buffer.from('av01')]))).toContain('AV1');
    expect(refusalOf(9, Buffer.from([0x12, 0]))).toContain('Sorenson H.263');
    expect(refusalOf(8, Buffer.from([0x2f, 0]))).toBe('The sound is MP3. Set the audio encoder to AAC.');
    expect(refusalOf(8, Buffer.from([0x90, ...Buffer.from('Opus')]))).toContain('Opus');
    const [mp3] = tagsOf(makeClip({ video: false, audio: ['-c:a', 'libmp3lame'], output: flv })).filter(
      ({ type }) => type === 8,
    );
    expect(refusalOf(8, mp3?.body ?? Buffer.alloc(0))).toContain('MP3');
  });

  it('refuses a picture that is too large', () => {
    const huge = tagsOf(makeClip({ size: '4112x96', seconds: 0.1, audio: false, output: flv }));
    expect(writeAll(new FlvPublication('rtmp'), huge)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('4112 x 96'),
    });
  });

  it('ends the reader when the resolution changes, and starts the next one with the new headers', async () => {
    const publication = new FlvPublication('rtmp');
    const first = publication.open();
    writeAll(publication, withSound);
    writeAll(publication, shifted(larger, 2000));
    expect(packetsOf(Buffer.concat(await first.toArray()), 'flv')).toMatchObject({ h264: 50 });
    const second = publication.open();
    publication.end();
    const bytes = Buffer.concat(await second.toArray());
    expect(packetsOf(bytes, 'flv')).toMatchObject({ h264: 25 });
  });

  it('turns to sound when it comes late', async () => {
    const publication = new FlvPublication('rtmp');
    const first = publication.open();
    writeAll(publication, silent);
    expect(publication.hasAudio).toBe(false);
    writeAll(publication, shifted(withSound, 2000));
    expect(publication.hasAudio).toBe(true);
    expect(packetsOf(Buffer.concat(await first.toArray()), 'flv')).toEqual({ h264: 50 });
  });

  it.each([
    ['by 2^31 ms', 2 ** 31],
    ['by an hour', 3_600_000],
    ['back by a minute', -60_000],
  ])('begins anew when the clock jumps %s', async (_name, jump) => {
    const publication = new FlvPublication('rtmp');
    const start = shifted(withSound, 100_000);
    const first = publication.open();
    writeAll(publication, start);
    writeAll(publication, shifted(start, jump));
    expect(packetsOf(Buffer.concat(await first.toArray()), 'flv')).toMatchObject({ h264: 50 });
    const second = publication.open();
    publication.end();
    expect(packetsOf(Buffer.concat(await second.toArray()), 'flv')).toMatchObject({ h264: 25 });
  });

  it('does not mind that the clock wraps around', async () => {
    const bytes = await readToEnd(new FlvPublication('rtmp'), shifted(withSound, 2 ** 32 - 1000));
    expect(packetsOf(bytes, 'flv')).toMatchObject({ h264: 50 });
  });

  it('survives any tags', () => {
    const tag = fc.record({
      type: fc.constantFrom(8 as const, 9 as const, 18 as const),
      timestamp: fc.nat({ max: 0xffffffff }),
      body: fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from([0x17, 0, 0, 0, 0, 1, ...bytes])),
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from([0xaf, ...bytes])),
      ),
    });
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 30 }), (tags) => {
        const publication = new FlvPublication('rtmp');
        const reader = publication.open();
        writeAll(publication, tags);
        publication.end();
        reader.destroy();
      }),
    );
  });

  it('gives up on a picture whose header never comes, within its limit', () => {
    const publication = new FlvPublication('rtmp');
    const frame: FlvTag = {
      type: 9,
      timestamp: 0,
      body: Buffer.concat([Buffer.from([0x17, 1]), Buffer.alloc(2 ** 20 - 2)]),
    };
    for (let mebibytes = 1; mebibytes <= 8; mebibytes += 1) expect(publication.write(frame).kind).toBe('waiting');
    expect(publication.write(frame)).toEqual({
      kind: 'refused',
      message: 'No H.264 header came. Restart the encoder.',
    });
  });
});
