import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMedia, temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { captureTestCard, findFont, type TestCardOptions } from './capture-test-card.ts';

/** FFmpeg's input arguments of a card, without its real-time pace. */
function inputArgs(options: TestCardOptions): string[] {
  const { input } = captureTestCard(options);
  return input.kind === 'capture' ? input.args.filter((arg) => arg !== '-re') : [];
}

function fontFile(): string {
  const found = findFont();
  if (found === undefined) throw new Error('No font is installed: install fonts-dejavu-core.');
  return found;
}

/** `frames` pictures of the card as 64 x 36 grey, one after the other. */
function pictures(options: TestCardOptions, frames: number): Buffer[] {
  const size = 64 * 36;
  const raw = ['-vf', 'scale=64:36,format=gray', '-frames:v', String(frames), '-f', 'rawvideo', 'pipe:1'];
  const bytes = makeMedia(...inputArgs(options), ...raw);
  return Array.from({ length: bytes.length / size }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

describe.each([
  ['with a font', { fontFile: fontFile() }],
  ['without a font', {}],
])('the test card %s', (_, options) => {
  let shown: Buffer[];

  beforeAll(() => {
    shown = pictures(options, 61);
  });

  it('moves with every picture', () => {
    expect(shown).toHaveLength(61);
    for (const [index, picture] of shown.entries())
      expect(picture.equals(shown[index - 1] ?? Buffer.alloc(0))).toBe(false);
  });

  it('is the same card each time, whatever the time of day', () => {
    expect(pictures(options, 2)).toEqual(shown.slice(0, 2));
  });

  it('flashes its lamps on each full second, and then only', () => {
    const lamp = 18 * 64 + 8;
    const bright = shown.flatMap((picture, index) => ((picture[lamp] ?? 0) > 128 ? [index] : []));
    expect(bright).toEqual([0, 1, 2, 30, 31, 32, 60]);
  });
});

it('rings a soft bell on each full second', () => {
  const pcm = makeMedia(
    ...inputArgs({}),
    '-t',
    '2',
    '-map',
    '0:a',
    '-ac',
    '1',
    '-ar',
    '48000',
    '-f',
    's16le',
    'pipe:1',
  );
  const loudness = (fromSeconds: number): number => {
    const samples = Array.from({ length: 2400 }, (_, index) =>
      pcm.readInt16LE(2 * (Math.round(fromSeconds * 48_000) + index)),
    );
    return Math.max(...samples.map(Math.abs)) / 32_768;
  };
  for (const second of [0, 1]) {
    expect(loudness(second)).toBeGreaterThan(0.1);
    expect(loudness(second)).toBeLessThan(0.3);
    expect(loudness(second + 0.9)).toBeLessThan(0.001);
  }
});

it('finds a font under any name', () => {
  const path = join(temporaryDirectory(), "a:b 'c' [d], 100% \\ e;f.ttf");
  copyFileSync(fontFile(), path);
  expect(pictures({ fontFile: path }, 1)).toEqual(pictures({ fontFile: fontFile() }, 1));
});

it('knows when no font is there', () => {
  expect(findFont(() => false)).toBeUndefined();
});

it('is never faster than 30 pictures a second', () => {
  expect(inputArgs({ frameRate: 60 })).toEqual(inputArgs({ frameRate: 30 }));
  expect(inputArgs({ frameRate: 24 }).join()).toContain('r=24');
});
