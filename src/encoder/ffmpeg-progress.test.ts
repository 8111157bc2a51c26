import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgressReader } from './ffmpeg-progress.ts';

const report = [
  'frame=120',
  'fps=29.97',
  'stream_0_0_q=21.0',
  'bitrate= 306.2kbits/s',
  'out_time_us=4113500',
  'dup_frames=3',
  'drop_frames=1',
  'speed=1.01x',
  'progress=continue',
  '',
].join('\n');
const values = {
  frames: 120,
  framesPerSecond: 29.97,
  outTimeSeconds: 4.1135,
  repeatedFrames: 3,
  droppedFrames: 1,
  speed: 1.01,
};

describe('ProgressReader', () => {
  it('reads a report in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(report.length)), (cuts) => {
        const reader = new ProgressReader();
        const edges = [0, ...cuts.sort((a, b) => a - b), report.length];
        const pieces = edges.slice(1).map((edge, index) => report.slice(edges[index], edge));
        const reports = pieces.map((piece) => reader.push(Buffer.from(piece))).filter((found) => found !== undefined);
        expect(reports).toEqual([values]);
      }),
    );
  });

  it('leaves out what FFmpeg does not know yet', () => {
    const reader = new ProgressReader();
    expect(reader.push(Buffer.from('frame=0\nspeed=N/A\nout_time_us=N/A\nprogress=continue\n'))).toEqual({ frames: 0 });
  });

  it('gives the newest of several reports and forgets the values of older ones', () => {
    const reader = new ProgressReader();
    expect(reader.push(Buffer.from(`${report}frame=7\nprogress=end\n`))).toEqual({ frames: 7 });
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        const reader = new ProgressReader();
        for (const chunk of chunks) reader.push(Buffer.from(chunk));
        reader.push(Buffer.from('\n\nprogress=x\n'));
        expect(reader.push(Buffer.from(report))).toEqual(values);
      }),
    );
  });

  it('drops a line without end and goes on after it', () => {
    const reader = new ProgressReader();
    for (let index = 0; index < 100; index++) reader.push(Buffer.alloc(1000, 'x'));
    expect(reader.push(Buffer.from(`\n${report}`))).toEqual(values);
  });
});
