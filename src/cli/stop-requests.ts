import type { EventEmitter } from 'node:events';

/**
 * A terminal sends Ctrl-C to every process in front of it, and npm and our launcher each pass theirs on: one key press arrives up to three
 * times. Within this time it counts once.
 */
const sameKeyPressMs = 500;

/** What signals ask for: `tidy` at the first one that stops, `now` at the second. */
export interface StopListener {
  readonly onTidy: () => void;
  readonly onNow: () => void;
  /** Read again what may change. */
  readonly onReload: () => void;
}

/**
 * Listens to the signals that ask the program to stop. Those that mean something else by default (SIGUSR1 opens Node's debugger to everybody on
 * this machine) do nothing. `isInteractive`: SIGHUP says that the terminal is gone, and stops; a service is sent it to read again
 * what may change while it runs. Returns a function that stops listening.
 */
export function listenForStop(
  signals: Pick<EventEmitter, 'on' | 'off'>,
  { onTidy, onNow, onReload }: StopListener,
  { isInteractive, now }: { readonly isInteractive: boolean; readonly now: () => number },
): () => void {
  let firstAt: number | undefined;
  const stop = () => {
    if (firstAt === undefined) {
      firstAt = now();
      onTidy();
    } else if (now() - firstAt > sameKeyPressMs) {
      onNow();
    }
  };
  const ignore = () => undefined;
  const listeners: ReadonlyArray<readonly [string, () => void]> = [
    ['SIGINT', stop],
    ['SIGTERM', stop],
    ['SIGHUP', isInteractive ? stop : onReload],
    ['SIGUSR1', ignore],
    ['SIGUSR2', ignore],
    ['SIGPIPE', ignore],
  ];
  for (const [signal, listener] of listeners) signals.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) signals.off(signal, listener);
  };
}
