import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeMedia, OwnFfmpeg, probeMedia, temporaryDirectory, unhurried } from '../../test/support/ffmpeg.ts';
import { RecordedRuns } from '../../test/support/recorded-runs.ts';
import { doublingBackOff } from './back-off.ts';
import { Encoder, type EncoderOptions } from './encoder.ts';
import type { EncoderSource } from './encoder-types.ts';

const ladder = [
  { name: '90p', height: 90, maxWidth: 160, bitsPerSecond: 40_000 },
  { name: '60p', height: 60, maxWidth: 108, bitsPerSecond: 20_000 },
];
const capture: EncoderSource = {
  input: {
    kind: 'capture',
    args: ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=30[out0];sine=r=48000[out1]'],
    audio: '0:a:0',
  },
};
const flvArgs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '30', '-f', 'flv'];

function flv(seconds: number, withSound: boolean): Buffer {
  const sound = withSound ? ['-f', 'lavfi', '-i', `sine=d=${seconds}`, '-c:a', 'aac'] : [];
  return makeMedia('-f', 'lavfi', '-i', `testsrc2=s=160x90:r=30:d=${seconds}`, ...sound, ...flvArgs, 'pipe:1');
}

function piped(open: () => Readable, hasAudio = true): EncoderSource {
  return { input: { kind: 'pipe', format: 'flv', hasAudio }, open };
}

let ffmpeg: OwnFfmpeg;
let runs: RecordedRuns;
let encoder: Encoder;

function newEncoder(options: Partial<EncoderOptions> = {}): Encoder {
  encoder = new Encoder({
    ...{ ffmpegPath: ffmpeg.path, ladder, preset: 'ultrafast', listener: runs },
    ...unhurried,
    backOff: doublingBackOff({ firstMs: 50, maxMs: 400, resetAfterMs: 60_000 }),
    ...options,
  });
  return encoder;
}

async function untilFlowing(run: number): Promise<void> {
  await runs.until(() => ['90p', '60p', 'audio'].every((output) => runs.media(run, output).length > 3000));
}

beforeEach(() => {
  ffmpeg = new OwnFfmpeg();
  runs = new RecordedRuns();
});

afterEach(async () => {
  await encoder.close();
  await ffmpeg.allGone();
  if (runs.strayBytes > 0) throw new Error(`${runs.strayBytes} bytes came outside of their run`);
});

describe('an encoder on a capture', () => {
  it('delivers every output and reports its health', async () => {
    newEncoder().start(capture);
    await untilFlowing(1);
    await runs.until(() => (encoder.health().framesPerSecond ?? 0) > 0);
    expect(encoder.health()).toMatchObject({ state: 'running', run: 1, failuresInARow: 0, droppedFrames: 0 });
    expect(encoder.health().bitsPerSecond).toBeGreaterThan(10_000);
    await encoder.stop();
    expect(runs.events).toEqual([
      { kind: 'started', run: 1 },
      { kind: 'ended', run: 1, end: { kind: 'stopped' } },
    ]);
    expect(encoder.health().state).toBe('idle');
    expect(probeMedia(runs.media(1, '60p'))).toMatchObject({ codec: 'h264', width: 106, height: 60 });
  });

  it('starts FFmpeg again after it was killed', async () => {
    newEncoder().start(capture);
    await untilFlowing(1);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGKILL');
    await untilFlowing(2);
    expect(runs.endOf(1)).toEqual({ kind: 'failed', message: 'FFmpeg was ended by SIGKILL.', retryInMs: 50 });
    expect(ffmpeg.pids()).toHaveLength(1);
  });

  it('starts it again when it hangs', async () => {
    newEncoder({ stallAfterMs: 4000 }).start(capture);
    await untilFlowing(1);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGSTOP');
    await untilFlowing(2);
    expect(runs.endOf(1)).toMatchObject({ kind: 'stalled', message: 'FFmpeg stopped sending.', retryInMs: 50 });
    expect(ffmpeg.pids()).toHaveLength(1);
  });

  it('says when this machine is too slow for it', async () => {
    const large = ['-re', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=60[out0];sine=r=48000[out1]'];
    const rungs = [{ name: '720p', height: 720, maxWidth: 1280, bitsPerSecond: 1_200_000 }];
    newEncoder({ ladder: rungs, preset: 'medium', behindAfterMs: 4000 }).start({
      input: { kind: 'capture', args: large, audio: '0:a:0' },
    });
    await runs.until(() => runs.media(1, '720p').length > 0);
    const [pid = 0] = ffmpeg.pids();
    // A core would hardly do, and it gets a tenth of one.
    const slowing = setInterval(() => {
      process.kill(pid, 'SIGSTOP');
      setTimeout(() => process.kill(pid, 'SIGCONT'), 90);
    }, 100);
    try {
      await runs.until(() => runs.events.some(({ kind }) => kind === 'behind'));
    } finally {
      clearInterval(slowing);
      await sleep(100);
    }
  });

  it('gives up on one that never sends anything', async () => {
    const graph = 'nullsrc,select=0[out0];sine[out1]';
    const blind: EncoderSource = {
      input: { kind: 'capture', args: ['-re', '-f', 'lavfi', '-i', graph], audio: '0:a:0' },
    };
    newEncoder({ firstBytesAfterMs: 400 }).start(blind);
    await runs.until(() => runs.endOf(1) !== undefined);
    expect(runs.endOf(1)).toMatchObject({ kind: 'stalled', message: 'FFmpeg sent nothing after its start.' });
  });

  it('waits longer after each failure in a row and says what FFmpeg said', async () => {
    newEncoder().start({ input: { kind: 'capture', args: ['-f', 'lavfi', '-i', 'nosuchfilter'] } });
    await runs.until(() => runs.endOf(4) !== undefined);
    const ends = [1, 2, 3, 4].map((run) => runs.endOf(run));
    expect(ends.map((end) => end?.kind === 'failed' && end.retryInMs)).toEqual([50, 100, 200, 400]);
    expect(ends[0]).toMatchObject({ message: expect.stringMatching(/^FFmpeg ended with code 1\..*nosuchfilter/) });
    expect(encoder.health()).toMatchObject({ state: 'waiting', run: 4, failuresInARow: 4 });
  });

  it('forgets failures after a time in health', async () => {
    newEncoder({ backOff: doublingBackOff({ firstMs: 50, maxMs: 400, resetAfterMs: 1 }) }).start(capture);
    for (const run of [1, 2, 3]) {
      await untilFlowing(run);
      for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGKILL');
      await runs.until(() => runs.endOf(run) !== undefined);
    }
    expect(runs.endOf(3)).toMatchObject({ kind: 'failed', retryInMs: 50 });
  });

  it('replaces its source: the old run ends before the new one starts', async () => {
    newEncoder().start(capture);
    await untilFlowing(1);
    const [before] = ffmpeg.pids();
    encoder.start(capture);
    expect(runs.endOf(1)).toEqual({ kind: 'stopped' });
    await untilFlowing(2);
    expect(runs.events.map((event) => [event.kind, event.run])).toEqual([
      ['started', 1],
      ['ended', 1],
      ['started', 2],
    ]);
    expect(ffmpeg.pids()).toHaveLength(1);
    expect(ffmpeg.pids()).not.toContain(before);
  });

  it('runs only the last of several sources given at once', async () => {
    newEncoder();
    encoder.start(capture);
    encoder.start({ input: { kind: 'capture', args: ['-f', 'lavfi', '-i', 'nosuchfilter'] } });
    encoder.start(capture);
    await untilFlowing(1);
    expect(runs.events).toEqual([{ kind: 'started', run: 1 }]);
    expect(ffmpeg.pids()).toHaveLength(1);
  });

  it('leaves nothing behind when closed, twice, while FFmpeg is stopped', async () => {
    newEncoder().start(capture);
    await untilFlowing(1);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGSTOP');
    await Promise.all([encoder.close(), encoder.close()]);
    expect(ffmpeg.pids()).toEqual([]);
    expect(encoder.health().state).toBe('closed');
    expect(() => encoder.start(capture)).toThrow('closed');
  });

  it('does not try again once closed between two runs', async () => {
    newEncoder().start({ input: { kind: 'capture', args: ['-f', 'lavfi', '-i', 'nosuchfilter'] } });
    await runs.until(() => runs.endOf(1) !== undefined);
    await encoder.close();
    await sleep(150);
    expect(runs.events).toHaveLength(2);
  });

  it('says so when there is no FFmpeg', async () => {
    newEncoder({ ffmpegPath: '/nonexistent/ffmpeg' }).start(capture);
    await runs.until(() => runs.endOf(2) !== undefined);
    expect(runs.endOf(1)).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^FFmpeg cannot be run: .*ENOENT/),
    });
  });

  it('is not held up by an FFmpeg that babbles', async () => {
    const wrapper = join(temporaryDirectory(), 'babbling');
    writeFileSync(wrapper, `#!/bin/sh\nhead -c 20000000 /dev/zero | tr '\\0' x >&2\nexec ${ffmpeg.path} "$@"\n`);
    chmodSync(wrapper, 0o700);
    newEncoder({ ffmpegPath: wrapper }).start(capture);
    await untilFlowing(1);
    expect(encoder.health().state).toBe('running');
  });

  it('shows FFmpeg no environment but its own', async () => {
    const directory = temporaryDirectory();
    const wrapper = join(directory, 'tell');
    writeFileSync(wrapper, `#!/bin/sh\nenv > ${directory}/env\n`);
    chmodSync(wrapper, 0o700);
    const source: EncoderSource = {
      input: { kind: 'capture', args: [], environment: { DISPLAY: ':7', HOME: '/root' } },
    };
    newEncoder({ ffmpegPath: wrapper }).start(source);
    await runs.until(() => runs.endOf(1) !== undefined);
    const shown = readFileSync(join(directory, 'env'), 'utf8').trim().split('\n');
    expect(shown.filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line)).sort()).toEqual(
      ['DISPLAY=:7', 'HOME=/nonexistent', 'LC_ALL=C.UTF-8', `PATH=${process.env['PATH']}`, 'TZ=UTC'].sort(),
    );
  });
});

describe('an encoder on a pipe', () => {
  it.each([
    ['with sound', true],
    ['without, adding silence', false],
  ])('encodes a publisher %s to the end', async (_, withSound) => {
    const media = flv(2, withSound);
    newEncoder().start(piped(() => Readable.from([media]), withSound));
    await runs.until(() => runs.endOf(1) !== undefined);
    expect(runs.endOf(1)).toEqual({ kind: 'source-ended' });
    expect(probeMedia(runs.media(1, '90p')).packets.length).toBeGreaterThanOrEqual(58);
    const sound = probeMedia(runs.media(1, 'audio'));
    expect(sound.codec).toBe('opus');
    expect(sound.packets.at(-1)?.seconds).toBeGreaterThan(withSound ? 1.8 : 0.5);
    expect(sound.packets.at(-1)?.seconds).toBeLessThan(3.5);
    await ffmpeg.allGone();
    expect(encoder.health().state).toBe('idle');
  });

  it('opens the source anew for each run', async () => {
    const media = flv(2, true);
    let opened = 0;
    const openEndless = (): Readable => {
      opened += 1;
      const stream = new PassThrough();
      stream.write(media);
      return stream;
    };
    newEncoder().start(piped(openEndless));
    await runs.until(() => runs.media(1, '90p').length > 1000);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGKILL');
    await runs.until(() => runs.media(2, '90p').length > 1000);
    expect(opened).toBe(2);
  });

  it('waits for a silent source instead of blaming FFmpeg', async () => {
    const media = flv(4, true);
    const stream = new PassThrough();
    newEncoder({ stallAfterMs: 2500 }).start(piped(() => stream));
    stream.write(media.subarray(0, media.length / 2));
    await runs.until(() => runs.media(1, '90p').length > 1000);
    await sleep(3500);
    expect(runs.events).toEqual([{ kind: 'started', run: 1 }]);
    stream.end(media.subarray(media.length / 2));
    await runs.until(() => runs.endOf(1) !== undefined);
    expect(runs.endOf(1)).toEqual({ kind: 'source-ended' });
  });

  it('blames an FFmpeg that hangs while the source gives', async () => {
    const media = flv(2, true);
    const stream = new PassThrough();
    newEncoder({ stallAfterMs: 3000 }).start(piped(() => stream));
    stream.write(media);
    await runs.until(() => runs.media(1, '90p').length > 1000);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGSTOP');
    const giving = setInterval(() => stream.write(Buffer.alloc(1000)), 50);
    await runs.until(() => runs.endOf(1) !== undefined);
    clearInterval(giving);
    expect(runs.endOf(1)).toMatchObject({ kind: 'stalled' });
  });

  it('takes no more from the source than FFmpeg reads', async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 16_384;
        this.push(Buffer.alloc(16_384));
      },
    });
    newEncoder().start(piped(() => endless));
    await runs.until(() => runs.events.length > 0);
    for (const pid of ffmpeg.pids()) process.kill(pid, 'SIGSTOP');
    let before = -1;
    while (before !== given) {
      before = given;
      await sleep(200);
    }
    expect(given).toBeLessThan(4 * 1024 * 1024);
    expect(endless.isPaused()).toBe(true);
  });

  it('survives a source that fails, and one that cannot be opened', async () => {
    const failing = new PassThrough();
    newEncoder().start(piped(() => failing));
    failing.destroy(new Error('lost'));
    await runs.until(() => runs.endOf(1) !== undefined);
    expect(runs.endOf(1)).toMatchObject({ kind: 'failed' });
    encoder.start(
      piped(() => {
        throw new Error('gone');
      }),
    );
    await runs.until(() => runs.endOf(3) !== undefined);
    expect(runs.endOf(3)).toMatchObject({ kind: 'failed', message: 'The source cannot be opened: gone' });
  });

  it('lets go of the source when it is stopped', async () => {
    const stream = new PassThrough();
    newEncoder().start(piped(() => stream));
    await runs.until(() => runs.events.length > 0);
    await encoder.stop();
    expect(stream.destroyed).toBe(true);
  });

  it('stops a source that is faster than real time before it floods the viewers', async () => {
    const media = makeMedia(
      '-f',
      'lavfi',
      '-i',
      'color=s=16x16:r=30:d=240',
      '-f',
      'lavfi',
      '-i',
      'anullsrc',
      '-c:a',
      'aac',
      '-t',
      '240',
      ...flvArgs,
      'pipe:1',
    );
    newEncoder().start(piped(() => Readable.from([media])));
    await runs.until(() => runs.endOf(1) !== undefined);
    expect(runs.endOf(1)).toMatchObject({ kind: 'failed', message: expect.stringContaining('faster than real time') });
  });
});

it('takes FFmpeg with it when its own process is killed', async () => {
  newEncoder();
  const script = `
    import { Encoder } from '${new URL('./encoder.ts', import.meta.url).pathname}';
    const listener = { onRunStarted() {}, onRunEnded() {}, onBytes() { process.stdout.write('.'); } };
    new Encoder({ ffmpegPath: '${ffmpeg.path}', ladder: ${JSON.stringify(ladder)}, listener }).start(${JSON.stringify(capture)});
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(parent.stdout, 'data');
  expect(ffmpeg.pids()).toHaveLength(1);
  parent.kill('SIGKILL');
  await ffmpeg.allGone();
});
