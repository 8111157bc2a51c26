import { beforeAll, describe, expect, it } from 'vitest';
import { type FinishedCommand, probeMedia, runCommand } from '../../test/support/ffmpeg.ts';
import { fragmentsOf } from '../../test/support/fragments.ts';
import { buildFfmpegCommand } from './ffmpeg-arguments.ts';
import { fitLadder, knownRungs } from './ladder.ts';

const seconds = 2;
/** Real encoders on a machine that may be busy. */
const patienceMs = 60_000;
const names = ['720p', '480p', '360p', '240p'];

describe.each(['quality', 'constant'] as const)('the whole ladder at %s rate', (rate) => {
  let finished: FinishedCommand;

  beforeAll(async () => {
    const graph = `testsrc2=s=1280x720:r=30:d=${seconds}[out0];anoisesrc=r=48000:d=${seconds}[out1]`;
    const ladder = fitLadder(knownRungs, { width: 1280, height: 720 });
    const input = { kind: 'capture', args: ['-f', 'lavfi', '-i', graph], audio: '0:a:0' } as const;
    finished = await runCommand(buildFfmpegCommand(input, { ladder, preset: 'ultrafast', rate }));
  }, patienceMs);

  function media(name: string): Buffer {
    return finished.media.get(name) ?? Buffer.alloc(0);
  }

  it('has the sizes it is named after', () => {
    const probed = names.map((name) => probeMedia(media(name)));
    expect(probed.map(({ width, height }) => `${width}x${height}`)).toEqual([
      '1280x720',
      '854x480',
      '640x360',
      '426x240',
    ]);
  });

  it('has keyframes and fragments at the same times in every rung', () => {
    const cuts = names.map((name) => fragmentsOf(media(name)).map(({ tfdt }) => tfdt));
    expect(cuts[0]).toHaveLength(10 * seconds);
    for (const cut of cuts) expect(cut).toEqual(cuts[0]);
    for (const name of names) {
      const keyframes = probeMedia(media(name)).packets.filter(({ isKeyframe }) => isKeyframe);
      expect(keyframes.map((packet) => packet.seconds)).toEqual([0, 1]);
    }
  });

  it('never goes back in time', () => {
    for (const name of [...names, 'audio']) {
      const times = probeMedia(media(name)).packets.map((packet) => packet.seconds);
      expect(times.length).toBeGreaterThanOrEqual(30 * seconds);
      expect(times.every((time, index) => time > (times[index - 1] ?? -1))).toBe(true);
    }
  });

  it('says nothing of the programs that made it', () => {
    for (const bytes of finished.media.values()) {
      expect(bytes.length).toBeGreaterThan(1000);
      expect(bytes.toString('latin1').match(/Lav[fc]|x264|libopus|Handler|options:/g)).toBeNull();
    }
  });

  it('spends on each rung about what it may', () => {
    for (const { name, bitsPerSecond } of knownRungs) {
      const bytes = media(name).length;
      // The first second begins with a full buffer: up to half a second, or a second, of bits more.
      expect((bytes * 8) / seconds).toBeLessThan(bitsPerSecond * (1 + 1 / seconds) + 15_000);
      if (rate === 'constant') expect((bytes * 8) / seconds).toBeGreaterThan(0.95 * bitsPerSecond);
    }
  });
});
