import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeClip } from '../../test/support/ingest.ts';
import { pictureRefusal, readAvcFormat, readAvcPicture } from './avc-config.ts';
import { FlvReader } from './flv.ts';

function recordOf(size: string, ...options: string[]): Buffer {
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', ...options];
  const clip = makeClip({ size, seconds: 0.1, audio: false, video, output: ['-f', 'flv'] });
  const header = [...new FlvReader().push(clip)].find(({ type, body }) => type === 9 && body[1] === 0);
  return header?.body.subarray(5) ?? Buffer.alloc(0);
}

describe('an AVC configuration record', () => {
  it.each([
    ['640x360', '-profile:v baseline', { width: 640, height: 368 }],
    ['640x360', '-profile:v high', { width: 640, height: 368 }],
    ['1280x720', '-pix_fmt yuv444p', { width: 1280, height: 720 }],
    ['160x100', '-flags +ildct -x264-params interlaced=1', { width: 160, height: 128 }],
    ['320x180', '-x264-params cqm=jvt', { width: 320, height: 192 }],
  ])('tells the coded size of %s with %s', (size, options, picture) => {
    expect(readAvcPicture(recordOf(size, ...options.split(' ')))).toEqual(picture);
  });

  it.each([
    ['-profile:v baseline -pix_fmt yuv420p', { bitDepth: 8, isSubsampled: true, isProgressive: true }],
    ['-profile:v high -pix_fmt yuv420p', { bitDepth: 8, isSubsampled: true, isProgressive: true }],
    ['-pix_fmt yuv444p', { bitDepth: 8, isSubsampled: false, isProgressive: true }],
    ['-pix_fmt yuv422p', { bitDepth: 8, isSubsampled: false, isProgressive: true }],
    ['-pix_fmt yuv420p10le', { bitDepth: 10, isSubsampled: true, isProgressive: true }],
    ['-pix_fmt yuv420p -x264-params interlaced=1', { bitDepth: 8, isSubsampled: true, isProgressive: false }],
  ])('tells how the picture is coded with %s', (options, format) => {
    const record = recordOf('640x360', ...options.split(' '));
    expect(readAvcFormat(record)).toEqual({ ...format, lengthBytes: 4, isPlain: true });
  });

  it('is not plain when something else travels in it', () => {
    const record = recordOf('640x360', '-profile:v', 'main', '-pix_fmt', 'yuv420p');
    expect(readAvcFormat(record)?.isPlain).toBe(true);
    expect(readAvcFormat(Buffer.concat([record, Buffer.from('studio 4')]))?.isPlain).toBe(false);
    const sei = Buffer.from([0, 8, 0x06, ...Buffer.from('studio4')]);
    const two = Buffer.concat([record, sei]);
    const pictureSets = 8 + record.readUInt16BE(6);
    two[pictureSets] = 2;
    expect(readAvcFormat(two)?.isPlain).toBe(false);
    expect(readAvcFormat(record.subarray(0, -3))?.isPlain).toBe(false);
  });

  it('is refused when it is cut short or is something else', () => {
    const record = recordOf('640x360');
    for (let length = 0; length < 20; length += 1) expect(readAvcPicture(record.subarray(0, length))).toBeUndefined();
    expect(readAvcPicture(Buffer.alloc(40))).toBeUndefined();
  });

  it('survives any bytes, and any sequence parameter set', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const record = Buffer.from([1, 100, 0, 30, 0xff, 0xe1, 0, bytes.length, ...bytes]);
        if (bytes.length > 0) record[8] = 0x67;
        const picture = readAvcPicture(record);
        if (picture !== undefined) expect((picture.width % 16) + (picture.height % 16)).toBe(0);
        readAvcFormat(record);
        readAvcPicture(Buffer.from(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('is taken up to 4096 pixels a side', () => {
    expect(pictureRefusal({ width: 4096, height: 4096 })).toBeUndefined();
    expect(pictureRefusal({ width: 4112, height: 16 })).toContain('4112 x 16');
    expect(pictureRefusal({ width: 16, height: 4112 })).toContain('too large');
  });
});
