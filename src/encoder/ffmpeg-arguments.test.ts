import { beforeAll, describe, expect, it } from 'vitest';
import { fragmentsOf } from '../../test/support/fragments.ts';
import { type FinishedCommand, makeMedia, probeMedia, runCommand } from '../../test/support/ffmpeg.ts';
import type { EncoderInput } from './encoder-types.ts';
import { buildFfmpegCommand, type EncodingOptions } from './ffmpeg-arguments.ts';
import { knownRungs } from './ladder.ts';

const ladder = [
  { name: 'large', height: 180, maxWidth: 320, bitsPerSecond: 120_000 },
  { name: 'middle', height: 120, maxWidth: 214, bitsPerSecond: 60_000 },
  { name: 'small', height: 90, maxWidth: 160, bitsPerSecond: 40_000 },
];

function pictureAndSound(graph: string, seconds: number): EncoderInput {
  const sound = `sine=frequency=440:sample_rate=44100:duration=${seconds}`;
  return { kind: 'capture', args: ['-f', 'lavfi', '-i', `${graph}:d=${seconds}[out0];${sound}[out1]`], audio: '0:a:0' };
}

async function encode(
  input: EncoderInput,
  options: Partial<EncodingOptions> = {},
  stdin?: Buffer,
): Promise<FinishedCommand> {
  return await runCommand(buildFfmpegCommand(input, { ladder, preset: 'ultrafast', ...options }), stdin);
}

/** Words that tell which program made a file, or what its source said of itself. */
function tracesIn(media: Buffer): string[] {
  return media.toString('latin1').match(/Lav[fc]|x264|libopus|Handler|options:|canary/g) ?? [];
}

function output(finished: FinishedCommand, name: string): Buffer {
  const media = finished.media.get(name);
  if (media === undefined || media.length === 0) throw new Error(`no ${name}: ${finished.stderr}`);
  return media;
}

/** The size that a still picture of this size is encoded with. It has sound, since the silence made without would have no end. */
async function encodedSize(size: string, rung = ladder[0]): Promise<[number | undefined, number | undefined]> {
  const finished = await encode(pictureAndSound(`rgbtestsrc=s=${size}:r=30`, 0.5), { ladder: rung ? [rung] : ladder });
  const { width, height } = probeMedia(output(finished, rung?.name ?? 'large'));
  return [width, height];
}

describe('a call of FFmpeg', () => {
  let finished: FinishedCommand;
  const names = ladder.map((rung) => rung.name);

  beforeAll(async () => {
    finished = await encode(pictureAndSound('testsrc2=s=640x360:r=30', 4));
  });

  it('ends well, with H.264 on each rung and Opus in mono beside them', () => {
    expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
    const probed = names.map((name) => probeMedia(output(finished, name)));
    expect(probed.map(({ codec, width, height }) => [codec, width, height])).toEqual([
      ['h264', 320, 180],
      ['h264', 214, 120],
      ['h264', 160, 90],
    ]);
    expect(probeMedia(output(finished, 'audio'))).toMatchObject({ codec: 'opus', channels: 1 });
  });

  it('puts a keyframe at each full second of every rung and nowhere else', () => {
    for (const name of names) {
      const keyframes = probeMedia(output(finished, name)).packets.filter((packet) => packet.isKeyframe);
      expect(keyframes.map((packet) => packet.seconds)).toEqual([0, 1, 2, 3]);
    }
  });

  it('cuts all rungs into fragments at the same times, ten a second', () => {
    const [first, ...others] = names.map((name) =>
      fragmentsOf(output(finished, name)).map((fragment) => fragment.tfdt),
    );
    expect(first).toHaveLength(40);
    for (const other of others) expect(other).toEqual(first);
    expect(fragmentsOf(output(finished, 'audio')).length).toBeGreaterThanOrEqual(39);
  });

  it('T05 leaves no trace of the programs that made it', () => {
    for (const media of finished.media.values()) {
      expect(tracesIn(media)).toEqual([]);
    }
  });
});

describe('the rate of pictures', () => {
  it.each([
    [60, '30/1'],
    [30, '30/1'],
    [25, '25/1'],
    [24, '24/1'],
    [10, '30/1'],
  ])('of a source with %i a second becomes constant: %s', async (rate, expected) => {
    const finished = await encode(pictureAndSound(`testsrc2=s=64x36:r=${rate}`, 2), { ladder: ladder.slice(0, 1) });
    const { frameRate, packets } = probeMedia(output(finished, 'large'));
    expect(frameRate).toBe(expected);
    const keyframes = packets.filter((packet) => packet.isKeyframe);
    expect(keyframes.map((packet) => packet.seconds)).toEqual([0, 1]);
  });

  it('is never above the one configured', async () => {
    const finished = await encode(pictureAndSound('testsrc2=s=64x36:r=25', 1), {
      ladder: ladder.slice(0, 1),
      maxFrameRate: 20,
    });
    expect(probeMedia(output(finished, 'large')).frameRate).toBe('20/1');
  });
});

describe('the size of the picture', () => {
  it.each([
    ['640x480', [240, 180]],
    ['360x640', [102, 180]],
    ['1366x768', [320, 180]],
    ['64x36', [64, 36]],
    ['101x61', [100, 60]],
    ['1x1', [2, 2]],
    ['3840x2', [320, 2]],
    ['2x1000', [2, 180]],
  ])('of %s is made even, keeps its shape and is never enlarged', async (size, expected) => {
    expect(await encodedSize(size)).toEqual(expected);
  });

  it('counts pixels that are not square', async () => {
    const graph = 'color=s=72x56:r=30:d=0.5,setsar=2[out0];sine=d=0.5[out1]';
    const wide = await encode({ kind: 'capture', args: ['-f', 'lavfi', '-i', graph], audio: '0:a:0' });
    const { width, height } = probeMedia(output(wide, 'large'));
    expect([width, height]).toEqual([144, 56]);
  });
});

describe('a piped publisher', () => {
  const h264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-pix_fmt', 'yuv420p'];
  const flv = ['-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'];
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=30:d=2', '-f', 'lavfi', '-i', 'sine=d=2'];
  const canary = ['-metadata', 'comment=canary-comment'];

  it('T05 in FLV is encoded from its first keyframe on, without what it says about itself', async () => {
    const media = makeMedia(...sources, ...h264, '-c:a', 'aac', ...canary, ...flv);
    expect(media.includes('canary-comment')).toBe(true);
    const finished = await encode({ kind: 'pipe', format: 'flv', hasAudio: true }, {}, media);
    expect(finished).toMatchObject({ exitCode: 0, stderr: '' });
    const { packets } = probeMedia(output(finished, 'large'));
    // FLV counts in milliseconds, so the last picture may be repeated once.
    expect([60, 61]).toContain(packets.length);
    expect(packets[0]).toEqual({ seconds: 0, isKeyframe: true });
    for (const bytes of finished.media.values()) expect(tracesIn(bytes)).toEqual([]);
  });

  it('in fragmented MP4 is encoded too', async () => {
    const media = makeMedia(
      ...sources,
      ...h264,
      '-c:a',
      'aac',
      '-f',
      'mp4',
      '-movflags',
      '+empty_moov+frag_keyframe',
      'pipe:1',
    );
    const finished = await encode({ kind: 'pipe', format: 'mp4', hasAudio: true }, {}, media);
    expect(finished.exitCode).toBe(0);
    expect(probeMedia(output(finished, 'small')).packets.length).toBeGreaterThanOrEqual(59);
  });

  it('whose sound begins later than its picture keeps both in step', async () => {
    const late = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=s=160x90:r=30:d=3',
      '-itsoffset',
      '1',
      '-f',
      'lavfi',
      '-i',
      'sine=d=2',
    ];
    const media = makeMedia(...late, ...h264, '-c:a', 'aac', ...flv);
    const finished = await encode({ kind: 'pipe', format: 'flv', hasAudio: true }, {}, media);
    const [video, audio] = ['large', 'audio'].map(
      (name) => probeMedia(output(finished, name)).packets.at(-1)?.seconds ?? 0,
    );
    expect(Math.abs((video ?? 0) - (audio ?? 9))).toBeLessThan(0.15);
  });

  it.each([
    ['random bytes', Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * 7919) % 251))],
    ['an HLS playlist', Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n')],
    ['nothing', Buffer.alloc(0)],
  ])('T40 that sends %s is refused', async (_, media) => {
    for (const format of ['flv', 'mp4'] as const) {
      const finished = await encode({ kind: 'pipe', format, hasAudio: true }, {}, media);
      expect(finished.exitCode).not.toBe(0);
      expect(finished.media.get('large')).toHaveLength(0);
    }
  });

  it('T40 with a codec that no publisher needs is refused', async () => {
    const media = makeMedia(...sources, '-c:v', 'flv1', '-c:a', 'aac', '-ar', '44100', ...flv);
    const finished = await encode({ kind: 'pipe', format: 'flv', hasAudio: true }, {}, media);
    expect(finished.exitCode).not.toBe(0);
  });
});

describe('arguments', () => {
  const pipe = { kind: 'pipe', format: 'flv', hasAudio: true } as const;
  const after = (args: readonly string[], flag: string): (string | undefined)[] =>
    args.flatMap((arg, index) => (arg === flag ? [args[index + 1]] : []));

  it('spend CPU on quality up to 360 lines only, unless told otherwise', () => {
    expect(after(buildFfmpegCommand(pipe, { ladder: knownRungs }).args, '-preset')).toEqual([
      'medium',
      'medium',
      'veryfast',
      'veryfast',
    ]);
    const faster = buildFfmpegCommand(pipe, { ladder: knownRungs, preset: 'superfast' });
    expect(new Set(after(faster.args, '-preset'))).toEqual(new Set(['superfast']));
  });

  it('number the pipes in the order of the outputs, progress last', () => {
    const { args, outputs } = buildFfmpegCommand(pipe, { ladder: knownRungs });
    expect(outputs).toEqual(['240p', '360p', '480p', '720p', 'audio']);
    expect(args.filter((arg) => /^pipe:[1-9]/.test(arg))).toEqual([
      'pipe:8',
      'pipe:3',
      'pipe:4',
      'pipe:5',
      'pipe:6',
      'pipe:7',
    ]);
    expect(after(args, '-progress')).toEqual(['pipe:8']);
  });

  it('T40 let a publisher choose neither format nor protocol', () => {
    const { args } = buildFfmpegCommand(pipe, { ladder });
    expect(args.slice(args.indexOf('-protocol_whitelist'), args.indexOf('pipe:0') + 1)).toEqual(
      expect.arrayContaining(['-protocol_whitelist', 'pipe', '-codec_whitelist', '-f', 'flv', '-i', 'pipe:0']),
    );
  });

  it('filter low frequencies only if asked to', () => {
    expect(buildFfmpegCommand(pipe, { ladder }).args.join(' ')).not.toContain('highpass');
    expect(buildFfmpegCommand(pipe, { ladder, audioHighpassHz: 120 }).args.join(' ')).toContain('highpass=f=120');
  });

  it('make silence where there is no sound', () => {
    expect(buildFfmpegCommand({ ...pipe, hasAudio: false }, { ladder }).args.join(' ')).toContain('anullsrc');
  });
});
