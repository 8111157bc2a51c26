import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  choicesAmong,
  type Choosable,
  higherRendition,
  inOrder,
  lowerRendition,
  startingRendition,
  twinOf,
} from './renditions.ts';

const audio: Choosable = { name: 'audio', codec: 'none', bandwidth: 64_000 };
const h264 = (name: string, bandwidth: number): Choosable => ({ name, codec: 'h264', bandwidth });
const vp9 = (name: string, bandwidth: number): Choosable => ({ name: `${name}-vp9`, codec: 'vp9', bandwidth });

const pictures = [h264('720p', 1_264_000), h264('480p', 664_000), h264('360p', 364_000), h264('240p', 214_000)];
const list = [...pictures, vp9('360p', 364_000), vp9('240p', 214_000), audio];

describe('the order of renditions', () => {
  it('is H.264 from the best down, VP9 likewise, sound last, whatever order they come in', () => {
    const shuffled = fc.shuffledSubarray(list, { minLength: list.length });
    fc.assert(
      fc.property(shuffled, (mixed) => {
        expect(inOrder(mixed)).toEqual(list);
      }),
    );
  });
});

describe('startingRendition', () => {
  it('is the best that nearly every circuit carries, not the best there is', () => {
    expect(startingRendition(list)?.name).toBe('360p');
  });

  it('takes exactly 450 kbit/s, and not one bit more', () => {
    expect(startingRendition([h264('a', 450_000), h264('b', 200_000), audio])?.name).toBe('a');
    expect(startingRendition([h264('a', 450_001), h264('b', 200_000), audio])?.name).toBe('b');
  });

  it('is the lowest picture when all ask for more, and never another codec while there is H.264', () => {
    expect(startingRendition([h264('720p', 1_264_000), h264('480p', 664_000), vp9('240p', 2e5), audio])?.name).toBe(
      '480p',
    );
  });

  it('is one of ours, not what the publisher sends', () => {
    expect(startingRendition([h264('source', 400_000), h264('360p', 364_000), audio])?.name).toBe('360p');
  });

  it('makes do with what there is', () => {
    expect(startingRendition([vp9('360p', 364_000), vp9('240p', 214_000), audio])?.name).toBe('360p-vp9');
    expect(startingRendition([vp9('720p', 1_264_000), vp9('480p', 664_000), audio])?.name).toBe('480p-vp9');
    expect(startingRendition([audio])?.name).toBe('audio');
    expect(startingRendition([])).toBeUndefined();
  });
});

describe('lower and higher renditions', () => {
  it('go down within the codec, then to the sound, then nowhere', () => {
    const down = (name: string) => lowerRendition(list, name)?.name;
    expect(['720p', '480p', '360p', '240p', 'audio'].map(down)).toEqual(['480p', '360p', '240p', 'audio', undefined]);
    expect(['360p-vp9', '240p-vp9'].map(down)).toEqual(['240p-vp9', 'audio']);
  });

  it('go up within the codec, from the sound to the lowest picture, and stop at the best', () => {
    const up = (name: string) => higherRendition(list, name)?.name;
    expect(['audio', '240p', '360p', '480p', '720p'].map(up)).toEqual(['240p', '360p', '480p', '720p', undefined]);
    expect(['240p-vp9', '360p-vp9'].map(up)).toEqual(['360p-vp9', undefined]);
  });

  it('go up from the sound to the codec that the viewer needs', () => {
    expect(higherRendition(list, 'audio', 'vp9')?.name).toBe('240p-vp9');
    expect(higherRendition(pictures, 'audio', 'vp9')).toBeUndefined();
    expect(higherRendition([vp9('240p', 214_000), audio], 'audio')?.name).toBe('240p-vp9');
  });

  it('know nothing below or above what is not there', () => {
    expect(lowerRendition(list, 'gone')).toBeUndefined();
    expect(higherRendition(list, 'gone')).toBeUndefined();
    expect(lowerRendition(pictures, '240p')).toBeUndefined();
    expect(higherRendition([audio], 'audio')).toBeUndefined();
  });
});

describe('two codecs', () => {
  const namesFor = (isPlayable: (one: Choosable) => boolean) => choicesAmong(list, isPlayable).map(({ name }) => name);

  it('are never mixed in what somebody chooses from, and H.264 comes first', () => {
    expect(namesFor(() => true)).toEqual(['720p', '480p', '360p', '240p', 'audio']);
    expect(namesFor(({ codec }) => codec !== 'h264')).toEqual(['360p-vp9', '240p-vp9', 'audio']);
    expect(namesFor(({ codec }) => codec === 'none')).toEqual(['audio']);
    expect(namesFor(() => false)).toEqual([]);
  });

  it('have the same quality, or the next below it, or the lowest there is', () => {
    const twin = (name: string) => twinOf(list, list.find((one) => one.name === name) ?? audio)?.name;
    expect(['720p', '360p', '240p', '360p-vp9', 'audio'].map(twin)).toEqual([
      '360p-vp9',
      '360p-vp9',
      '240p-vp9',
      '360p',
      undefined,
    ]);
    expect(twinOf([h264('240p', 2e5), vp9('360p', 364_000)], h264('240p', 2e5))?.name).toBe('360p-vp9');
    expect(twinOf([...pictures, audio], h264('360p', 364_000))).toBeUndefined();
  });
});
