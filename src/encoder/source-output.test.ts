import { describe, expect, it } from 'vitest';
import { fragmentsOf } from '../../test/support/fragments.ts';
import { makeMedia, probeMedia, runCommand } from '../../test/support/ffmpeg.ts';
import { children } from '../mp4/boxes.ts';
import { buildFfmpegCommand } from './ffmpeg-arguments.ts';
import { rungOf } from './ladder.ts';

const remark = '086f3693-b7b3-4f2c-9653-21492feee5b8+canary-in-the-picture';

/** What OBS would publish: H.264 that says who made it, delimiters, remarks. */
function published(format: readonly string[], delay = 0): Buffer {
  return makeMedia(
    ...[
      '-f',
      'lavfi',
      '-i',
      'sine=440:d=3',
      '-itsoffset',
      String(delay),
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=320x180:r=30:d=2.5',
    ],
    ...[
      '-map',
      '1:v',
      '-fps_mode',
      'passthrough',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-tune',
      'zerolatency',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '30',
    ],
    ...['-x264-params', 'aud=1:nal-hrd=cbr:vbv-maxrate=600:vbv-bufsize=600:bitrate=600'],
    ...['-bsf:v', `h264_metadata=sei_user_data=${remark}`, '-metadata', 'title=canary-in-the-file'],
    ...['-map', '0:a', '-c:a', 'aac', ...format, 'pipe:1'],
  );
}

function nalTypesIn(media: Buffer): number[] {
  const types = new Set<number>();
  for (const box of children(media)) {
    if (box.type !== 'mdat') continue;
    for (let rest = box.body; rest.length > 4; rest = rest.subarray(4 + rest.readUInt32BE(0))) {
      types.add((rest[4] ?? 0) & 0x1f);
    }
  }
  return [...types].toSorted((one, other) => one - other);
}

describe("the source's own picture as an output", () => {
  const fragmented = [
    '-movflags',
    '+empty_moov+default_base_moof+frag_keyframe+frag_discont',
    '-use_editlist',
    '0',
    '-avoid_negative_ts',
    'make_non_negative',
    '-f',
    'mp4',
  ];
  const cases = [
    { format: 'flv', output: ['-flvflags', 'no_duration_filesize', '-f', 'flv'], delay: 0 },
    { format: 'mp4', output: fragmented, delay: 0 },
    { format: 'mp4', output: fragmented, delay: 0.25 },
  ] as const;

  it.each(cases)(
    'T05 of $format is every picture as it was sent, at its time beside the sound ($delay s), without remarks',
    async ({ format, output, delay }) => {
      const sent = published(output, delay);
      expect(sent.includes('x264 - core') && sent.includes('canary')).toBe(true);
      const input = { kind: 'pipe', format, hasAudio: true, keepsPicture: true } as const;
      const ladder = [{ ...rungOf({ height: 240 }), preset: 'ultrafast' as const }];
      const finished = await runCommand(buildFfmpegCommand(input, { ladder }), sent);
      expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
      const media = finished.media.get('source') ?? Buffer.alloc(0);
      const { codec, width, height, packets } = probeMedia(media);
      expect({ codec, width, height }).toEqual({ codec: 'h264', width: 320, height: 180 });
      expect(packets).toHaveLength(75);
      const keyframes = packets.filter(({ isKeyframe }) => isKeyframe).map(({ seconds }) => seconds);
      expect(keyframes.map((seconds) => Math.round(seconds - (keyframes[0] ?? 0)))).toEqual([0, 1, 2]);
      // What has been encoded again is on the same clock, whenever it began.
      const encoded = probeMedia(finished.media.get('240p') ?? Buffer.alloc(0)).packets;
      expect(Math.abs((encoded.at(-1)?.seconds ?? 0) - (packets.at(-1)?.seconds ?? 9))).toBeLessThan(0.05);
      expect(fragmentsOf(media).length).toBeGreaterThanOrEqual(24);
      expect(nalTypesIn(media)).toEqual([1, 5]);
      const pieces = media.subarray(media.indexOf('moof'));
      for (const trace of ['x264', 'canary', 'Lavf', 'Lavc']) expect(pieces.includes(trace)).toBe(false);
    },
  );

  it('is there only where it is wanted', () => {
    const input = { kind: 'pipe', format: 'flv', hasAudio: true } as const;
    const { args, outputs } = buildFfmpegCommand(input, { ladder: [rungOf({ height: 240 })] });
    expect(outputs).toEqual(['240p', 'audio']);
    expect(args).not.toContain('copy');
  });
});
