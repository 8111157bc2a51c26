import { beforeEach, describe, expect, it } from 'vitest';
import type { PassthroughVerdict } from '../ingest/passthrough-gauge.ts';
import type { Publication } from '../ingest/publication.ts';
import type { Piece, RenditionInit } from '../mp4/piece.ts';
import { Readable } from 'node:stream';
import type { EndReason } from '../live/fan-out.ts';
import { Passthrough, type PassthroughNews } from './passthrough.ts';
import { RenditionOutput } from './rendition-output.ts';

const limits = {
  live: { maxPieces: 100, maxBytes: 1_000_000 },
  hls: { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 1_000_000 },
};
const init: RenditionInit = { bytes: Buffer.from('init'), codecs: ['avc1.4d401e', 'opus'], width: 640, height: 360 };

function piece(startSeconds: number, keyframe: boolean): Piece {
  return {
    bytes: Buffer.from(`piece at ${startSeconds}`),
    kind: 'video',
    keyframe,
    startSeconds,
    durationSeconds: 0.1,
  };
}

describe("a publisher's own picture", () => {
  let output: RenditionOutput;
  let news: PassthroughNews[];
  let passthrough: Passthrough;
  let verdict: PassthroughVerdict;
  let publication: Publication;

  beforeEach(() => {
    output = new RenditionOutput('source', limits);
    news = [];
    passthrough = new Passthrough(output, (one) => news.push(one));
    verdict = { kind: 'measuring' };
    publication = publicationOf();
  });

  function publicationOf(): Publication {
    return {
      ...{ kind: 'rtmp', format: 'flv', hasAudio: true, open: () => Readable.from([]) },
      get passthrough() {
        return verdict;
      },
    };
  }

  it('is held back until it fits, and begins at a keyframe', () => {
    expect(passthrough.follow(publication)).toBe(true);
    passthrough.begin(init, 1);
    expect(passthrough.publish(piece(0, true))).toBe(false);
    expect(output.init).toBeUndefined();
    verdict = { kind: 'fits', bitsPerSecond: 2_000_000 };
    expect(passthrough.publish(piece(0.1, false))).toBe(false);
    expect(output.init).toBeUndefined();
    expect(passthrough.publish(piece(1, true))).toBe(true);
    expect(passthrough.publish(piece(1.1, false))).toBe(false);
    expect(output.init).toBe(init);
    passthrough.look();
    passthrough.look();
    expect(news).toEqual([{ kind: 'offered', bitsPerSecond: 2_000_000 }]);
    expect([passthrough.bitsPerSecond, passthrough.problem]).toEqual([2_000_000, undefined]);
  });

  it('is withdrawn when it fits no longer, its viewers come back to another, and the reason is told once', () => {
    passthrough.follow(publication);
    passthrough.begin(init, 1);
    verdict = { kind: 'fits', bitsPerSecond: 2_000_000 };
    passthrough.publish(piece(0, true));
    const ends: EndReason[] = [];
    output.fanOut.subscribe({ write: () => undefined, end: (reason) => ends.push(reason) }, 'keyframe');
    verdict = { kind: 'unfit', problem: 'keyframes' };
    passthrough.look();
    passthrough.look();
    expect(passthrough.publish(piece(9, true))).toBe(false);
    expect(ends).toEqual(['resync']);
    expect(output.init).toBeUndefined();
    expect(passthrough.problem).toBe('keyframes');
    expect(news).toEqual([{ kind: 'not-offered', problem: 'keyframes' }]);
    expect(passthrough.follow(publication)).toBe(false);
  });

  it('is not asked for when a run with it has failed at once, until somebody else publishes', () => {
    expect(passthrough.follow(publication)).toBe(true);
    passthrough.distrust();
    expect(passthrough.follow(publication)).toBe(false);
    expect(passthrough.problem).toBe('irregular');
    expect(passthrough.follow(publicationOf())).toBe(true);
    expect(
      passthrough.follow({ kind: 'directory', format: 'mp4', hasAudio: true, open: () => Readable.from([]) }),
    ).toBe(false);
    expect(passthrough.follow(undefined)).toBe(false);
  });

  it('is never asked for where it is not to be offered; only what costs everybody time is told', () => {
    passthrough = new Passthrough(undefined, (one) => news.push(one));
    for (const problem of ['keyframes', 'b-frames'] as const) {
      verdict = { kind: 'unfit', problem };
      expect(passthrough.follow(publicationOf())).toBe(false);
    }
    verdict = { kind: 'fits', bitsPerSecond: 1 };
    expect(passthrough.follow(publicationOf())).toBe(false);
    expect(passthrough.publish(piece(0, true))).toBe(false);
    expect(news).toEqual([{ kind: 'not-offered', problem: 'b-frames' }]);
  });
});
