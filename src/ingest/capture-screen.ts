import type { EncoderInput, EncoderSource } from '../encoder/encoder-types.ts';
import { AppError } from '../errors.ts';

/** The desktop to capture, as seen from this process. */
export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether there is something at this path. */
  readonly exists: (path: string) => boolean;
}

/** What to take from it. */
export interface ScreenOptions {
  /** Frames per second asked of the screen. Default 30. */
  readonly frameRate?: number;
  /**
   * The sound source by the system's own name: a Pulse source, an avfoundation device, a dshow device.
   * Default: on Linux what the loudspeakers play; elsewhere none, since the system offers no such source by itself.
   */
  readonly audioDevice?: string;
}

type Capture = Extract<EncoderInput, { kind: 'capture' }>;

/**
 * The whole screen and its sound. Decides from what it is given alone. Throws AppError `SOURCE_UNUSABLE`, saying what to do instead, where
 * FFmpeg cannot capture a screen.
 */
export function captureScreen(desktop: Desktop, options: ScreenOptions = {}): EncoderSource {
  return { input: captureOn(desktop, options) };
}

function captureOn(desktop: Desktop, options: ScreenOptions): Capture {
  const frameRate = String(options.frameRate ?? 30);
  if (desktop.platform === 'darwin') return onMac(frameRate, options.audioDevice);
  if (desktop.platform === 'win32') return onWindows(frameRate, options.audioDevice);
  return onX11(desktop, frameRate, options.audioDevice);
}

function onX11(desktop: Desktop, frameRate: string, audioDevice: string | undefined): Capture {
  const { environment } = desktop;
  if (isWayland(environment)) {
    throw new AppError(
      'SOURCE_UNUSABLE',
      'This is a Wayland session, whose screen FFmpeg cannot capture. Use OBS (source "Screen Capture (PipeWire)") and stream from it to the RTMP address.',
    );
  }
  const display = environment['DISPLAY'] ?? '';
  if (!/^:\d{1,5}(\.\d{1,3})?$/.test(display)) {
    const what = display === '' ? 'DISPLAY is not set' : `DISPLAY is "${display}", which is not on this machine`;
    throw new AppError('SOURCE_UNUSABLE', `There is no screen to capture: ${what}.`);
  }
  const video = ['-f', 'x11grab', '-framerate', frameRate, '-i', display];
  const variables = desktopVariables(environment);
  if (!hasPulse(desktop)) return { kind: 'capture', args: video, environment: variables, reach: 'machine' };
  // Both inputs tell the time of day; without `-isync` each would be moved to zero by itself and sound and picture would part.
  const source = audioDevice ?? '@DEFAULT_MONITOR@';
  const pulse = ['-thread_queue_size', '256', '-isync', '0', '-f', 'pulse', '-name', 'Onioncast', '-i', source];
  return { kind: 'capture', args: [...video, ...pulse], audio: '1:a:0', environment: variables, reach: 'machine' };
}

function isWayland(environment: Desktop['environment']): boolean {
  const session = environment['XDG_SESSION_TYPE'];
  return session === 'wayland' || (session !== 'x11' && (environment['WAYLAND_DISPLAY'] ?? '') !== '');
}

function hasPulse({ environment, exists }: Desktop): boolean {
  if ((environment['PULSE_SERVER'] ?? '') !== '') return true;
  const runtime = environment['PULSE_RUNTIME_PATH'] ?? `${environment['XDG_RUNTIME_DIR'] ?? ''}/pulse`;
  return exists(`${runtime}/native`);
}

/** The variables by which X11 and Pulse are found; the home directory, where the keys lie by default, is not among them. */
function desktopVariables(environment: Desktop['environment']): Record<string, string> {
  const names = ['DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'PULSE_SERVER', 'PULSE_RUNTIME_PATH', 'PULSE_COOKIE'];
  const home = environment['HOME'];
  const found: Record<string, string> = home === undefined ? {} : { XAUTHORITY: `${home}/.Xauthority` };
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined && value !== '') found[name] = value;
  }
  return found;
}

function onMac(frameRate: string, audioDevice: string | undefined): Capture {
  const device = `Capture screen 0:${audioDevice ?? 'none'}`;
  const args = ['-f', 'avfoundation', '-framerate', frameRate, '-capture_cursor', '1', '-i', device];
  return { kind: 'capture', args, reach: 'machine', ...(audioDevice !== undefined && { audio: '0:a:0' }) };
}

function onWindows(frameRate: string, audioDevice: string | undefined): Capture {
  const video = ['-f', 'gdigrab', '-framerate', frameRate, '-i', 'desktop'];
  if (audioDevice === undefined) return { kind: 'capture', args: video, reach: 'machine' };
  const audio = ['-thread_queue_size', '256', '-isync', '0', '-f', 'dshow', '-i', `audio=${audioDevice}`];
  return { kind: 'capture', args: [...video, ...audio], audio: '1:a:0', reach: 'machine' };
}
