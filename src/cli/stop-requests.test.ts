import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { listenForStop } from './stop-requests.ts';

function listen(isInteractive = true) {
  const signals = new EventEmitter();
  const heard: string[] = [];
  const clock = { ms: 0 };
  const listener = {
    onTidy: () => heard.push('tidy'),
    onNow: () => heard.push('now'),
    onReload: () => heard.push('reload'),
  };
  const unlisten = listenForStop(signals, listener, { isInteractive, now: () => clock.ms });
  return { signals, heard, clock, unlisten };
}

describe('listenForStop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('stops tidily at the first %s and at once at the second', (signal) => {
    const { signals, heard, clock } = listen();
    signals.emit(signal);
    expect(heard).toEqual(['tidy']);
    clock.ms = 501;
    signals.emit(signal);
    expect(heard).toEqual(['tidy', 'now']);
  });

  it('takes one key press that arrives three times for one', () => {
    const { signals, heard, clock } = listen();
    for (const at of [0, 3, 500]) {
      clock.ms = at;
      signals.emit('SIGINT');
    }
    expect(heard).toEqual(['tidy']);
  });

  it('reads again at SIGHUP when there is no terminal that could have gone away', () => {
    const { signals, heard } = listen(false);
    signals.emit('SIGHUP');
    signals.emit('SIGHUP');
    expect(heard).toEqual(['reload', 'reload']);
  });

  it.each(['SIGUSR1', 'SIGUSR2', 'SIGPIPE'])('keeps %s from doing what it does by default', (signal) => {
    const { signals, heard } = listen();
    expect(signals.emit(signal)).toBe(true);
    expect(heard).toEqual([]);
  });

  it('lets go of every signal', () => {
    const { signals, unlisten } = listen();
    unlisten();
    expect(signals.eventNames()).toEqual([]);
  });
});
