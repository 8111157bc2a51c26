import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { clipArguments, packetsOf, RecordingGate, type RunningProgram, run } from '../../test/support/ingest.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { DirectoryIngest } from './directory.ts';
import { resolveInside } from './stream-directory.ts';

const hls = (segmentSeconds: number) => [
  ...['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_list_size', '24', '-hls_flags', 'delete_segments'],
  ...['-hls_segment_type', 'fmp4', 'stream.m3u8'],
];

interface ListOptions {
  readonly ended?: boolean;
  /** How the playlist calls a segment. */
  readonly names?: (n: number) => string;
  /** Segments to write; without this the newest. */
  readonly write?: readonly number[];
  /** Files to be cut or filled up to so many bytes. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Of the playlist. */
  readonly ageSeconds?: number;
}

/** Somebody else's FFmpeg in another time: real segments of 10 s, put in place as the manual clock says. */
class Writer {
  readonly #media: string;
  readonly #directory: string;
  readonly #clock: ManualClock;
  readonly #segmentSeconds: number;

  constructor(media: string, directory: string, clock: ManualClock, segmentSeconds = 10) {
    this.#media = media;
    this.#directory = directory;
    this.#clock = clock;
    this.#segmentSeconds = segmentSeconds;
  }

  /**
   * Segments `first` to `newest` are listed; the newest is written now. The playlist comes last and each file appears whole, so that a watcher
   * that looks in between sees nothing new.
   */
  async list(first: number, newest: number, options: ListOptions = {}): Promise<void> {
    const {
      ended = false,
      names = (n: number) => `stream${n}.m4s`,
      write = [newest],
      sizes = {},
      ageSeconds = 0,
    } = options;
    for (const name of ['init.mp4', ...write.map((n) => `stream${n}.m4s`)]) await this.media(name, sizes[name]);
    const segments = Array.from({ length: newest - first + 1 }, (_, index) => first + index);
    const text = [
      '#EXTM3U',
      `#EXT-X-TARGETDURATION:${this.#segmentSeconds}`,
      `#EXT-X-MEDIA-SEQUENCE:${first}`,
      '#EXT-X-MAP:URI="init.mp4"',
      ...segments.flatMap((n) => ['#EXTINF:10,', names(n)]),
      ...(ended ? ['#EXT-X-ENDLIST'] : []),
      '',
    ];
    await this.text('stream.m3u8', text.join('\n'), ageSeconds);
  }

  async media(name: string, size?: number): Promise<void> {
    await this.#appear(name, (file) => copyFile(path.join(this.#media, name), file), { size });
  }

  async text(name: string, text: string, ageSeconds = 0): Promise<void> {
    await this.#appear(name, (file) => writeFile(file, text), { ageSeconds });
  }

  async #appear(
    name: string,
    make: (file: string) => Promise<void>,
    { size, ageSeconds = 0 }: { size?: number | undefined; ageSeconds?: number },
  ): Promise<void> {
    const file = path.join(this.#directory, `${name}.tmp`);
    await make(file);
    if (size !== undefined) await truncate(file, size);
    const seconds = this.#clock.wallClock() / 1000 - ageSeconds;
    await utimes(file, seconds, seconds);
    await rename(file, path.join(this.#directory, name));
  }
}

describe('a directory that somebody else writes', () => {
  let media: string;
  let directory: string;
  let clock: ManualClock;
  let gate: RecordingGate;
  let notices: string[];
  let ingest: DirectoryIngest;
  let writer: Writer;

  beforeAll(async () => {
    media = await mkdtemp(path.join(tmpdir(), 'hls-media-'));
    spawnSync('ffmpeg', clipArguments({ seconds: 50, output: hls(10) }), { cwd: media });
  }, 60_000);

  afterAll(() => rm(media, { recursive: true, force: true }));

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'hls-live-'));
    clock = new ManualClock();
    gate = new RecordingGate();
    notices = [];
    ingest = new DirectoryIngest({ path: directory, gate, clock, notify: (message) => notices.push(message) });
    writer = new Writer(media, directory, clock);
  });

  afterEach(async () => {
    await ingest.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function at(seconds: number): Promise<void> {
    await clock.advanceTo(seconds * 1000, () => ingest.settled());
    await ingest.settled();
    // What was pushed into the reader arrives a turn later.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The first segment is complete at 10 s, as if the writer had begun at 0. */
  async function begin(): Promise<void> {
    ingest.start();
    await at(10);
    await writer.list(0, 0);
    await at(12);
  }

  it('is broadcast whole and at an even pace from segments of 10 s, until its writer stops', async () => {
    const arrivals: number[] = [];
    await begin();
    gate.readers[0]?.on('data', () => arrivals.push(clock.now()));
    for (let newest = 1; newest < 5; newest += 1) {
      await at((newest + 1) * 10);
      await writer.list(0, newest, { ended: newest === 4 });
      for (let step = 1; step < 40; step += 1) await at((newest + 1) * 10 + step / 4);
    }
    await at(65);
    expect(gate.ended).toEqual(gate.begun);
    expect(packetsOf(gate.bytes(0), 'mp4')).toMatchObject({ h264: 1250 });
    const gaps = arrivals.slice(1).map((time, index) => time - (arrivals[index] ?? time));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(500);
    expect(notices.at(-1)).toBe('The writer of the directory has stopped.');
  });

  it('knows its start from start.txt, else from the init segment and the length of a segment', async () => {
    const startOf = clock.wallClock();
    await begin();
    expect(gate.begun[0]).toMatchObject({ kind: 'directory', format: 'mp4', hasAudio: true, startedAtMs: startOf });
    await writer.text('start.txt', `${startOf / 1000 - 7}\n`);
    await at(20);
    await writer.list(0, 1);
    await at(21);
    expect(gate.begun[1]?.startedAtMs).toBe(startOf - 7000);
  });

  it('is joined in the middle of its newest segment, not behind it', async () => {
    await at(10);
    await writer.list(0, 0);
    await at(16);
    ingest.start();
    await at(16.1);
    const { h264 = 0 } = packetsOf(gate.bytes(0), 'mp4');
    // From the keyframe before the place where the writer was 6 s ago, less the safety: at most a second and a half.
    expect(h264).toBeGreaterThan(0);
    expect(h264).toBeLessThanOrEqual(38);
    await at(20);
    expect(packetsOf(gate.bytes(0), 'mp4').h264).toBeGreaterThanOrEqual(100);
  });

  it('is gone when nothing was written for three target durations', async () => {
    await begin();
    await at(39.9);
    expect(gate.live).toBe(1);
    await at(42);
    expect(gate.live).toBe(0);
  });

  it('is gone sooner when the process of pid.txt is', async () => {
    const { pid } = spawnSync('true');
    await writer.text('pid.txt', `${pid}\n`);
    await begin();
    expect(gate.live).toBe(1);
    await at(24.9);
    expect(gate.live).toBe(1);
    await at(27);
    expect(gate.live).toBe(0);
  });

  it.each([
    ['start.txt changes', async () => await writer.text('start.txt', '1000000000\n'), 0, 1],
    ['pid.txt changes', async () => await writer.text('pid.txt', `${process.pid}\n`), 0, 1],
    ['numbers go back', async () => undefined, 0, 0],
    ['a segment of the same number is another file', async () => undefined, 0, 2],
  ])('begins a new publication when %s', async (_name, change, first, newest) => {
    await begin();
    await at(20);
    await writer.list(0, 1);
    await at(30);
    await writer.list(1, 2);
    await at(34);
    expect(gate.begun).toHaveLength(1);
    await change();
    await at(35);
    await writer.list(first, newest);
    await at(36);
    expect(gate.begun).toHaveLength(2);
    expect(gate.ended).toEqual(gate.begun.slice(0, 1));
  });

  it('plays out what it has, then ends, when init.mp4 is emptied by a restart, and begins anew when it is filled', async () => {
    await begin();
    await truncate(path.join(directory, 'init.mp4'));
    await at(19);
    expect(gate.live).toBe(1);
    await at(22);
    expect(gate.live).toBe(0);
    expect(packetsOf(gate.bytes(0), 'mp4').h264).toBe(250);
    await writer.list(0, 0);
    await at(24);
    expect(gate.live).toBe(1);
  });

  it('waits for a directory, a playlist and an init segment, and says for which', async () => {
    await rm(directory, { recursive: true });
    ingest.start();
    await at(2);
    await mkdir(directory);
    await at(4);
    await writer.text('stream.m3u8', '#EXTM3U\n');
    await at(6);
    await writer.list(0, 0, { sizes: { 'init.mp4': 0 } });
    await at(8);
    expect(gate.begun).toEqual([]);
    // Nothing but this: all else is there, and a watcher that looks now begins at once.
    await writer.media('init.mp4');
    await at(10);
    expect(gate.live).toBe(1);
    expect(notices).toEqual([
      `Waiting for the directory ${directory} to appear.`,
      `Waiting for stream.m3u8 in ${directory}.`,
      'stream.m3u8 does not list fragmented MP4 segments (yet).',
      'Waiting for the init segment to be written.',
      `Broadcasting what is written to ${directory}.`,
    ]);
  });

  it('leaves an ended or an old stream alone', async () => {
    await writer.list(0, 0, { ended: true });
    ingest.start();
    await at(5);
    await writer.list(0, 1, { ageSeconds: 31 });
    await at(10);
    expect(gate.begun).toEqual([]);
    expect(notices.at(-1)).toBe('The directory holds a stream that is not written any more.');
  });

  it('waits while another publisher is live and begins with the next segment after', async () => {
    gate.isBusy = true;
    await begin();
    gate.isBusy = false;
    await at(20);
    await writer.list(0, 1);
    await at(21);
    expect(gate.live).toBe(1);
    expect(notices).toContain('Another publisher is live; the directory waits.');
  });

  it('goes on with the newest segment, on another reader, when it has fallen more than two behind', async () => {
    await begin();
    await writer.list(0, 4, { write: [1, 2, 3, 4] });
    await at(13);
    expect(gate.readers[0]?.readableEnded).toBe(true);
    const reader = gate.begun[0]?.open();
    await at(16);
    expect(packetsOf(reader?.read() ?? Buffer.alloc(0), 'mp4').h264).toBeLessThanOrEqual(125);
  });

  it('reads no file outside the directory, whatever the playlist names', async () => {
    const outside = path.join(media, 'stream0.m4s');
    ingest.start();
    await writer.list(0, 0, { names: () => '../stream0.m4s' });
    await at(2);
    await writer.list(0, 0, { names: () => outside });
    await at(4);
    await symlink(outside, path.join(directory, 'link.m4s'));
    await writer.list(0, 0, { names: () => 'link.m4s' });
    await at(6);
    expect(gate.begun).toEqual([]);
    expect(notices).toContain('stream.m3u8 names a segment outside its directory. It is not read.');
    await writer.list(0, 0, { names: () => path.join(directory, 'stream0.m4s') });
    await at(8);
    expect(gate.live).toBe(1);
  });

  it('reads a segment of 64 MiB, and none that is larger by a byte', async () => {
    await begin();
    // Zeros behind the media make it malformed, which shows that the file was read.
    await writer.list(0, 1, { sizes: { 'stream1.m4s': 64 * 2 ** 20 } });
    await at(14);
    expect(notices.at(-1)).toContain('could not be read');
    await writer.list(0, 2, { sizes: { 'stream2.m4s': 64 * 2 ** 20 + 1 } });
    notices.push('nothing more');
    await at(16);
    expect(notices.at(-1)).toBe('nothing more');
  });
});

describe('names in a playlist', () => {
  it.each(['stream1.m4s', './stream1.m4s', '/live/stream1.m4s', 'a b.m4s'])('%j is inside', (name) => {
    expect(resolveInside('/live', name)).toBe(`/live/${path.basename(name)}`);
  });

  it.each([
    '',
    '.',
    '..',
    '../live',
    '../live2/x.m4s',
    'sub/x.m4s',
    '/etc/passwd',
    'x\0.m4s',
    'sub/',
    'x'.repeat(1025),
  ])('%j is not', (name) => {
    expect(resolveInside('/live', name)).toBeUndefined();
  });
});

describe("FFmpeg's own directory, in real time", () => {
  let directory: string;
  let program: RunningProgram | undefined;

  afterEach(async () => {
    program?.kill();
    await rm(directory, { recursive: true, force: true });
  });

  it('is broadcast over a restart of FFmpeg that nobody announced', async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'hls-real-'));
    const gate = new RecordingGate();
    const ingest = new DirectoryIngest({ path: directory, gate });
    ingest.start();
    const args = ['-re', ...clipArguments({ seconds: 30, output: hls(1) })];
    program = run('ffmpeg', args, directory);
    await gate.until(() => gate.bytes(0).length > 60_000);
    program.kill();
    await program.exited;
    program = run('ffmpeg', args, directory);
    await gate.until(() => gate.begun.length === 2 && gate.bytes(1).length > 60_000);
    await ingest.close();
    await ingest.close();
    expect(gate.live).toBe(0);
    for (const index of [0, 1])
      expect(Object.keys(packetsOf(gate.bytes(index), 'mp4')).sort()).toEqual(['aac', 'h264']);
  });
});
