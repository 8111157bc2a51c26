import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { OwnFfmpeg, probeMedia, temporaryDirectory, unhurried } from '../../test/support/ffmpeg.ts';
import { RecordedRuns } from '../../test/support/recorded-runs.ts';
import { Encoder } from '../encoder/encoder.ts';
import type { EncoderInput } from '../encoder/encoder-types.ts';
import { captureScreen, type Desktop, type ScreenOptions } from './capture-screen.ts';

function inputOn(desktop: Partial<Desktop>, options?: ScreenOptions): Extract<EncoderInput, { kind: 'capture' }> {
  const { input } = captureScreen({ platform: 'linux', environment: {}, exists: () => false, ...desktop }, options);
  if (input.kind !== 'capture') throw new Error('a screen is captured');
  return input;
}

describe('the screen of a Linux desktop', () => {
  it('is taken from X11 with what the loudspeakers play', () => {
    const environment = { DISPLAY: ':0', XDG_RUNTIME_DIR: '/run/user/7', HOME: '/home/a', SECRET: 'x' };
    const input = inputOn({ environment, exists: (path) => path === '/run/user/7/pulse/native' });
    expect(input.args.join(' ')).toBe(
      '-f x11grab -framerate 30 -i :0 -thread_queue_size 256 -isync 0 -f pulse -name Onioncast -i @DEFAULT_MONITOR@',
    );
    expect(input.audio).toBe('1:a:0');
    expect(input.environment).toEqual({
      DISPLAY: ':0',
      XDG_RUNTIME_DIR: '/run/user/7',
      XAUTHORITY: '/home/a/.Xauthority',
    });
  });

  it('is silent where there is no Pulse', () => {
    const input = inputOn({ environment: { DISPLAY: ':1.0' } });
    expect(input.args).not.toContain('pulse');
    expect(input.audio).toBeUndefined();
  });

  it('takes another sound source if one is named', () => {
    const environment = { DISPLAY: ':0', PULSE_SERVER: 'unix:/p' };
    expect(inputOn({ environment }, { audioDevice: 'mic' }).args.at(-1)).toBe('mic');
  });

  it.each([
    { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' },
    { XDG_SESSION_TYPE: 'wayland', DISPLAY: ':0' },
  ])('is refused under Wayland with the way out: %j', (environment) => {
    expect(() => inputOn({ environment })).toThrow(/Wayland session.*Use OBS/);
  });

  it('is taken from X11 if the session says so, whatever else is set', () => {
    const environment = { XDG_SESSION_TYPE: 'x11', WAYLAND_DISPLAY: 'left-over', DISPLAY: ':0' };
    expect(inputOn({ environment }).args).toContain('x11grab');
  });

  it.each([[''], ['host.example:0'], ['localhost:10.0'], [':0 -f lavfi'], [':'], ['-i']])(
    'is refused with DISPLAY %j',
    (display) => {
      expect(() => inputOn({ environment: { DISPLAY: display } })).toThrow('There is no screen to capture');
    },
  );
});

describe('other desktops', () => {
  it('give the screen of a Mac, with a sound device if one is named', () => {
    expect(inputOn({ platform: 'darwin' }).args.at(-1)).toBe('Capture screen 0:none');
    const withSound = inputOn({ platform: 'darwin' }, { audioDevice: 'BlackHole 2ch' });
    expect([withSound.args.at(-1), withSound.audio]).toEqual(['Capture screen 0:BlackHole 2ch', '0:a:0']);
  });

  it('give the screen of Windows, with a sound device if one is named', () => {
    expect(inputOn({ platform: 'win32' }).args).toEqual(['-f', 'gdigrab', '-framerate', '30', '-i', 'desktop']);
    const withSound = inputOn({ platform: 'win32' }, { audioDevice: 'Stereo Mix', frameRate: 15 });
    expect(withSound.args.join(' ')).toMatch(/-framerate 15 .*-f dshow -i audio=Stereo Mix$/);
    expect(withSound.audio).toBe('1:a:0');
  });
});

describe('a real X11 screen with a real Pulse server', () => {
  const started: ChildProcess[] = [];
  let encoder: Encoder | undefined;

  afterEach(async () => {
    await encoder?.close();
    for (const child of started.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });

  function start(command: string, args: string[], environment: Record<string, string>): ChildProcess {
    const isInstalled = spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
    if (!isInstalled) throw new Error(`${command} is not installed; this test needs a real one.`);
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], env });
    started.push(child);
    return child;
  }

  /** An X server on a free display, which it chooses itself. */
  async function startXServer(): Promise<string> {
    const child = start('Xvfb', ['-displayfd', '3', '-screen', '0', '640x360x24', '-nolisten', 'tcp'], {});
    const pipe = child.stdio[3];
    if (!(pipe instanceof Readable)) throw new Error('Xvfb has no pipe to tell its display');
    const [number] = await once(pipe, 'data');
    return `:${String(number).trim()}`;
  }

  async function startPulse(): Promise<string> {
    const directory = temporaryDirectory();
    const socket = join(directory, 'native');
    const modules = [
      `module-native-protocol-unix socket=${socket} auth-anonymous=1`,
      'module-null-sink sink_name=test',
    ];
    const load = modules.flatMap((module) => ['-L', module]);
    const args = ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', ...load];
    start('pulseaudio', args, { HOME: directory, XDG_RUNTIME_DIR: directory, PULSE_RUNTIME_PATH: directory });
    while (!existsSync(socket)) await sleep(20);
    return `unix:${socket}`;
  }

  it('is broadcast with picture and sound', async () => {
    const environment = { DISPLAY: await startXServer(), PULSE_SERVER: await startPulse() };
    const ffmpeg = new OwnFfmpeg();
    const tone = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'sine=frequency=440', '-f', 'pulse', 'tone'];
    start('ffmpeg', tone, { ...environment, HOME: '/nonexistent' });
    const runs = new RecordedRuns();
    const ladder = [{ name: 'screen', height: 180, maxWidth: 320, bitsPerSecond: 100_000 }];
    encoder = new Encoder({ ffmpegPath: ffmpeg.path, ladder, preset: 'ultrafast', listener: runs, ...unhurried });
    encoder.start(captureScreen({ platform: 'linux', environment, exists: existsSync }));
    await runs.until(() => {
      if (runs.endOf(1) !== undefined) throw new Error(JSON.stringify(runs.endOf(1)));
      return runs.media(1, 'audio').length > 16_000 && runs.media(1, 'screen').length > 3000;
    });
    await encoder.close();
    expect(probeMedia(runs.media(1, 'screen'))).toMatchObject({
      codec: 'h264',
      width: 320,
      height: 180,
      frameRate: '30/1',
    });
    expect(loudnessDb(runs.media(1, 'audio'))).toBeGreaterThan(-40);
    expect(ffmpeg.pids()).toEqual([]);
  });
});

/** The loudest sample of a piece of media, in decibels below full scale. */
function loudnessDb(media: Buffer): number {
  const args = ['-hide_banner', '-f', 'mp4', '-i', 'pipe:0', '-af', 'volumedetect', '-f', 'null', '-'];
  const { stderr } = spawnSync('ffmpeg', args, { input: media });
  return Number(/max_volume: (-?[\d.]+) dB/.exec(stderr.toString())?.[1] ?? Number.NEGATIVE_INFINITY);
}
