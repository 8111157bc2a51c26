import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMediaPlaylist } from './media-playlist.ts';

const lines = [
  '#EXTM3U',
  '#EXT-X-VERSION:7',
  '#EXT-X-TARGETDURATION:10',
  '#EXT-X-MEDIA-SEQUENCE:3',
  '#EXT-X-MAP:URI="init.mp4"',
  '#EXTINF:10.000000,',
  'stream3.m4s',
  '#EXTINF:9.96,',
  'stream4.m4s',
];

function parse(text: readonly string[]) {
  return parseMediaPlaylist(`${text.join('\n')}\n`);
}

describe('a playlist that somebody else has written', () => {
  it('tells its segments, their numbers, the target duration and the init segment', () => {
    expect(parse(lines)).toEqual({
      targetDuration: 10,
      initUri: 'init.mp4',
      segments: [
        { uri: 'stream3.m4s', sequence: 3 },
        { uri: 'stream4.m4s', sequence: 4 },
      ],
      ended: false,
    });
    expect(parse([...lines, '#EXT-X-ENDLIST'])?.ended).toBe(true);
    expect(parseMediaPlaylist(lines.join('\r\n'))?.segments).toHaveLength(2);
  });

  it('is none while it is empty or half a file, without an init segment, or with an impossible duration', () => {
    expect(parseMediaPlaylist('')).toBeUndefined();
    expect(parse(lines.slice(1))).toBeUndefined();
    expect(parse(lines.filter((line) => !line.includes('MAP')))).toBeUndefined();
    expect(parse(lines.map((line) => line.replace('DURATION:10', 'DURATION:0')))).toBeUndefined();
    expect(parse(lines.map((line) => line.replace('DURATION:10', 'DURATION:ten')))).toBeUndefined();
    expect(parse(lines.map((line) => line.replace('SEQUENCE:3', 'SEQUENCE:-3')))).toBeUndefined();
  });

  it('is taken up to a target duration of 60 s and 2400 segments', () => {
    const lasting = (seconds: number) => parse(lines.map((line) => line.replace('DURATION:10', `DURATION:${seconds}`)));
    expect(lasting(60)).toBeDefined();
    expect(lasting(61)).toBeUndefined();
    const listing = (count: number) =>
      parse([...lines.slice(0, 5), ...Array.from({ length: count }, (_, n) => `stream${n}.m4s`)]);
    expect(listing(2400)?.segments).toHaveLength(2400);
    expect(listing(2401)).toBeUndefined();
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMediaPlaylist(`#EXTM3U\n${text}`)));
  });
});
