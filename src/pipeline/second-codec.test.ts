import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeLadder } from '../../test/support/encoded-media.ts';
import { OwnFfmpeg, unhurried } from '../../test/support/ffmpeg.ts';
import { Encoder } from '../encoder/encoder.ts';
import { rungOf } from '../encoder/ladder.ts';
import { buildVp9Command } from '../encoder/vp9.ts';
import type { EndReason, Sink } from '../live/fan-out.ts';
import { FragmentReader } from '../mp4/fragment-reader.ts';
import { Packager } from '../mp4/packager.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { RenditionOutput } from './rendition-output.ts';
import { SecondCodec, type SecondCodecOptions } from './second-codec.ts';
import { chunkPayload } from '../live/chunked.ts';

const limits = {
  live: { maxPieces: 1000, maxBytes: 4_000_000 },
  hls: { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 4_000_000 },
};
const ladder = [360, 240].map((height) => rungOf({ height }));

/** What a viewer of an endless response gets. */
class Viewer implements Sink {
  readonly ends: EndReason[] = [];
  #bytes = Buffer.alloc(0);
  #enough: (() => void) | undefined;

  write(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunkPayload(bytes)]);
    this.#enough?.();
  }

  end(reason: EndReason): void {
    this.ends.push(reason);
    this.#enough?.();
  }

  /** Where its fragments begin, in seconds, by track. */
  starts(): { readonly picture: number[]; readonly sound: number[]; readonly codecs: string[] } {
    const found = { picture: [] as number[], sound: [] as number[], codecs: [] as string[] };
    const scales = new Map<number, number>();
    new FragmentReader({
      onInit: ({ tracks }) => {
        for (const { id, timescale, codec } of tracks) {
          scales.set(id, timescale);
          found.codecs.push(codec);
        }
      },
      onFragment: ({ tracks: [track] }) => {
        if (track === undefined) return;
        const seconds = track.decodeTime / (scales.get(track.trackId) ?? 1);
        (track.trackId === 1 ? found.picture : found.sound).push(seconds);
      },
    }).push(this.#bytes);
    return found;
  }

  async until(isEnough: (viewer: Viewer) => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#enough = () => {
        if (isEnough(this)) resolve();
      };
      this.#enough();
    });
  }
}

describe('the second codec', () => {
  let pieces: Piece[];
  let init: RenditionInit;
  let source: RenditionOutput;
  let second: SecondCodec;
  let ffmpeg: OwnFfmpeg;
  let nowMs: number;
  let needs: boolean[];
  let troubles: string[];

  beforeAll(async () => {
    const { large, audio } = await encodeLadder(6);
    pieces = [];
    const packager = new Packager({
      video: [{ name: '360p' }],
      startSeconds: 100,
      sink: {
        onInit: (name, made) => {
          if (name === '360p') init = made;
        },
        onPiece: (name, piece) => {
          if (name === '360p') pieces.push(piece);
        },
      },
    });
    packager.push('audio', audio);
    packager.push('360p', large);
    // As they come when they are not encoded all at once.
    pieces.sort((one, other) => one.startSeconds - other.startSeconds || (one.kind === 'video' ? -1 : 1));
  });

  beforeEach(() => {
    nowMs = 0;
    needs = [];
    troubles = [];
    ffmpeg = new OwnFfmpeg();
    source = new RenditionOutput('360p', limits);
    second = build();
  });

  afterEach(async () => {
    await second.close();
    await second.close();
    await ffmpeg.allGone();
  });

  function build(more: Partial<SecondCodecOptions> = {}): SecondCodec {
    const made = new SecondCodec({
      sourceOf: (name) => (name === source.name ? source : undefined),
      ...{ frameRate: 30, audioBitsPerSecond: 48_000, limits, patienceMs: 50_000 },
      createEncoder: (listener) =>
        new Encoder({
          ...{ ffmpegPath: ffmpeg.path, ladder, listener, ...unhurried },
          command: (_input, rungs) => buildVp9Command(rungs),
        }),
      now: () => nowMs,
      onChange: () => undefined,
      onTrouble: (message) => troubles.push(message),
      onNeed: (isNeeded) => needs.push(isNeeded),
      ...more,
    });
    made.follow(ladder);
    return made;
  }

  /** What the H.264 sends between these times. */
  function send(fromSeconds: number, toSeconds: number): void {
    for (const piece of pieces) {
      const isDue = piece.startSeconds >= 100 + fromSeconds - 0.01 && piece.startSeconds < 100 + toSeconds - 0.01;
      if (isDue) source.publish(piece);
    }
  }

  it('is on offer with names, sizes and types as soon as there is H.264, and costs nothing', async () => {
    expect(second.offers()).toEqual([]);
    expect(await second.prepare('360p-vp9')).toBe(false);
    source.begin(init, 1);
    send(0, 1);
    expect(second.offers()).toEqual([
      {
        ...{ name: '360p-vp9', codec: 'vp9', width: 320, height: 240, bandwidth: 348_000 },
        mimeType: 'video/mp4; codecs="vp09.00.20.08,opus"',
        pictureMimeType: 'video/mp4; codecs="vp09.00.20.08"',
      },
      {
        ...{ name: '240p-vp9', codec: 'vp9', width: 320, height: 240, bandwidth: 198_000 },
        mimeType: 'video/mp4; codecs="vp09.00.20.08,opus"',
        pictureMimeType: 'video/mp4; codecs="vp09.00.20.08"',
      },
    ]);
    expect(await second.prepare('720p-vp9')).toBe(false);
    expect(needs).toEqual([]);
    expect(ffmpeg.pids()).toEqual([]);
  });

  it('begins at the latest keyframe when somebody needs it, on the timeline of the H.264 and with its sound', async () => {
    source.begin(init, 1);
    send(0, 2.5);
    const ready = second.prepare('360p-vp9');
    expect(await Promise.all([ready, second.prepare('240p-vp9')])).toEqual([true, true]);
    expect(needs).toEqual([true]);
    expect(ffmpeg.pids()).toHaveLength(1);
    send(2.5, 5);
    const viewer = new Viewer();
    second.output('360p-vp9')?.fanOut.subscribe(viewer, 'keyframe');
    await viewer.until((one) => one.starts().picture.length >= 15);
    const { picture, sound, codecs } = viewer.starts();
    expect(codecs).toEqual(['vp09.00.20.08', 'opus']);
    const times = pieces.filter(({ kind }) => kind === 'video').map(({ startSeconds }) => startSeconds.toFixed(3));
    expect(Number(picture[0]) % 1).toBeCloseTo(0, 3);
    for (const seconds of picture) expect(times).toContain(seconds.toFixed(3));
    expect(Math.abs((sound[0] ?? 0) - (picture[0] ?? 0))).toBeLessThan(0.11);
    expect(troubles).toEqual([]);
  });

  it('goes on with the next run of the H.264, and its viewers come back to it', async () => {
    source.begin(init, 1);
    send(0, 2);
    expect(await second.prepare('360p-vp9')).toBe(true);
    const viewer = new Viewer();
    second.output('360p-vp9')?.fanOut.subscribe(viewer, 'keyframe');
    source.begin(init, 1);
    send(3, 5);
    second.sourceBegan('360p');
    await viewer.until(({ ends }) => ends.length > 0);
    expect(viewer.ends).toEqual(['resync']);
    expect(await second.prepare('360p-vp9')).toBe(true);
    expect(troubles).toEqual([]);
  });

  it('rests when nobody has been watching for half a minute, and not before', async () => {
    source.begin(init, 1);
    send(0, 2);
    await second.prepare('360p-vp9');
    const viewer = new Viewer();
    const leave = second.output('360p-vp9')?.picture.subscribe(viewer, 'keyframe');
    nowMs = 40_000;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(needs).toEqual([true]);
    leave?.();
    nowMs = 69_000;
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(needs).toEqual([true]);
    nowMs = 71_000;
    await ffmpeg.allGone();
    expect(needs).toEqual([true, false]);
    expect(second.output('360p-vp9')?.init).toBeUndefined();
  });

  it('lets nobody wait for ever', async () => {
    second = build({
      patienceMs: 50,
      createEncoder: () => ({ start() {}, stop: async () => {}, close: async () => {} }),
    });
    source.begin(init, 1);
    send(0, 1);
    expect(await second.prepare('360p-vp9')).toBe(false);
    const waiting = second.prepare('360p-vp9');
    second.finish();
    expect(await waiting).toBe(false);
  });
});
