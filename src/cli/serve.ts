import { startOnioncast } from '../app.ts';
import type { Given } from '../config/given.ts';
import { loadConfig } from '../config/load.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import type { ServeEvent } from '../serve-event.ts';
import { exitCodes, explainFailure } from './failure.ts';
import { listenForStop } from './stop-requests.ts';
import { Terminal } from './terminal.ts';

/** The flags of `serve` as the command line gives them. */
export interface ServeFlags {
  readonly config?: string;
  readonly data?: string;
  readonly listen?: string;
  readonly source?: string;
  readonly title?: string;
  readonly tor?: boolean;
  readonly ephemeral?: boolean;
  readonly json?: boolean;
}

/** A tidy stop that takes longer is cut short: the person was promised five seconds. */
const tidyStopMs = 4500;

/** Broadcasts until it is asked to stop; returns the exit code. Throws what keeps it from starting. */
export async function serve(flags: ServeFlags, process: NodeJS.Process): Promise<number> {
  // Threat: T26. Whatever is written from here on is for this user alone.
  process.umask(0o077);
  const config = loadServeConfig(flags, process);
  const terminal = new Terminal(process.stdout, { isColoured: !process.env['NO_COLOR'], now: () => new Date() });
  const report = flags.json ? printJson(process.stdout) : (event: ServeEvent) => terminal.show(event);
  ignoreClosedPipe(process.stdout);
  ignoreClosedPipe(process.stderr);
  return await serveUntilStopped(config, report, terminal, process);
}

async function serveUntilStopped(
  config: OnioncastConfig,
  report: (event: ServeEvent) => void,
  terminal: Terminal,
  process: NodeJS.Process,
): Promise<number> {
  const stopping = Promise.withResolvers<number>();
  const stop = (code: number) => {
    terminal.clear();
    setTimeout(() => process.exit(code === exitCodes.stopped ? exitCodes.fault : code), tidyStopMs).unref();
    stopping.resolve(code);
  };
  const options = { isInteractive: process.stdin.isTTY, now: () => performance.now() };
  listenForStop(
    process,
    { onTidy: () => stop(exitCodes.stopped), onNow: () => process.exit(exitCodes.interrupted) },
    options,
  );
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      terminal.clear();
      process.stderr.write(`${explainFailure(error, { withTrace: isDebugging(process) }).text}\n`);
      stop(exitCodes.fault);
    });
  }
  const starting = startOnioncast(config, report);
  // Stopping while starting: what has been opened is closed as soon as it can be.
  const code = await Promise.race([stopping.promise, starting.then(() => stopping.promise)]);
  const server = await starting;
  await server.close();
  return code;
}

function loadServeConfig(flags: ServeFlags, process: NodeJS.Process): OnioncastConfig {
  const workingDirectory = process.cwd();
  const given = (name: string, origin: string, value: unknown): Given[] =>
    value === undefined ? [] : [{ name, value, origin, base: workingDirectory }];
  return loadConfig({
    ...(flags.config !== undefined && { file: flags.config }),
    workingDirectory,
    environment: process.env,
    flags: [
      ...given('data', '--data', flags.data),
      ...given('listen.local', '--listen', flags.listen),
      ...given('source', '--source', flags.source),
      ...given('title', '--title', flags.title),
      ...given('tor.enabled', flags.tor ? '--tor' : '--no-tor', flags.tor),
      ...given('ephemeral', '--ephemeral', flags.ephemeral),
    ],
  });
}

function printJson(output: NodeJS.WriteStream): (event: ServeEvent) => void {
  return (event) => {
    output.write(`${JSON.stringify(event)}\n`);
  };
}

/** Whoever read our output may leave; the broadcast goes on. */
function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

function isDebugging({ env }: NodeJS.Process): boolean {
  return env['ONIONCAST_DEBUG'] !== undefined;
}
