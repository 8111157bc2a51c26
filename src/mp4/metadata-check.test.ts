import { beforeAll, describe, expect, it } from 'vitest';
import { encode, encodeLadder, liveVideo, shortFragments, testPicture } from '../../test/support/encoded-media.ts';
import { AppError } from '../errors.ts';
import { buildBox, children, requireBox } from './boxes.ts';
import type { Fragment } from './fragment.ts';
import { FragmentReader } from './fragment-reader.ts';
import type { InitSegment } from './init-segment.ts';
import { metadataInFragment, metadataInInit, unitLengthBytes } from './metadata-check.ts';
import { Packager } from './packager.ts';
import { scrubInitSegment } from './scrub.ts';

let clean: { init: Buffer; fragments: Fragment[] };
let sound: { init: Buffer; fragments: Fragment[] };
let signed: Buffer;

beforeAll(async () => {
  const run = await encodeLadder(2);
  clean = parts(run.large);
  sound = parts(run.audio);
  [signed = Buffer.alloc(0)] = await encode(
    [...testPicture('160x120', 1), ...liveVideo, ...shortFragments, 'pipe:3'],
    1,
  );
});

function parts(stream: Buffer): { init: Buffer; fragments: Fragment[] } {
  const inits: InitSegment[] = [];
  const fragments: Fragment[] = [];
  const sink = { onInit: (init: InitSegment) => inits.push(init), onFragment: (one: Fragment) => fragments.push(one) };
  new FragmentReader(sink).push(stream);
  return { init: inits[0]?.bytes ?? Buffer.alloc(0), fragments };
}

/** A fragment of one picture that consists of these NAL units. */
function pictureOf(...units: readonly Buffer[]): Fragment {
  const data = Buffer.concat(units.flatMap((unit) => [lengthOf(unit), unit]));
  return fragmentOf(buildBox('moof', buildBox('mfhd', Buffer.alloc(8))), buildBox('mdat', data));
}

function lengthOf(unit: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(unit.length);
  return length;
}

/** The last box holds one sample. */
function fragmentOf(...boxes: readonly Buffer[]): Fragment {
  const bytes = Buffer.concat(boxes);
  const start = bytes.length - (boxes.at(-1)?.length ?? 0) + 8;
  const sample = { duration: 1, compositionOffset: 0, flags: 0, start, end: bytes.length };
  return { bytes, tracks: [{ trackId: 1, decodeTime: 0, duration: 1, startsWithSync: true, samples: [sample] }] };
}

function remark(text: string): Buffer {
  return Buffer.concat([
    Buffer.from([6, 5, 16 + text.length]),
    Buffer.alloc(16, 0xca),
    Buffer.from(text),
    Buffer.from([0x80]),
  ]);
}

const slice = Buffer.from([0x65, 0x88, 0x84, 0x00]);
const moof = buildBox('moof', buildBox('mfhd', Buffer.alloc(8)));
const mdat = buildBox('mdat', Buffer.from('picture or sound'));

describe('T05 what is about to be sent', () => {
  it('of our encoder holds nothing but picture and sound', () => {
    expect(unitLengthBytes(clean.init)).toBe(4);
    expect(unitLengthBytes(sound.init)).toBeUndefined();
    for (const fragment of clean.fragments) expect(metadataInFragment(fragment, 4)).toBeUndefined();
    for (const fragment of sound.fragments) expect(metadataInFragment(fragment, undefined)).toBeUndefined();
    for (const { init } of [clean, sound]) expect(metadataInInit(scrubInitSegment(init))).toBeUndefined();
  });

  it('is not what an encoder makes that nobody has told to be silent', () => {
    const { init, fragments } = parts(signed);
    expect(metadataInInit(init)).toBeDefined();
    expect(fragments[0] && metadataInFragment(fragments[0], 4)).toMatch(/SEI/);
  });

  it.each([
    ['a remark of x264', () => pictureOf(remark('x264 - core 164'), slice), /SEI/],
    ['the time of day as OBS writes it', () => pictureOf(slice, remark('2026-01-02T03:04:05.678Z')), /SEI/],
    ['a unit of a type that anybody may define', () => pictureOf(slice, Buffer.from([30, 1, 2])), /type 30/],
    ['a unit longer than its picture', () => pictureOf(slice, Buffer.from([5, 0, 0, 0, 9])), undefined],
    ['half a length', () => fragmentOf(moof, buildBox('mdat', Buffer.from([0, 0, 0, 1, 5, 0, 0]))), /between/],
    ['user data', () => fragmentOf(buildBox('moof', buildBox('udta', Buffer.from('me'))), mdat), /"udta"/],
    ['data in a track', () => fragmentOf(buildBox('moof', buildBox('traf', buildBox('uuid', moof))), mdat), /"uuid"/],
    ["the writer's clock", () => fragmentOf(moof, buildBox('prft', Buffer.alloc(24)), mdat), /"prft"/],
    ['an event', () => fragmentOf(moof, buildBox('emsg', Buffer.alloc(24)), mdat), /"emsg"/],
    ['the name of a program', () => fragmentOf(moof, buildBox('mdat', Buffer.from('...Lavc59.37.100...'))), /Lavc59/],
    ['a date', () => fragmentOf(moof, buildBox('mdat', Buffer.from('at 2026-01-02T03:04'))), /2026-01-02/],
  ])('is refused with %s', (what, make, found) => {
    const lengthBytes = /unit|remark|OBS|length/.test(what) ? 4 : undefined;
    const said = metadataInFragment(make(), lengthBytes);
    if (found === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(found);
  });

  it('is refused with bytes that belong to no picture', () => {
    const whole = pictureOf(slice);
    const data = requireBox(whole.bytes, 'mdat').body;
    const more = Buffer.concat([moof, buildBox('mdat', data, Buffer.from('hidden'))]);
    expect(metadataInFragment({ ...whole, bytes: more }, 4)).toBe('6 bytes that belong to no picture or sound');
  });

  it.each([
    ['a time', 'mvhd', (body: Buffer) => body.writeUInt32BE(1, 4), /time in "mvhd"/],
    ['a time of a track', 'tkhd', (body: Buffer) => body.writeUInt32BE(1, 8), /time in "tkhd"/],
    ['a time of the media', 'mdhd', (body: Buffer) => body.writeUInt32BE(1, 4), /time in "mdhd"/],
    ['a name', 'hdlr', (body: Buffer) => body.write('Me', body.length - 2, 'latin1'), /name of a handler/],
    ['a compressor', 'avc1', (body: Buffer) => body.write('Mine', 43, 'latin1'), /name of a compressor/],
    ['a word', 'stsd', (body: Buffer) => body.write('OBS', body.length - 3, 'latin1'), /"obs"/],
  ])('is refused with an init segment that holds %s', (_what, type, change, found) => {
    const init = Buffer.from(scrubInitSegment(clean.init));
    const at = init.indexOf(type, 0, 'latin1') - 4;
    change(init.subarray(at + 8, at + init.readUInt32BE(at)));
    expect(metadataInInit(init)).toMatch(found);
  });

  it('is refused with user data anywhere in its init segment', () => {
    const [fileType, movie] = [...children(scrubInitSegment(clean.init))];
    if (fileType === undefined || movie === undefined) throw new Error('no init segment');
    const init = Buffer.concat([fileType.bytes, buildBox('moov', movie.body, buildBox('udta', Buffer.from('x')))]);
    expect(metadataInInit(init)).toBe('a box "udta"');
  });

  it('never leaves the packager, and nothing after it', () => {
    const sent: string[] = [];
    const sink = { onInit: () => undefined, onPiece: (name: string) => void sent.push(name) };
    const packager = new Packager({ video: [{ name: 'picture' }], startSeconds: 0, sink });
    packager.push('audio', sound.init);
    let error: unknown;
    try {
      packager.push('picture', signed);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'MEDIA_METADATA', message: expect.stringContaining('picture') });
    expect(sent).toEqual([]);
  });
});
