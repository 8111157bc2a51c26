import { describe, expect, it } from 'vitest';
import type { ServeEvent } from '../serve-event.ts';
import { Terminal } from './terminal.ts';

const onion = `http://${'a'.repeat(56)}.onion/`;

const opening: ServeEvent[] = [
  { kind: 'listening', url: 'http://127.0.0.1:5000/' },
  { kind: 'login', name: 'broadcaster', password: 'correct horse' },
  { kind: 'ingest', server: 'rtmp://127.0.0.1:1935/live', key: 'the-key', pushUrl: 'http://127.0.0.1:5000/ingest' },
  { kind: 'stream', state: 'live', run: 1, source: 'test' },
];

function show(events: readonly ServeEvent[], { isTTY = false, columns = 80, isColoured = false } = {}): string {
  let text = '';
  const output = { write: (part: string) => (text += part), isTTY, columns };
  const terminal = new Terminal(output, { isColoured, now: () => new Date(2026, 0, 1, 9, 5) });
  for (const event of events) terminal.show(event);
  return text;
}

function tor(state: Extract<ServeEvent, { kind: 'tor' }>['state'], progress: number, address?: string): ServeEvent {
  return { kind: 'tor', state, progress, summary: 'Loading', ...(address !== undefined && { address }) };
}

/** What is on the screen at the end, with the line that is drawn over as it was last. */
function screen(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\r\u001b[K').at(-1))
    .join('\n');
}

describe('Terminal', () => {
  it('shows a panel with all it takes to watch and to broadcast', () => {
    expect(show([...opening, { kind: 'ready' }])).toBe(`
Onioncast is running. On air (the test card).

  Watch here        http://127.0.0.1:5000/
  Broadcaster       http://127.0.0.1:5000/broadcaster
    name            broadcaster
    password        correct horse
                    Write it down: it is not shown again.
  OBS server        rtmp://127.0.0.1:1935/live
  OBS stream key    the-key
  Or HTTP POST to   http://127.0.0.1:5000/ingest

Ctrl-C stops it.
`);
  });

  it('says where the password of a later start is, and how to get a new one, within 80 columns', () => {
    const text = show([...opening, { kind: 'login', name: 'broadcaster' }, { kind: 'ready' }]);
    expect(text).toContain(
      '    password        shown at the first start; for a new one, stop this and run\n                    node bin/onioncast.cjs passwd\n',
    );
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('tells of each of several tors when it can be found, goes, or takes no newcomers', () => {
    const instance = (number: number, state: 'starting' | 'online' | 'restarting', isDraining = false): ServeEvent => ({
      ...{ kind: 'tor-instance', number, state, isDraining, progress: 100, descriptorUploads: 0, restarts: 0 },
      address: `${String.fromCharCode(96 + number).repeat(56)}.onion`,
    });
    const before: ServeEvent[] = [...opening, { kind: 'ready' }, instance(1, 'starting'), instance(2, 'starting')];
    const text = show([
      ...[...before, instance(1, 'online'), instance(2, 'online')],
      ...[instance(2, 'restarting'), instance(2, 'online'), instance(1, 'online', true)],
    ]);
    expect(text.slice(text.indexOf('Ctrl-C'))).toBe(`Ctrl-C stops it.
09:05 tor 1: online
09:05 tor 2: online
  Also at
  http://${'b'.repeat(56)}.onion/
09:05 tor 2: gone, coming back
09:05 tor 2: online
09:05 tor 1: online, takes no newcomers
`);
  });

  it('tells once what opens the own onion service, and at later starts where to find it', () => {
    const address = `http://${'d'.repeat(56)}.onion/`;
    const clientKey = 'K'.repeat(52);
    const starting: ServeEvent = { kind: 'desk', state: 'publishing', address, clientKey };
    const online: ServeEvent = { ...starting, state: 'online' };
    const again: ServeEvent = { kind: 'desk', state: 'restarting', address, clientKey };
    const text = show([...opening, starting, { kind: 'ready' }, starting, online, again, online]);
    expect(text.split(address)).toHaveLength(2);
    expect(text.split(clientKey)).toHaveLength(2);
    expect(text).toContain('node bin/onioncast.cjs desk\n');
    const later = show([...opening, { kind: 'desk', state: 'online' }, { kind: 'ready' }]);
    expect(later).toContain('  Your own onion    online; what opens it: node bin/onioncast.cjs desk\n');
    expect(Math.max(...`${text}${later}`.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('shows the second address of a run once, when it can be opened', () => {
    const address = `http://${'t'.repeat(56)}.onion/`;
    const waiting: ServeEvent = { kind: 'temporary', state: 'publishing', address };
    const online: ServeEvent = { ...waiting, state: 'online' };
    const text = show([{ kind: 'ready' }, waiting, online, waiting, online]);
    expect(text.split(address)).toHaveLength(2);
    expect(show([waiting, { kind: 'ready' }])).not.toContain(address);
    expect(show([online, { kind: 'ready' }])).toContain(address);
  });

  it('says that nothing is on air while nothing has ever been', () => {
    expect(show([{ kind: 'ready' }])).toContain('Onioncast is running. Nothing is on air.\n');
  });

  it('tells notes with the time, and of what goes down while stopping only what is amiss', () => {
    let text = '';
    const terminal = new Terminal({ write: (part) => (text += part) }, { isColoured: false, now: () => new Date(0) });
    terminal.show({ kind: 'note', message: 'Waiting for a stream.' });
    expect(text).toMatch(/^\d\d:\d\d Waiting for a stream\.\n$/);
    terminal.showStopping();
    const before = text;
    terminal.show(tor('off', 0));
    terminal.show({ kind: 'stream', state: 'interrupted', run: 1 });
    expect(text).toBe(before);
    terminal.show({ kind: 'warning', code: 'INTERNAL', message: 'a fault' });
    expect(text).toContain('Warning: a fault');
  });

  it('redraws the progress of tor in place on a terminal, and replaces it with the address', () => {
    const text = show(
      [...opening, tor('bootstrapping', 10), { kind: 'ready' }, tor('bootstrapping', 45.4), tor('online', 100, onion)],
      { isTTY: true, columns: 100 },
    );
    expect(text).toContain('\r\u001b[Ktor: connecting 45 % (Loading)');
    expect(screen(text)).not.toContain('tor:');
    expect(screen(text).endsWith(`\n  Onion address     ${onion}\n`)).toBe(true);
  });

  it('shows how tor serves its visitors below everything else, drawn over, and elsewhere when it is news', () => {
    const calm = { kind: 'circuits', descriptorUploads: 8, introductionPoints: 3, visitors: 0, effort: 0 } as const;
    const note: ServeEvent = { kind: 'note', message: 'Something.' };
    const events = [
      ...opening,
      calm,
      { kind: 'ready' },
      tor('online', 100, onion),
      note,
      { ...calm, visitors: 9 },
    ] as const;
    const shown = screen(show(events, { isTTY: true, columns: 100 }));
    expect(shown).toMatch(
      /\n09:05 Something\.\ntor: online, 8 uploads, 3 introduction points, 9 circuits, proof of work 0$/,
    );
    expect(screen(show([...events, tor('restarting', 0)], { isTTY: true }))).not.toContain('circuits');
    const attacked = show([...events, { ...calm, visitors: 90, effort: 40 }]);
    expect(attacked.match(/09:05 tor: online.*\n/g)).toHaveLength(2);
    expect(attacked).toContain('90 circuits, proof of work 40\n');
    expect(show([...opening, { kind: 'ready' }, calm])).not.toContain('tor:');
  });

  it('keeps the progress below everything else', () => {
    const events: ServeEvent[] = [
      { kind: 'ready' },
      tor('bootstrapping', 5),
      { kind: 'stream', state: 'ended', run: 1 },
    ];
    expect(screen(show(events, { isTTY: true }))).toMatch(
      /\n09:05 The broadcast is over\.\ntor: connecting 5 % \(Loading\)$/,
    );
  });

  it('writes progress as a few plain lines where it cannot be redrawn', () => {
    const many = Array.from({ length: 101 }, (_, percent) => tor('bootstrapping', percent));
    const text = show([{ kind: 'ready' }, ...many, tor('publishing', 100), tor('online', 100, onion)]);
    expect(text.match(/tor: connecting/g)).toHaveLength(5);
    expect(text).toContain('tor: publishing the address');
    expect(text).not.toContain('\u001b');
    expect(text).toContain(onion);
  });

  it('puts an address that does not fit beside its label on a line of its own, unbroken', () => {
    expect(show([{ kind: 'ready' }, tor('online', 100, onion)])).toContain(`\n  Onion address\n  ${onion}\n`);
  });

  it('tells the address once, in the panel if it is known by then, and again only when it changes', () => {
    const other = onion.replace('a', 'b');
    const text = show([
      tor('online', 100, onion),
      { kind: 'ready' },
      tor('restarting', 0),
      tor('online', 100, onion),
      tor('online', 100, other),
    ]);
    expect(text.split(onion)).toHaveLength(2);
    expect(text.split(other)).toHaveLength(2);
    expect(text).toContain('tor: gone, coming back');
  });

  it('tells when the stream changes, and not when nothing changed', () => {
    const live: ServeEvent = { kind: 'stream', state: 'live', run: 2, source: 'rtmp' };
    const text = show([{ kind: 'ready' }, live, live, { kind: 'stream', state: 'interrupted', run: 2 }, live]);
    expect(text.match(/09:05 On air \(a publisher over RTMP\)\./g)).toHaveLength(2);
    expect(text).toContain('09:05 The picture has stopped');
  });

  it('shows a warning with its code and what to do', () => {
    const warning: ServeEvent = {
      kind: 'warning',
      code: 'TOOL_MISSING',
      message: 'There is no tor.',
      todo: 'Install it.',
    };
    expect(show([warning])).toBe('Warning: There is no tor. [TOOL_MISSING]\n  Install it.\n');
  });

  it("prints the lines for an operator's own tor", () => {
    const text = show([{ kind: 'operator-torrc', lines: ['HiddenServiceDir /x', 'HiddenServicePort 80'] }]);
    expect(text).toContain('\n  HiddenServiceDir /x\n  HiddenServicePort 80\n');
  });

  it('colours on a terminal, unless it is told not to, and nowhere else', () => {
    const events: ServeEvent[] = [...opening, { kind: 'ready' }];
    expect(show(events, { isTTY: true, isColoured: true })).toContain('\u001b[1m');
    expect(show(events, { isTTY: true, isColoured: false })).not.toContain('\u001b[1m');
    expect(show(events, { isTTY: false, isColoured: true })).not.toContain('\u001b');
  });

  it('hands no control characters of other programs to the terminal', () => {
    const text = show([
      { kind: 'warning', code: 'INTERNAL', message: 'a\u001b[2Jb\u009bc\nd' },
      { kind: 'tor', state: 'starting', progress: 0, summary: '\u001b]0;x\u0007' },
    ]);
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
