import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeMedia, temporaryDirectory } from '../../test/support/ffmpeg.ts';
import { barePng } from './bare-png.ts';
import { EmoteDirectory } from './emote-directory.ts';
import { emoteLimits, encodeEmote } from './emote-encoder.ts';
import { imageFactsOf } from './image-facts.ts';

const canary = 'CANARY-7f31';

function picture(size: string, format: readonly string[], seconds?: number): Buffer {
  const frames = seconds === undefined ? ['-frames:v', '1'] : ['-t', String(seconds)];
  return makeMedia('-f', 'lavfi', '-i', `testsrc=s=${size}:r=10`, ...frames, ...format, 'pipe:1');
}

const asPng = ['-c:v', 'png', '-f', 'image2pipe'];
const asJpeg = ['-c:v', 'mjpeg', '-f', 'image2pipe'];
const asWebp = ['-c:v', 'libwebp', '-f', 'image2pipe'];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG with everything in it that can say something, and a page behind it. */
function talkativePng(): Buffer {
  const png = picture('64x64', asPng);
  const header = png.subarray(0, 33);
  const time = Buffer.from([7, 234, 1, 2, 3, 4, 5]);
  return Buffer.concat([
    header,
    chunk('tEXt', Buffer.from(`Comment\0${canary}`)),
    chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(canary)])),
    chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>${canary}</x:xmpmeta>`)),
    chunk('eXIf', Buffer.from(`II*\0${canary}`)),
    chunk('tIME', time),
    chunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(canary)])),
    png.subarray(33),
    Buffer.from(`<html><script>${canary}</script></html>`),
  ]);
}

function chunkTypes(png: Buffer): string[] {
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) types.push(png.toString('latin1', at + 4, at + 8));
  return types;
}

/** The header of a PNG of that size, and hardly anything behind it. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const idat = chunk('IDAT', deflateSync(Buffer.alloc(1000)));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    idat,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

async function encoded(file: Buffer): Promise<Buffer> {
  const result = await encodeEmote('ffmpeg', file);
  if (result.kind === 'refused') throw new Error(result.reason);
  return result.png.bytes;
}

async function reasonFor(file: Buffer): Promise<string> {
  const result = await encodeEmote('ffmpeg', file);
  return result.kind === 'refused' ? result.reason : 'encoded';
}

describe('what headers say', () => {
  it('is the size of every format, without decoding', () => {
    const facts = (format: string) => ({ format, width: 300, height: 200, frames: 1 });
    expect(imageFactsOf(picture('300x200', asPng))).toEqual(facts('png'));
    expect(imageFactsOf(picture('300x200', asJpeg))).toEqual(facts('jpeg'));
    expect(imageFactsOf(picture('300x200', asWebp))).toEqual(facts('webp'));
    expect(imageFactsOf(picture('300x200', ['-f', 'gif']))).toEqual(facts('gif'));
    expect(imageFactsOf(picture('90x80', ['-f', 'gif'], 1))?.frames).toBe(10);
    expect(imageFactsOf(picture('90x80', ['-f', 'apng'], 1))?.frames).toBe(10);
  });

  it('counts the largest claim of a file, so that a small canvas hides no large frame', () => {
    const gif = picture('90x80', ['-f', 'gif']);
    const frame = gif.indexOf(Buffer.from([0x2c, 0, 0, 0, 0]));
    gif.writeUInt16LE(30_000, frame + 5);
    expect(imageFactsOf(gif)?.width).toBe(30_000);
    const jpeg = picture('90x80', asJpeg);
    expect(imageFactsOf(Buffer.concat([jpeg, picture('900x80', asJpeg)]))?.width).toBe(900);
  });

  it('never throws, whatever the bytes', () => {
    const start = fc.constantFrom('89504e470d0a1a0a', '474946383961', 'ffd8ff', '5249464600ffffff57454250', '');
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 300 }), (hex, rest) => {
        imageFactsOf(Buffer.concat([Buffer.from(hex, 'hex'), rest]));
      }),
    );
    const whole = [
      picture('32x32', asPng),
      picture('32x32', asWebp),
      picture('32x32', asJpeg),
      picture('32x32', ['-f', 'gif']),
    ];
    for (const file of whole) for (let end = 0; end < file.length; end += 7) imageFactsOf(file.subarray(0, end));
  });
});

describe('an emote', () => {
  it('is a small PNG, whatever it was, and moves if that moved', async () => {
    for (const file of [picture('300x200', asPng), picture('300x200', asJpeg), picture('300x200', asWebp)]) {
      expect(imageFactsOf(await encoded(file))).toEqual({ format: 'png', width: 96, height: 64, frames: 1 });
    }
    for (const format of ['gif', 'apng']) {
      const moving = await encoded(picture('128x128', ['-f', format], 1));
      expect(imageFactsOf(moving)).toEqual({ format: 'png', width: 64, height: 64, frames: 10 });
      // What it says of itself, too: browsers believe that.
      expect(moving.readUInt32BE(moving.indexOf('acTL') + 4)).toBe(10);
    }
  });

  it('shows the first frame of an animated WebP', async () => {
    const webp = picture('128x128', ['-c:v', 'libwebp_anim', '-f', 'webp'], 1);
    // The muxer cannot seek in a pipe and leaves the length of the whole open.
    webp.writeUInt32LE(webp.length - 8, 4);
    expect(imageFactsOf(webp)?.frames).toBe(10);
    expect(imageFactsOf(await encoded(webp))).toEqual({ format: 'png', width: 64, height: 64, frames: 1 });
  });

  it('is never scaled up, nor down to nothing', async () => {
    expect(imageFactsOf(await encoded(picture('8x8', asPng)))).toMatchObject({ width: 8, height: 8 });
    expect(imageFactsOf(await encoded(picture('2x512', asPng)))).toMatchObject({ width: 1, height: 64 });
    expect(imageFactsOf(await encoded(picture('512x512', asPng)))).toMatchObject({ width: 64, height: 64 });
  });

  // Threat: T06
  it('T06 holds the picture and nothing else: no text, time, place, nor what stood behind the end', async () => {
    const jpegWithExif = picture('64x64', asJpeg);
    const exif = Buffer.from(`Exif\0\0II*\0${canary}`);
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, exif.length + 2]), exif]);
    const jpeg = Buffer.concat([jpegWithExif.subarray(0, 2), segment, jpegWithExif.subarray(2), Buffer.from(canary)]);
    const gif = Buffer.concat([picture('64x64', ['-metadata', `comment=${canary}`, '-f', 'gif']), Buffer.from(canary)]);
    for (const file of [talkativePng(), jpeg, gif]) {
      expect(file.includes(canary)).toBe(true);
      const png = await encoded(file);
      expect(png.includes(canary)).toBe(false);
      expect(chunkTypes(png).filter((type) => !['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'].includes(type))).toEqual([]);
      expect(chunkTypes(png).at(-1)).toBe('IEND');
    }
  });

  it('T06 is refused unseen if it is too large in bytes, pixels or frames', async () => {
    expect(await reasonFor(bomb(30_000, 30_000))).toContain('512 x 512');
    expect(await reasonFor(bomb(513, 1))).toContain('512 x 512');
    expect(await reasonFor(bomb(0, 4))).toContain('no size');
    expect(await reasonFor(Buffer.concat([picture('8x8', asPng), Buffer.alloc(emoteLimits.bytes)]))).toContain(
      '256 KiB',
    );
    expect(await reasonFor(picture('8x8', ['-f', 'gif'], 12.9))).toContain('128 frames');
    expect(await reasonFor(picture('8x8', ['-f', 'gif'], 12.8))).toBe('encoded');
  });

  it('T06 is refused if it is anything but a picture of four formats, whatever it says of itself', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const mp4 = makeMedia(
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=64x64',
      '-frames:v',
      '1',
      '-movflags',
      'frag_keyframe',
      '-f',
      'mp4',
      'pipe:1',
    );
    const playlist = '#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:8974/x.ts\n';
    for (const file of [svg, `<?xml version="1.0"?>${svg}`, '<html></html>', playlist, 'ffconcat version 1.0', '']) {
      expect(await reasonFor(Buffer.from(file))).toContain('no PNG, WebP, GIF or JPEG');
    }
    expect(await reasonFor(mp4)).toContain('no PNG, WebP, GIF or JPEG');
    expect(await reasonFor(Buffer.from(`GIF89a${'<script>alert(1)</script>'.repeat(20)}`))).not.toBe('encoded');
    expect(await reasonFor(picture('64x64', asPng).subarray(0, 200))).toContain('no PNG');
  });
});

describe('a PNG made bare', () => {
  it('T06 has only what is drawn, and is refused if a checksum does not hold', () => {
    const bare = barePng(talkativePng());
    expect(bare).toMatchObject({ width: 64, height: 64 });
    expect(bare?.bytes.includes(canary)).toBe(false);
    const broken = picture('64x64', asPng);
    broken.writeUInt8(broken.readUInt8(60) ^ 1, 60);
    expect(barePng(broken)).toBeUndefined();
    expect(barePng(picture('8x8', asJpeg))).toBeUndefined();
  });
});

describe('the directory of emotes', () => {
  let wave: Buffer;

  beforeAll(() => {
    wave = picture('64x64', asPng);
  });

  function directoryOf(files: Readonly<Record<string, Buffer | string>>) {
    const root = temporaryDirectory();
    const warnings: string[] = [];
    const directory = join(root, 'emotes');
    mkdirSync(directory);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    const open = (ffmpeg = 'ffmpeg') =>
      new EmoteDirectory({
        directory,
        cache: join(root, 'cache'),
        ffmpeg,
        onWarning: (sentence) => warnings.push(sentence),
      });
    return { root, directory, warnings, open };
  }

  it('serves each picture under its code and a hash of what is in it', async () => {
    const { open, warnings } = directoryOf({ 'wave.png': wave, 'b_2-x.jpg': picture('9x9', asJpeg) });
    const emotes = open();
    await emotes.reload();
    expect([...emotes.emotes.keys()]).toEqual(['b_2-x', 'wave']);
    const file = emotes.emotes.get('wave')?.file ?? '';
    expect(file).toMatch(/^wave-[0-9a-f]{16}\.png$/);
    expect(imageFactsOf(emotes.file(file) ?? Buffer.alloc(0))).toMatchObject({ format: 'png', width: 64 });
    expect(emotes.file('wave.png')).toBeUndefined();
    expect(emotes.file('../wave.png')).toBeUndefined();
    expect(warnings).toEqual([]);
  });

  it('leaves out, with a reason, what it cannot take, and takes the rest', async () => {
    const { directory, open, warnings } = directoryOf({
      'wave.png': wave,
      'wave.gif': wave,
      'a.png': wave,
      'CON.png': wave,
      '%2e%2e%2fx.png': wave,
      'x\nfaked line.png': wave,
      [`${'y'.repeat(200)}.png`]: wave,
      'evil.svg': '<svg/>',
      'svg.png': '<svg/>',
      '.hidden': 'x',
    });
    symlinkSync('/etc/passwd', join(directory, 'link.png'));
    mkdirSync(join(directory, 'folder.png'));
    const emotes = open();
    await emotes.reload();
    expect([...emotes.emotes.keys()]).toEqual(['wave']);
    expect(warnings).toHaveLength(10);
    expect(warnings.join('\n')).toContain('"svg.png" was left out: it is no PNG, WebP, GIF or JPEG picture.');
    expect(warnings.join('\n')).toContain('"x\\nfaked line.png"');
    expect(warnings.join('\n')).toContain('"wave.png" was left out: wave.gif has the same code.');
  });

  it('is quick the second time: what is in the cache is not drawn again', async () => {
    const { root, open, warnings } = directoryOf({ 'wave.png': wave, 'same.png': wave });
    await open().reload();
    expect(readdirSync(join(root, 'cache'))).toHaveLength(1);
    const again = open('/nonexistent/ffmpeg');
    await again.reload();
    expect([...again.emotes.keys()]).toEqual(['same', 'wave']);
    expect(warnings).toEqual([]);
  });

  it('T06 trusts its cache no further than FFmpeg: what is not a bare picture is made again', async () => {
    const { root, open } = directoryOf({ 'wave.png': wave });
    await open().reload();
    const [name = ''] = readdirSync(join(root, 'cache'));
    writeFileSync(join(root, 'cache', name), `<script>${canary}</script>`);
    const emotes = open();
    await emotes.reload();
    expect(emotes.file(emotes.emotes.get('wave')?.file ?? '')?.includes(canary)).toBe(false);
    expect(readFileSync(join(root, 'cache', name)).includes(canary)).toBe(false);
  });

  it('is read again while running; pictures that rows still show stay', async () => {
    const { directory, open } = directoryOf({ 'wave.png': wave });
    const emotes = open();
    await emotes.reload();
    const before = emotes.emotes.get('wave')?.file ?? '';
    writeFileSync(join(directory, 'wave.png'), picture('32x32', asPng));
    writeFileSync(join(directory, 'new.png'), wave);
    await Promise.all([emotes.reload(), emotes.reload()]);
    expect([...emotes.emotes.keys()]).toEqual(['new', 'wave']);
    expect(emotes.emotes.get('wave')?.file).not.toBe(before);
    expect(emotes.file(before)).toBeDefined();
  });

  it('says so if it is not there, and has nothing then', async () => {
    const warnings: string[] = [];
    const options = { ffmpeg: 'ffmpeg', onWarning: (sentence: string) => warnings.push(sentence) };
    const missing = new EmoteDirectory({ directory: '/nonexistent/emotes', ...options });
    await missing.reload();
    expect(warnings).toEqual(['The emotes in /nonexistent/emotes cannot be read (ENOENT).']);
    const none = new EmoteDirectory({ directory: '', ...options });
    await none.reload();
    expect(none.emotes.size).toBe(0);
    expect(warnings).toHaveLength(1);
  });
});
