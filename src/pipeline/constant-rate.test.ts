import { beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes, probeBytes } from '../../test/support/encoded-media.ts';
import { type FinishedCommand, runCommand } from '../../test/support/ffmpeg.ts';
import { buildFfmpegCommand, type EncodingOptions } from '../encoder/ffmpeg-arguments.ts';
import { knownRungs } from '../encoder/ladder.ts';
import { chunkPayload } from '../live/chunked.ts';
import { Packager } from '../mp4/packager.ts';
import { constantBytesPerSecond } from '../mp4/padding.ts';
import type { Piece } from '../mp4/piece.ts';
import { RenditionOutput } from './rendition-output.ts';

const seconds = 4;
/** Real encoders on a machine that may be busy. */
const patienceMs = 60_000;
const ladder = knownRungs.slice(0, 2);
const names = [...ladder.map(({ name }) => name), 'audio'];
const audioBitsPerSecond = 48_000;
const encoding: EncodingOptions = { ladder, audioBitsPerSecond, preset: 'superfast', rate: 'constant' };

/** What one viewer of each kind is given, one entry for all that goes out at a time. */
class Watching {
  readonly bytes: Buffer[] = [];
  readonly sizes: number[] = [];
  #now = 0;

  /** All that goes out while a piece is published is one write; the first piece that can be joined is not counted. */
  moment(output: RenditionOutput, channel: 'fanOut' | 'picture', piece: Piece): void {
    this.#now = 0;
    output.publish(piece);
    if (this.bytes.length > 0 && this.#now > 0) this.sizes.push(this.#now);
    const sink = { write: (framed: Buffer) => this.#take(chunkPayload(framed)), end: () => undefined };
    if (this.bytes.length === 0 && output[channel].isJoinable) output[channel].subscribe(sink, 'keyframe');
  }

  #take(payload: Buffer): void {
    this.bytes.push(payload);
    this.#now += payload.length;
  }
}

async function encode(picture: string, sound: string): Promise<FinishedCommand> {
  const graph = `color=${picture},trim=duration=${seconds}[out0];${sound}:d=${seconds}[out1]`;
  const command = buildFfmpegCommand({ kind: 'capture', args: ['-f', 'lavfi', '-i', graph], audio: '0:a:0' }, encoding);
  return await runCommand(command);
}

/** Sends what was encoded to a viewer of a rendition, as the pipeline does. */
function watch({ media }: FinishedCommand, name: string, channel: 'fanOut' | 'picture' = 'fanOut'): Watching {
  const limits = { maxPieces: 10_000, maxBytes: 50_000_000 };
  const output = new RenditionOutput(name, {
    live: limits,
    hls: { targetSeconds: 2, partSeconds: 1, windowSeconds: 30, maxBytes: 1e7 },
  });
  const rung = ladder.find((candidate) => candidate.name === name);
  const rates = ratesOf(rung?.bitsPerSecond);
  const watching = new Watching();
  const packager = new Packager({
    video: ladder,
    startSeconds: 0,
    sink: {
      onInit: (rendition, init) => rendition === name && output.begin(init, 1, rates),
      onPiece: (rendition, piece) => rendition === name && watching.moment(output, channel, piece),
    },
  });
  const outputs = names.map((each) => ({ each, parts: partsOf(media.get(each) ?? Buffer.alloc(0)) }));
  const length = Math.max(...outputs.map(({ parts }) => parts.length));
  for (let index = 0; index < length; index += 1) {
    for (const { each, parts } of outputs) packager.push(each, parts[index] ?? Buffer.alloc(0));
  }
  return watching;
}

/** The init segment, then fragment by fragment. */
function partsOf(file: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < file.length; at += file.readUInt32BE(at)) {
    if (file.toString('latin1', at + 4, at + 8) !== 'moof') continue;
    parts.push(file.subarray(from, at));
    from = at;
  }
  return [...parts, file.subarray(from)];
}

/** Without the fragment whose end still waits for its turn. */
function wholeFragments(pieces: readonly Buffer[]): Buffer {
  const file = Buffer.concat(pieces);
  let end = 0;
  for (let at = 0; at + 8 <= file.length; ) {
    at += file.readUInt32BE(at);
    const isWhole = at <= file.length && file.toString('latin1', at + 4, at + 8) !== 'mdat';
    if (isWhole) end = at;
  }
  return file.subarray(0, end);
}

function ratesOf(pictureBitsPerSecond: number | undefined) {
  const sound = { soundBitsPerSecond: audioBitsPerSecond, frameRate: 30 };
  return pictureBitsPerSecond === undefined ? sound : { ...sound, pictureBitsPerSecond };
}

describe('at a constant rate', () => {
  let black: FinishedCommand;
  let busy: FinishedCommand;

  beforeAll(async () => {
    black = await encode('black:s=640x360:r=30', 'anullsrc=r=48000');
    busy = await encode('gray:s=640x360:r=30,noise=alls=100:allf=t', 'anoisesrc=r=48000');
  }, patienceMs);

  it.each(names)('T23 %s sends as many bytes of noise as of nothing, every tenth of a second', (name) => {
    const rate = constantBytesPerSecond(ratesOf(ladder.find((rung) => rung.name === name)?.bitsPerSecond));
    const [quiet, loud] = [watch(black, name), watch(busy, name)];
    expect(quiet.sizes.length).toBeGreaterThanOrEqual(10 * seconds - 3);
    // The last piece of sound may be a shorter one.
    expect(new Set([...quiet.sizes.slice(0, -1), ...loud.sizes.slice(0, -1)])).toEqual(new Set([rate / 10]));
    expect(loud.sizes).toEqual(quiet.sizes);
  });

  it('T23 so does the picture alone', () => {
    const [quiet, loud] = [watch(black, '360p', 'picture'), watch(busy, '360p', 'picture')];
    expect(new Set([...quiet.sizes, ...loud.sizes]).size).toBe(1);
  });

  it('the stream is what it was: every packet whole, in order, and decodable', async () => {
    const { bytes } = watch(busy, '360p');
    const { packets } = await probeBytes(wholeFragments(bytes));
    const pictures = packets.filter(({ stream }) => stream === 0);
    expect(pictures.length).toBeGreaterThan(30 * (seconds - 1));
    expect(pictures.filter(({ isKeyframe }) => isKeyframe).map((packet) => packet.seconds)).toEqual([0, 1, 2, 3]);
    expect(pictures.every(({ dts }, index) => dts > (pictures[index - 1]?.dts ?? -1))).toBe(true);
  });

  it('whoever joins in the middle begins with a keyframe', async () => {
    const { bytes } = watch(black, '240p');
    const { pictures, complaints } = await decodeBytes(wholeFragments(bytes));
    expect(complaints).toBe('');
    expect(pictures).toBeGreaterThan(30 * (seconds - 1));
  });
});
