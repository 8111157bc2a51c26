import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeMedia, OwnFfmpeg, probeMedia, temporaryDirectory, unhurried } from '../../test/support/ffmpeg.ts';
import { RecordedRuns } from '../../test/support/recorded-runs.ts';
import { Encoder } from '../encoder/encoder.ts';
import type { EncoderSource } from '../encoder/encoder-types.ts';
import { captureFile } from './capture-file.ts';

const directory = temporaryDirectory();
const ladder = [{ name: 'small', height: 90, maxWidth: 160, bitsPerSecond: 60_000 }];
const encoders: Encoder[] = [];

function media(name: string, ...args: string[]): string {
  const path = join(directory, name);
  makeMedia('-f', 'lavfi', '-i', 'rgbtestsrc=s=101x61:r=30:d=1', ...args, `file:${path}`);
  return path;
}

/** Encodes a source until its picture is longer than `seconds`, and gives what came out. */
async function encode(source: EncoderSource, seconds: number): Promise<{ small: Buffer; audio: Buffer }> {
  const ffmpeg = new OwnFfmpeg();
  const runs = new RecordedRuns();
  const encoder = new Encoder({ ffmpegPath: ffmpeg.path, ladder, preset: 'ultrafast', listener: runs, ...unhurried });
  encoders.push(encoder);
  encoder.start(source);
  const length = (): number => {
    const bytes = runs.media(1, 'small');
    return bytes.length < 2000 ? 0 : (probeMedia(bytes).packets.at(-1)?.seconds ?? 0);
  };
  let looked = 0;
  await runs.until(() => {
    if (runs.endOf(1) !== undefined) throw new Error(JSON.stringify(runs.endOf(1)));
    const size = runs.media(1, 'small').length;
    if (size < looked + 3000) return false;
    looked = size;
    return length() > seconds;
  });
  await encoder.close();
  return { small: runs.media(1, 'small'), audio: runs.media(1, 'audio') };
}

afterEach(async () => {
  await Promise.all(encoders.splice(0).map((encoder) => encoder.close()));
});

describe('a file as source', () => {
  it('is played over and over without a jump in time', async () => {
    const path = media("short loop: 100% [a] it's.mkv", '-f', 'lavfi', '-i', 'sine=d=1', '-c:v', 'libx264', '-g', '10');
    const { small, audio } = await encode(await captureFile({ ffprobePath: 'ffprobe', path }), 2.5);
    for (const bytes of [small, audio]) {
      const seconds = probeMedia(bytes).packets.map((packet) => packet.seconds);
      const steps = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0));
      expect(Math.min(...steps)).toBeGreaterThan(0);
      expect(Math.max(...steps)).toBeLessThan(0.07);
    }
    expect(probeMedia(small)).toMatchObject({ width: 100, height: 60 });
    expect(probeMedia(audio).packets.at(-1)?.seconds).toBeGreaterThan(2);
  });

  it('gets silence if it has no sound', async () => {
    const path = media('-silent.mp4', '-c:v', 'libx264', '-pix_fmt', 'yuv444p');
    const { audio } = await encode(await captureFile({ ffprobePath: 'ffprobe', path }), 1.2);
    expect(probeMedia(audio)).toMatchObject({ codec: 'opus' });
  });

  it('is refused if there is no moving picture in it', async () => {
    const path = join(directory, 'song.ogg');
    makeMedia('-f', 'lavfi', '-i', 'sine=d=1', path);
    await expect(captureFile({ ffprobePath: 'ffprobe', path })).rejects.toMatchObject({
      code: 'SOURCE_UNUSABLE',
      message: `${path} holds no moving picture.`,
    });
  });

  it('is refused if it is no media at all, or missing', async () => {
    const path = join(directory, 'notes.mp4');
    writeFileSync(path, 'words '.repeat(1000));
    await expect(captureFile({ ffprobePath: 'ffprobe', path })).rejects.toMatchObject({ code: 'SOURCE_UNUSABLE' });
    await expect(captureFile({ ffprobePath: 'ffprobe', path: `${path}.not` })).rejects.toThrow('There is no file');
  });
});
