import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Packager } from '../src/mp4/packager.ts';
import type { Piece } from '../src/mp4/piece.ts';
import { encodeLadder } from '../test/support/encoded-media.ts';
import { type Fragment, FragmentReader } from './fragments.ts';

/** What a viewer of this rendition receives, and what the server knows of it. */
interface Sent {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pieces: readonly Piece[];
}

let picture: Sent;
let sound: Sent;

beforeAll(async () => {
  const { large, audio } = await encodeLadder(3);
  picture = packaged(large, audio, 'large');
  sound = packaged(large, audio, 'audio');
});

function packaged(large: Buffer, audio: Buffer, rendition: string): Sent {
  const parts: Buffer[] = [];
  const pieces: Piece[] = [];
  const packager = new Packager({
    video: [{ name: 'large' }],
    startSeconds: 7,
    sink: {
      onInit: (name, init) => void (name === rendition && parts.push(init.bytes)),
      onPiece: (name, piece) => {
        if (name !== rendition) return;
        parts.push(piece.bytes);
        pieces.push(piece);
      },
    },
  });
  packager.push('large', large);
  packager.push('audio', audio);
  return { bytes: new Uint8Array(Buffer.concat(parts)), pieces };
}

function read(bytes: Uint8Array<ArrayBuffer>, sizes: readonly number[]): Fragment[] {
  const reader = new FragmentReader();
  const found: Fragment[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    found.push(...reader.push(bytes.slice(at, at + size)));
    at += size;
  }
  return found;
}

describe('cutting a response into fragments', () => {
  it('finds the init segment and each piece, with its times, its kind and whether decoding can begin there', () => {
    for (const { bytes, pieces } of [picture, sound]) {
      const [init, ...rest] = read(bytes, []);
      expect(init?.kind).toBe('init');
      expect(rest).toHaveLength(pieces.length);
      for (const [index, piece] of pieces.entries()) {
        expect(rest[index]).toMatchObject({ kind: piece.kind === 'video' ? 'picture' : 'sound' });
        expect(rest[index]?.start).toBeCloseTo(piece.startSeconds, 5);
        expect(rest[index]?.end).toBeCloseTo(piece.startSeconds + piece.durationSeconds, 5);
        if (piece.kind === 'video') expect(rest[index]?.isKeyframe).toBe(piece.keyframe);
      }
    }
    expect(read(picture.bytes, []).filter(({ kind, isKeyframe }) => kind === 'picture' && isKeyframe)).toHaveLength(3);
  });

  it('gives every byte once and in order, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 40 }), (sizes) => {
        const joined = Buffer.concat(read(picture.bytes, sizes).map(({ bytes }) => bytes));
        expect(joined.equals(Buffer.from(picture.bytes))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('takes padding along', () => {
    const padding = Buffer.from([0, 0, 0, 12, ...Buffer.from('free'), 1, 2, 3, 4]);
    const [init] = read(picture.bytes, []);
    const head = init?.bytes.length ?? 0;
    const padded = new Uint8Array(
      Buffer.concat([picture.bytes.subarray(0, head), padding, picture.bytes.subarray(head)]),
    );
    expect(read(padded, [])).toHaveLength(read(picture.bytes, []).length);
    expect(Buffer.concat(read(padded, []).map(({ bytes }) => bytes))).toHaveLength(padded.length);
  });

  it('refuses what is no media of ours, and never hangs on it', () => {
    const refused = (bytes: Uint8Array<ArrayBuffer>): void => void new FragmentReader().push(bytes);
    expect(() => refused(new Uint8Array(Buffer.from('<!doctype html>')))).toThrow('impossible size');
    expect(() => refused(new Uint8Array(8))).toThrow('impossible size');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.nat(255), (at, value) => {
        const bytes = picture.bytes.slice(0, 6000);
        bytes[at] = value;
        try {
          refused(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
