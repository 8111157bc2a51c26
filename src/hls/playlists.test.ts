import { M3U8Parser, type LevelDetails } from 'hls.js';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeLadder, inTemporaryDirectory, probePath } from '../../test/support/encoded-media.ts';
import { Packager } from '../mp4/packager.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { renderMediaPlaylist } from './media-playlist.ts';
import { MediaWindow } from './media-window.ts';
import { renderMultivariantPlaylist } from './multivariant-playlist.ts';
import { piecesOf } from './segment.ts';

const limits = { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 1_000_000 };
const picture: RenditionInit = { bytes: Buffer.from('init'), codecs: ['avc1.4d401e', 'opus'], width: 640, height: 360 };

function play(window: MediaWindow, from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    window.push({ kind: 'video', keyframe: true, startSeconds: at, durationSeconds: 1, bytes: Buffer.alloc(9) });
  }
}

function rendered(window: MediaWindow): string {
  const { targetDuration, partTarget } = window;
  return renderMediaPlaylist(window, { targetDuration, partTarget, reports: [], skip: false });
}

/** hls.js declares its parser as taking its own enumeration for the kind of playlist. */
function parse(playlist: string): LevelDetails {
  return M3U8Parser.parseLevelPlaylist(playlist, 'http://x/stream/360p/index.m3u8', 0, 'main' as never, 0, null);
}

describe('renderMediaPlaylist', () => {
  it('writes a live playlist', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    play(window, 0, 5);
    window.begin(picture);
    play(window, 7, 11);
    expect(rendered(window)).toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=3.3
#EXT-X-PART-INF:PART-TARGET=1.1
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-DISCONTINUITY-SEQUENCE:1
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init-0.mp4"
#EXTINF:2.00000,
0.m4s
#EXT-X-PART:DURATION=1.00000,URI="1.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1.00000,URI="1.1.m4s",INDEPENDENT=YES
#EXTINF:2.00000,
1.m4s
#EXT-X-PART:DURATION=1.00000,URI="2.0.m4s",INDEPENDENT=YES
#EXTINF:1.00000,
2.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="init-1.mp4"
#EXT-X-PART:DURATION=1.00000,URI="3.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=1.00000,URI="3.1.m4s",INDEPENDENT=YES
#EXTINF:2.00000,
3.m4s
#EXT-X-PART:DURATION=1.00000,URI="4.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="4.1.m4s"
`);
  });

  it('says when the broadcast is over', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    play(window, 0, 3);
    expect(rendered(window)).not.toContain('#EXT-X-ENDLIST');
    window.end();
    expect(rendered(window)).toMatch(/1\.m4s\n#EXT-X-ENDLIST\n$/);
  });

  it('writes a correct playlist before the first segment', () => {
    expect(rendered(new MediaWindow(limits))).toBe(
      `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:2
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6,PART-HOLD-BACK=3.3
#EXT-X-PART-INF:PART-TARGET=1.1
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-INDEPENDENT-SEGMENTS
`,
    );
  });

  it('keeps the count of discontinuities that have left the list, as hls.js understands it', () => {
    const window = new MediaWindow(limits);
    let now = 0;
    const seen = new Map<number, number>();
    for (let run = 0; run < 12; run += 1) {
      window.begin(picture);
      for (let step = 0; step < 5; step += 1) {
        play(window, now, now + 1);
        now += 1;
        const details = parse(rendered(window));
        expect(details.playlistParsingError).toBeNull();
        // A segment must have the same place in every playlist that lists it.
        for (const { sn, cc } of details.fragments) {
          expect(seen.get(Number(sn)) ?? cc).toBe(cc);
          seen.set(Number(sn), cc);
        }
      }
    }
    expect(Math.max(...seen.values())).toBe(12);
  });

  it('means to hls.js what it means to us', () => {
    const window = new MediaWindow(limits);
    window.begin(picture);
    play(window, 0, 101);
    const details = parse(rendered(window));
    expect(details).toMatchObject({ version: 6, live: true, targetduration: 2, startSN: 42, endSN: 49 });
    expect(details.fragments.map(({ duration }) => duration)).toEqual(window.listed.map(() => 2));
    expect(details.fragments[0]?.url).toBe('http://x/stream/360p/42.m4s');
    expect(details.fragments[0]?.initSegment?.url).toBe('http://x/stream/360p/init-0.mp4');
    expect(details.hasProgramDateTime).toBe(false);
    window.end();
    expect(parse(rendered(window)).live).toBe(false);
  });
});

describe('renderMultivariantPlaylist', () => {
  const variants = [
    {
      uri: 'stream/360p/index.m3u8',
      bandwidth: 464_000,
      codecs: ['avc1.4d401e', 'opus'],
      width: 640,
      height: 360,
      frameRate: 30,
    },
    {
      uri: 'stream/240p/index.m3u8',
      bandwidth: 214_000.5,
      averageBandwidth: 200_000,
      codecs: ['avc1.4d4015', 'opus'],
      width: 426,
      height: 240,
      frameRate: 30_000 / 1001,
    },
    { uri: 'stream/audio/index.m3u8', bandwidth: 64_000, codecs: ['opus'] },
  ];

  it('4.4.6.2: lists variants in the order given, since players begin with the first, with what is known of each', () => {
    expect(renderMultivariantPlaylist(variants)).toBe(`#EXTM3U
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=464000,CODECS="avc1.4d401e,opus",RESOLUTION=640x360,FRAME-RATE=30.000
stream/360p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=214001,AVERAGE-BANDWIDTH=200000,CODECS="avc1.4d4015,opus",RESOLUTION=426x240,FRAME-RATE=29.970
stream/240p/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="opus"
stream/audio/index.m3u8
`);
  });

  it('means to hls.js what it means to us', () => {
    const parsed = M3U8Parser.parseMasterPlaylist(renderMultivariantPlaylist(variants), 'http://x/stream.m3u8');
    expect(parsed.playlistParsingError).toBeNull();
    expect(parsed.levels.map(({ url, bitrate, width, audioCodec }) => [url, bitrate, width, audioCodec])).toEqual([
      ['http://x/stream/360p/index.m3u8', 464_000, 640, 'opus'],
      ['http://x/stream/240p/index.m3u8', 214_001, 426, 'opus'],
      ['http://x/stream/audio/index.m3u8', 64_000, undefined, 'opus'],
    ]);
  });

  it('lets no codec out of its quotes', () => {
    const playlist = renderMultivariantPlaylist([{ uri: 'a', bandwidth: 1, codecs: ['a"b\n', 'mp4a.40.2'] }]);
    expect(playlist).toContain('CODECS="ab,mp4a.40.2"\n');
  });
});

describe('HLS on disk', () => {
  it('plays in FFmpeg over a restart of the encoder, every packet once, time going forward', async () => {
    const windows = new Map<string, MediaWindow>();
    const inits = new Map<string, RenditionInit>();
    let given = 0;
    let startSeconds = 0;
    for (let run = 0; run < 2; run += 1) {
      const media = await encodeLadder(4);
      const packager = new Packager({
        video: [{ name: 'large' }, { name: 'small' }],
        startSeconds,
        sink: {
          onInit: (name: string, init: RenditionInit) => {
            inits.set(name, init);
            const window = windows.get(name) ?? new MediaWindow(limits);
            windows.set(name, window);
            window.begin(init);
          },
          onPiece: (name: string, piece: Piece) => {
            windows.get(name)?.push(piece);
            if (name === 'large' && piece.kind === 'video') given += 1;
          },
        },
      });
      for (const [name, bytes] of Object.entries(media)) packager.push(name, bytes);
      startSeconds = packager.endSeconds;
    }
    expect(given).toBeGreaterThan(30);
    await inTemporaryDirectory(async (directory) => {
      for (const [name, window] of windows) {
        window.end();
        const folder = join(directory, name);
        await mkdir(folder);
        await writeFile(join(folder, 'index.m3u8'), rendered(window));
        for (const segment of window.listed) {
          await writeFile(join(folder, `${segment.number}.m4s`), Buffer.concat(piecesOf(segment)));
          await writeFile(join(folder, `init-${segment.initId}.mp4`), window.init(segment.initId) ?? Buffer.alloc(0));
        }
      }
      const { streams, packets } = await probePath(join(directory, 'large', 'index.m3u8'));
      expect(streams.map(({ codec }) => codec)).toEqual(['h264', 'opus']);
      expect(packets.filter(({ stream }) => stream === 0)).toHaveLength(240);
      for (const index of [0, 1]) {
        const times = packets.filter(({ stream }) => stream === index).map(({ seconds }) => seconds);
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
        expect(times.at(-1)).toBeGreaterThan(7.9);
      }
      const sound = await probePath(join(directory, 'audio', 'index.m3u8'));
      expect(sound.streams.map(({ codec }) => codec)).toEqual(['opus']);

      const variants = [...inits]
        .toReversed()
        .map(([name, init]) => ({ ...init, uri: `${name}/index.m3u8`, bandwidth: 500_000 }));
      const top = join(directory, 'stream.m3u8');
      await writeFile(top, renderMultivariantPlaylist(variants));
      const all = await probePath(top);
      expect(all.streams.map(({ codec }) => codec).toSorted()).toEqual(['h264', 'h264', 'opus', 'opus', 'opus']);
    });
  });
});
