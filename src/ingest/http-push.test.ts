import { spawn } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { clipArguments, makeClip, packetsOf, RecordingGate } from '../../test/support/ingest.ts';
import { PushIngest, type PushLimits, type PushOutcome } from './http-push.ts';

const key = 'abcdefghijklmnopqrstuvwxyz';
const formats = {
  flv: ['-flvflags', 'no_duration_filesize', '-f', 'flv'],
  mp4: ['-movflags', 'frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4'],
} as const;

function ingest(limits: Partial<PushLimits> = {}) {
  const gate = new RecordingGate();
  const push = new PushIngest({ key: () => key, gate, limits: { wrongKeyMs: 10, ...limits } });
  const accept = (body: Readable, shown: string | undefined = key, signal = new AbortController().signal) =>
    push.accept({ key: shown, body, signal });
  return { gate, accept };
}

/** A body cut as a network might. */
function body(bytes: Buffer, size = 1000): Readable {
  const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(parts, { objectMode: false });
}

const format = (message: string) => ({ kind: 'refused', reason: 'format', message: expect.stringContaining(message) });

describe('pushing a stream as a request body', () => {
  let flv: Buffer;
  let mp4: Buffer;

  beforeAll(() => {
    flv = makeClip({ output: formats.flv });
    mp4 = makeClip({ output: formats.mp4 });
  });

  it.each(['flv', 'mp4'] as const)('publishes %s from FFmpeg', async (name) => {
    const { gate, accept } = ingest();
    const ffmpeg = spawn('ffmpeg', [...clipArguments({ output: formats[name] }), 'pipe:1'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(await accept(ffmpeg.stdout)).toEqual({ kind: 'finished' });
    expect(gate.begun).toMatchObject([{ kind: 'push', format: name, hasAudio: true }]);
    expect(gate.ended).toEqual(gate.begun);
    const { h264, aac } = packetsOf(gate.bytes(0), name);
    expect(h264).toBe(50);
    expect(aac).toBeGreaterThan(80);
  });

  it.each(['flv', 'mp4'] as const)('publishes %s without sound', async (name) => {
    const { gate, accept } = ingest();
    expect(await accept(body(makeClip({ audio: false, output: formats[name] })))).toEqual({ kind: 'finished' });
    expect(gate.begun[0]?.hasAudio).toBe(false);
    expect(packetsOf(gate.bytes(0), name)).toEqual({ h264: 50 });
  });

  it('reads nothing of a body whose key is wrong or empty', async () => {
    const { gate, accept } = ingest();
    for (const shown of ['wrong', '']) {
      const unread = body(flv);
      const outcome = await accept(unread, shown);
      expect(outcome).toEqual({ kind: 'refused', reason: 'key', message: 'Wrong stream key.' });
      expect(unread.readableDidRead).toBe(false);
    }
    expect(gate.begun).toEqual([]);
  });

  it('refuses a second publisher, whichever way the first one came', async () => {
    const { gate, accept } = ingest();
    const first = new PassThrough();
    const running = accept(first);
    first.write(flv);
    await gate.until(() => gate.live === 1);
    expect(await accept(body(flv))).toMatchObject({ kind: 'refused', reason: 'busy' });
    first.end();
    expect(await running).toEqual({ kind: 'finished' });
    gate.isBusy = true;
    expect(await accept(body(flv))).toMatchObject({ kind: 'refused', reason: 'busy' });
  });

  it('lets a publisher who comes back replace its own silent request', async () => {
    const { gate, accept } = ingest({ silentTakeoverMs: 0 });
    const dead = new PassThrough();
    const running = accept(dead);
    dead.write(flv);
    await gate.until(() => gate.live === 1);
    expect(await accept(body(flv))).toEqual({ kind: 'finished' });
    expect(await running).toEqual({ kind: 'finished' });
    expect(gate.begun).toHaveLength(2);
    expect(gate.live).toBe(0);
  });

  it.each([
    ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:8974/x.ts\n')],
    ['a concat script', Buffer.from("ffconcat version 1.0\nfile 'http://127.0.0.1:8974/'\n")],
    ['a session description', Buffer.from('v=0\no=- 0 0 IN IP4 127.0.0.1\n')],
    ['zeros', Buffer.alloc(5000)],
  ])('refuses %s by its first bytes', async (_name, bytes) => {
    const { gate, accept } = ingest();
    expect(await accept(body(bytes))).toEqual(format('neither FLV nor fragmented MP4'));
    expect(gate.begun).toEqual([]);
  });

  it('refuses random bytes behind the right first ones', async () => {
    const { gate, accept } = ingest();
    const noise = Buffer.alloc(100_000, 0xc5);
    expect(await accept(body(Buffer.concat([flv.subarray(0, 13), noise])))).toEqual(format('Malformed FLV'));
    const afterType = Buffer.concat([mp4.subarray(0, 28), noise]);
    expect(await accept(body(afterType))).toMatchObject({ kind: 'refused', reason: 'format' });
    expect(gate.begun).toEqual([]);
  });

  it.each(['flv', 'mp4'] as const)('survives %s that breaks off anywhere', async (name) => {
    const whole = name === 'flv' ? flv : mp4;
    for (let part = 0; part < 40; part += 1) {
      const { gate, accept } = ingest();
      const length = Math.floor((whole.length * part) / 40);
      const outcome: PushOutcome = await accept(body(whole.subarray(0, length), 4096));
      expect(outcome.kind).toBe(gate.begun.length === 1 ? 'finished' : 'refused');
      expect(gate.live).toBe(0);
    }
  });

  it('takes a body that fails for one that ends', async () => {
    const { gate, accept } = ingest();
    const breaking = new PassThrough();
    const running = accept(breaking);
    breaking.write(flv);
    await gate.until(() => gate.live === 1);
    breaking.destroy(new Error('reset'));
    expect(await running).toEqual({ kind: 'finished' });
    expect(gate.live).toBe(0);
  });

  it('keeps nothing of what it has read', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const { accept } = ingest();
    const abort = new AbortController();
    const long = new PassThrough();
    const running = accept(long, key, abort.signal);
    const read: WeakRef<Buffer>[] = [];
    for (let offset = 0; offset < flv.length; offset += 1000) {
      const part = Buffer.from(flv.subarray(offset, offset + 1000));
      read.push(new WeakRef(part));
      long.write(part);
      await setImmediate();
    }
    collectGarbage();
    expect(read.filter((part) => part.deref() !== undefined).length).toBeLessThan(read.length / 4);
    abort.abort();
    await running;
  });

  it('ends with the signal, and after silence', async () => {
    const abort = new AbortController();
    const first = ingest();
    const silent = new PassThrough();
    silent.write(flv);
    const running = first.accept(silent, key, abort.signal);
    await first.gate.until(() => first.gate.live === 1);
    abort.abort();
    expect(await running).toEqual({ kind: 'finished' });
    const second = ingest({ idleMs: 30 });
    expect(await second.accept(new PassThrough())).toEqual(format('ended before there was a picture'));
  });

  it('refuses other codecs and unfit fragments with a sentence', async () => {
    const { accept } = ingest();
    const hevc = ['-c:v', 'mpeg4'];
    expect(await accept(body(makeClip({ video: hevc, output: formats.mp4 })))).toEqual(
      format('Set the video encoder to H.264'),
    );
    expect(await accept(body(makeClip({ video: false, output: formats.mp4 })))).toEqual(format('There is no picture'));
    const placed = makeClip({ output: ['-movflags', 'frag_keyframe+empty_moov', '-f', 'mp4'] });
    expect(await accept(body(placed))).toEqual(format('default_base_moof'));
    const huge = makeClip({ size: '4112x96', seconds: 0.2, audio: false, output: formats.mp4 });
    expect(await accept(body(huge))).toEqual(format('too large'));
  });
});
