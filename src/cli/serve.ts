import { startOnioncast } from '../app.ts';
import type { RunningServer, ServeEvent } from '../serve-event.ts';
import { exitCodes, explainFailure } from './failure.ts';
import { JsonLines } from './json-lines.ts';
import { loadServeConfig, type ServeFlags } from './serve-config.ts';
import { listenForStop } from './stop-requests.ts';
import { Terminal } from './terminal.ts';

/** A tidy stop that takes longer is cut short: the person was promised five seconds. */
const tidyStopMs = 4500;

/** Shows what happens: `Terminal` to a person, `JsonLines` to a program. */
interface Face {
  show(event: ServeEvent): void;
  showStopping(): void;
  /** Makes room before something else is written. */
  clear(): void;
}

/** Broadcasts until it is asked to stop; returns the exit code. Throws what keeps it from starting. */
export async function serve(flags: ServeFlags, process: NodeJS.Process): Promise<number> {
  // Threat: T26. Whatever is written from here on is for this user alone.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  return await runUntilStopped((report) => startOnioncast(config, report), flags.json === true, process);
}

/** Runs what `start` starts until it is asked to stop, and shows what that tells. Returns the exit code; throws what keeps it from starting. */
export async function runUntilStopped(
  start: (report: (event: ServeEvent) => void) => Promise<RunningServer>,
  isJson: boolean,
  process: NodeJS.Process,
): Promise<number> {
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  const style = { isColoured: !process.env['NO_COLOR'], now: () => new Date() };
  const face: Face = isJson ? new JsonLines(process.stdout) : new Terminal(process.stdout, style);
  let server: RunningServer | undefined;
  const stopped = waitForStop(face, process, () => void server?.reload());
  const starting = start((event) => face.show(event));
  // Asked to stop while starting: what has been opened is closed as soon as it can be.
  const running = starting.then((started) => {
    server = started;
    return stopped;
  });
  const code = await Promise.race([stopped, running]);
  server = await starting;
  await server.close();
  return code;
}

/** Resolves with the exit code once a signal or a fault asks to stop. From then on the rest has `tidyStopMs`. */
function waitForStop(face: Face, process: NodeJS.Process, onReload: () => void): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = (code: number) => {
    setTimeout(() => process.exit(code === exitCodes.stopped ? exitCodes.fault : code), tidyStopMs).unref();
    resolve(code);
  };
  const listener = {
    onTidy: () => {
      face.showStopping();
      stop(exitCodes.stopped);
    },
    onNow: () => process.exit(exitCodes.interrupted),
    onReload,
  };
  listenForStop(process, listener, { isInteractive: process.stdin.isTTY, now: () => performance.now() });
  const onFault = (error: unknown) => {
    face.clear();
    const { text } = explainFailure(error, { withTrace: process.env['ONIONCAST_DEBUG'] !== undefined });
    process.stderr.write(`${text}\n`);
    stop(exitCodes.fault);
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  return promise;
}

/** Whoever read our output may leave; the broadcast goes on. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
