import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeMedia, temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { parseProbe, probeFile } from './probe.ts';

const directory = temporaryDirectory();
const picture = ['-f', 'lavfi', '-i', 'rgbtestsrc=s=101x61:r=10:d=1'];
const sound = ['-f', 'lavfi', '-i', 'sine=d=1'];

function media(name: string, ...args: string[]): string {
  const path = join(directory, name);
  makeMedia(...args, `file:${path}`);
  return path;
}

function text(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('probeFile', () => {
  it('tells picture, sound and size', async () => {
    const path = media('both.mkv', ...picture, ...sound, '-c:v', 'ffv1');
    expect(await probeFile('ffprobe', path)).toEqual({ hasVideo: true, hasAudio: true, width: 101, height: 61 });
  });

  it.each(["it's 100%: a, b [c]; d.mkv", '-i.mkv', 'http:x.mkv', '%03d.mkv'])(
    'reads a file called %s',
    async (name) => {
      const path = media(name, ...picture);
      expect(await probeFile('ffprobe', path)).toMatchObject({ hasVideo: true, hasAudio: false });
    },
  );

  it('does not take a cover image for a picture', async () => {
    const path = media(
      'song.mp3',
      ...sound,
      ...picture,
      '-map',
      '0',
      '-map',
      '1',
      '-frames:v',
      '1',
      '-disposition:v',
      'attached_pic',
    );
    expect(await probeFile('ffprobe', path)).toEqual({ hasVideo: false, hasAudio: true });
  });

  it.each([
    ['a missing file', () => join(directory, 'none.mp4'), /^There is no file .*none\.mp4\.$/],
    ['a path through a file', () => join(text('plain', 'x'), 'below.mp4'), /^There is no file/],
    ['a directory', () => directory, /is a directory, not a media file\.$/],
    ['an empty file', () => text('empty.mp4', ''), /is empty\.$/],
    ['a device', () => '/dev/zero', /is not an ordinary file\.$/],
    ['a name with a NUL in it', () => 'a\0b', /cannot be opened/],
    ['text', () => text('notes.mp4', 'just some words\n'.repeat(100)), /is not a media file that FFmpeg can read\./],
    ['an MP4 cut off', () => text('cut.mp4', '\0\0\0\x18ftypisom\0\0\x02\0isomiso2'), /is not a media file/],
  ])('refuses %s with a sentence', async (_, path, message) => {
    await expect(probeFile('ffprobe', path())).rejects.toMatchObject({
      code: 'SOURCE_UNUSABLE',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a file that this user may not read', async () => {
    const path = text('secret.mp4', 'x');
    chmodSync(path, 0o000);
    // Root may read everything, so it becomes somebody else for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(probeFile('ffprobe', path)).rejects.toThrow(/may not be read by this user\.$/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it.each([
    ['an HLS playlist', (inner: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n${inner}\n#EXT-X-ENDLIST\n`],
    ['a concat script', (inner: string) => `ffconcat version 1.0\nfile ${inner}\n`],
  ])('refuses %s that would put another file on air', async (_, script) => {
    media('inner.ts', ...picture, '-c:v', 'mpeg2video', '-r', '25');
    await expect(probeFile('ffprobe', text('disguise.mp4', script('inner.ts')))).rejects.toThrow('is not a media file');
  });

  it('says so when there is no ffprobe', async () => {
    const path = media('fine.mkv', ...picture);
    await expect(probeFile('/nonexistent/ffprobe', path)).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  });

  it('can be given up', async () => {
    const path = media('slow.mkv', ...picture);
    await expect(probeFile('ffprobe', path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('parseProbe', () => {
  it.each(['', '{', 'null', '[]', '{}', '{"streams":3}', '{"streams":[null,1,{}]}'])(
    'survives the answer %j',
    (json) => {
      try {
        expect(parseProbe(json)).toEqual({ hasVideo: false, hasAudio: false });
      } catch (error) {
        expect(error).toMatchObject({ code: 'SOURCE_UNUSABLE' });
      }
    },
  );
});
