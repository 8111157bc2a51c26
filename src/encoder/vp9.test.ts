import { beforeAll, describe, expect, it } from 'vitest';
import { fragmentsOf } from '../../test/support/fragments.ts';
import { type FinishedCommand, probeMedia, runCommand } from '../../test/support/ffmpeg.ts';
import { parseInitSegment } from '../mp4/init-segment.ts';
import { requireBox } from '../mp4/boxes.ts';
import { scrubInitSegment } from '../mp4/scrub.ts';
import { vp9CodecName } from '../mp4/vp9-name.ts';
import { buildFfmpegCommand } from './ffmpeg-arguments.ts';
import { knownRungs } from './ladder.ts';
import { buildVp9Command } from './vp9.ts';

const named = (...names: string[]) => knownRungs.filter(({ name }) => names.includes(name));

describe('a call of FFmpeg for VP9', () => {
  const rungs = named('360p', '240p').map((rung) => ({ ...rung, name: `${rung.name}-vp9` }));
  let source: Buffer;
  let finished: FinishedCommand;

  beforeAll(async () => {
    const graph = 'testsrc2=s=640x360:r=30:d=3[out0];sine=d=3[out1]';
    const input = { kind: 'capture', args: ['-f', 'lavfi', '-i', graph], audio: '0:a:0' } as const;
    const first = await runCommand(buildFfmpegCommand(input, { ladder: named('360p'), preset: 'ultrafast' }));
    source = first.media.get('360p') ?? Buffer.alloc(0);
    finished = await runCommand(buildVp9Command(rungs), source);
  });

  function output(name: string): Buffer {
    const media = finished.media.get(name);
    if (media === undefined || media.length === 0) throw new Error(`no ${name}: ${finished.stderr}`);
    return media;
  }

  it('ends well, with VP9 on each rung at the size that was foretold, and the name', () => {
    expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
    for (const rung of rungs) {
      const size = { width: rung.maxWidth, height: rung.height };
      expect(probeMedia(output(rung.name))).toMatchObject({ codec: 'vp9', ...size });
      const [track] = parseInitSegment(output(rung.name)).tracks;
      expect(track?.codec).toBe(vp9CodecName(size, 30));
    }
  });

  it('has keyframes and fragments at the times of the H.264', () => {
    const keyframes = (media: Buffer) =>
      probeMedia(media)
        .packets.filter(({ isKeyframe }) => isKeyframe)
        .map(({ seconds }) => seconds);
    const times = (media: Buffer) => fragmentsOf(media).map(({ tfdt }) => tfdt);
    for (const { name } of rungs) {
      expect(keyframes(output(name))).toEqual([0, 1, 2]);
      expect(times(output(name))).toEqual(times(source));
    }
  });

  it('keeps times that do not begin at zero', async () => {
    const at = 3_600 * 15_360;
    const late = await runCommand(buildVp9Command(rungs), shifted(source, at));
    expect(late).toMatchObject({ exitCode: 0, stderr: '' });
    const times = (media: Buffer | undefined) => fragmentsOf(media ?? Buffer.alloc(0)).map(({ tfdt }) => tfdt);
    expect(times(late.media.get('360p-vp9'))).toEqual(times(source).map((time) => time + BigInt(at)));
    const keyframes = probeMedia(late.media.get('360p-vp9') ?? Buffer.alloc(0)).packets.filter(
      ({ isKeyframe }) => isKeyframe,
    );
    expect(keyframes).toHaveLength(3);
  });

  it('T05 leaves no trace of the programs that made it', () => {
    for (const media of finished.media.values()) {
      const init = parseInitSegment(media.subarray(0, initBytes(media)));
      const clean = Buffer.concat([scrubInitSegment(init.bytes), media.subarray(initBytes(media))]);
      expect(clean.toString('latin1')).not.toMatch(/Lav[fc]|libvpx|Handler|WebM/);
    }
  });
});

function initBytes(media: Buffer): number {
  return requireBox(media, 'ftyp').bytes.length + requireBox(media, 'moov').bytes.length;
}

/** The same stream, so many ticks later. */
function shifted(media: Buffer, ticks: number): Buffer {
  const moved = Buffer.from(media);
  for (let at = moved.indexOf('tfdt'); at !== -1; at = moved.indexOf('tfdt', at + 4)) {
    if (moved[at + 4] === 0) moved.writeUInt32BE(moved.readUInt32BE(at + 8) + ticks, at + 8);
    else moved.writeBigUInt64BE(moved.readBigUInt64BE(at + 8) + BigInt(ticks), at + 8);
  }
  return moved;
}
