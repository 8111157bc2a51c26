import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LocalBus } from '../bus/local.ts';
import type { Message } from '../chat/message.ts';
import type { Readers, Removal } from '../chat/readers.ts';
import type { RoomEvent } from '../chat/room-event.ts';
import type { FanOut, StartPoint } from '../live/fan-out.ts';
import { ChatChannels } from './chat-channels.ts';

const everyone: Readers = { language: 'en', circle: 'everyone' };
const staff: Readers = { language: 'en', circle: 'staff' };
const dayMs = 86_400_000;

/** A message of a day: day 3, `text` is its id. */
const messageOf = (id: number, day = 0): Message => ({
  id,
  atMs: day * dayMs,
  author: { name: 'Mallow', colour: 1 },
  text: `text ${id}`,
});

/** A room as the channels see it. Rows are `[id]`, with `D|` before the first of a day and `!` on removed ones. */
function build({ history = 8, past = [] as Message[] } = {}) {
  const messages = [...past];
  const removals = new Map<number, Removal>();
  const room = { banner: '', drawn: 0 };
  const bus = new LocalBus((error) => {
    throw error;
  });
  const channels = new ChatChannels({
    bus,
    history,
    messages: () => messages.slice(-2 * history),
    removalOf: (id) => removals.get(id),
    randomBytes: (size) => {
      room.drawn += 1;
      return Buffer.alloc(size, room.drawn);
    },
    renderOpen: ({ language }) => `<!doctype ${language}>`,
    renderRow: ({ id, atMs, quote }, previousAtMs, { removal }) => {
      const isNewDay = previousAtMs !== undefined && previousAtMs !== atMs;
      return `${isNewDay ? 'D|' : ''}[${id}${quote && quote.isRemoved !== true ? `>${quote.text}` : ''}${removal === undefined ? '' : `!${removal.by ?? ''}`}]`;
    },
    renderBanner: ({ circle }) => (room.banner === '' ? '' : `${room.banner} for ${circle}`),
  });
  const publish = (event: RoomEvent): void => bus.publish('room', event);
  return {
    channels,
    room,
    removals,
    say(id: number, day = 0): void {
      messages.push(messageOf(id, day));
      publish({ kind: 'message', message: messageOf(id, day) });
    },
    remove(ids: number[], removal: Removal = {}): void {
      for (const id of ids) removals.set(id, removal);
      publish({ kind: 'removed', ids });
    },
    restore(ids: number[]): void {
      for (const id of ids) removals.delete(id);
      publish({ kind: 'restored', messages: messages.filter(({ id }) => ids.includes(id)) });
    },
    showBanner(banner: string, kind: 'banner' | 'staff' = 'banner'): void {
      room.banner = banner;
      publish({ kind });
    },
  };
}

/** What a response would carry, without the frames of chunks. */
function listen(fanOut: FanOut, from: StartPoint = { afterId: 0 }): { text(): string } {
  let heard = '';
  const write = (bytes: Buffer): void => {
    const end = bytes.indexOf('\r\n');
    heard += bytes.subarray(end + 2, -2).toString();
  };
  fanOut.subscribe({ write, end: () => undefined }, from);
  return { text: () => heard };
}

const rowsIn = (text: string): string =>
  [...text.matchAll(/(?:D\|)?\[[^\]]*\](?!\n\n)/gu)].map(([row]) => row).join(' ');
const newcomerSees = ({ channels }: ReturnType<typeof build>, readers = everyone): string =>
  rowsIn(listen(channels.of(readers).frames).text());

describe('a channel', () => {
  afterEach(() => void vi.useRealTimers());

  it('gives open documents a sign of life every 15 s, each another one, which newcomers and events do not get and no piece id counts', () => {
    vi.useFakeTimers();
    const { channels, say } = build({ past: [messageOf(1)] });
    const channel = channels.of(everyone);
    const [frame, events] = [listen(channel.frames), listen(channel.events)];
    vi.advanceTimersByTime(14_999);
    expect(frame.text()).toBe('<!doctype en>\n[1]\n');
    vi.advanceTimersByTime(15_001);
    const pulse = (n: number) =>
      `<style>@keyframes lost-${n}{to{visibility:visible}}.lost{animation-name:lost-${n}}</style>\n`;
    expect(frame.text()).toBe(`<!doctype en>\n[1]\n${pulse(1)}${pulse(2)}`);
    expect(listen(channel.frames).text()).toBe('<!doctype en>\n[1]\n');
    say(2);
    expect(events.text()).toMatch(/id: 010101010101-2\ndata: \[2\]\n\n$/u);
    expect(channel.frames.lastId).toBe(channel.events.lastId);
    channels.close();
    channels.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the same row to frames and events, under one piece id', () => {
    const { channels, say } = build({ past: [messageOf(1)] });
    const channel = channels.of(everyone);
    const [frame, events] = [listen(channel.frames), listen(channel.events)];
    say(2);
    expect(frame.text()).toBe('<!doctype en>\n[1]\n[2]\n');
    expect(events.text()).toBe(
      'event: banner\ndata: \n\n' +
        'event: row\nid: 010101010101-1\ndata: [1]\n\nevent: row\nid: 010101010101-2\ndata: [2]\n\n',
    );
    expect(channel.frames.lastId).toBe(channel.events.lastId);
  });

  it('is one for each language and circle of readers, made once', () => {
    const { channels } = build();
    expect(channels.of(everyone)).toBe(channels.of({ ...everyone }));
    expect(channels.of(staff)).not.toBe(channels.of(everyone));
    const german = channels.of({ language: 'de', circle: 'everyone' });
    expect(listen(german.frames).text()).toBe('<!doctype de>\n');
    expect(german.resume('010101010101-0').reset).toBeDefined();
  });

  it('keeps the newest rows only', () => {
    const built = build({ history: 3, past: [1, 2, 3, 4].map((id) => messageOf(id)) });
    built.channels.of(everyone);
    built.say(5);
    expect(newcomerSees(built)).toBe('[3] [4] [5]');
  });

  it('fills the place of removed rows with older ones, up to as many again', () => {
    const built = build({ history: 3, past: [1, 2, 3, 4, 5].map((id) => messageOf(id)) });
    built.remove([4, 5]);
    expect(newcomerSees(built)).toBe('[1] [2] [3]');
    built.say(6);
    expect(newcomerSees(built)).toBe('[2] [3] [6]');
    for (const id of [7, 8]) {
      built.remove([id - 1]);
      built.say(id);
    }
    expect(newcomerSees(built)).toBe('[3] [8]');
  });

  it('takes removed rows from those who have them and from all who come', () => {
    const built = build({ past: [1, 2, 3].map((id) => messageOf(id)) });
    const channel = built.channels.of(everyone);
    const [frame, events] = [listen(channel.frames, 'now'), listen(channel.events, 'now')];
    built.remove([1, 3]);
    expect(frame.text()).toBe('<!doctype en>\n<style>#m1,.q1,#m3,.q3{display:none}</style>\n');
    expect(events.text()).toContain('event: removed\nid: 010101010101-4\ndata: [1,3]\n\n');
    expect(newcomerSees(built)).toBe('[2]');
    expect(listen(channel.frames).text()).not.toContain('style');
    expect(listen(channel.events).text()).not.toMatch(/data: \[[13]\]/u);
  });

  it('never shows what was removed before the channel was made', () => {
    const built = build({ past: [1, 2, 3].map((id) => messageOf(id)) });
    built.remove([2]);
    expect(newcomerSees(built)).toBe('[1] [3]');
    built.restore([2]);
    expect(newcomerSees(built)).toBe('[1] [2] [3]');
  });

  it('puts restored rows back in their places', () => {
    const built = build({ past: [1, 2, 3].map((id) => messageOf(id)) });
    const channel = built.channels.of(everyone);
    built.remove([1, 3]);
    const [frame, events] = [listen(channel.frames, 'now'), listen(channel.events, 'now')];
    built.restore([1, 3]);
    expect(frame.text()).toContain('<style>#m1,.q1,#m3,.q3{display:block}</style>');
    expect(events.text()).toContain('event: rows\nid: 010101010101-5\ndata: [1][3]\n\n');
    expect(newcomerSees(built)).toBe('[1] [2] [3]');
  });

  it('lets nothing that was restored once come back when it is gone again', () => {
    const built = build({ past: [1, 2].map((id) => messageOf(id)) });
    const channel = built.channels.of(everyone);
    built.remove([1, 2]);
    built.restore([1, 2]);
    built.remove([1]);
    const events = listen(channel.events).text();
    expect(events).toContain('event: rows\nid: 010101010101-4\ndata: [2]\n\n');
    built.remove([2]);
    expect(listen(channel.events).text()).not.toContain('event: rows');
  });

  it('takes what was removed out of the quotes of it, and puts it back', () => {
    const reply = { ...messageOf(2), quote: { messageId: 1, name: 'Mallow', text: 'hm' } };
    const built = build({ past: [messageOf(1), reply] });
    const channel = built.channels.of(everyone);
    expect(newcomerSees(built)).toBe('[1] [2>hm]');
    built.remove([1]);
    expect(newcomerSees(built)).toBe('[2]');
    built.restore([1]);
    expect(newcomerSees(built)).toBe('[1] [2>hm]');
    expect(listen(channel.events).text()).toContain('data: [1][2>hm]\n\n');
    built.remove([1]);
    expect(listen(channel.events).text()).not.toContain('hm');
    expect(newcomerSees(built, staff)).toBe('[1!] [2>hm]');
  });

  it('leaves removed rows to staff, marked, with who and why', () => {
    const built = build({ past: [1, 2].map((id) => messageOf(id)) });
    const channel = built.channels.of(staff);
    const [frame, events] = [listen(channel.frames, 'now'), listen(channel.events, 'now')];
    built.remove([1], { by: 'Lantern' });
    expect(frame.text()).toContain('<style>#m1{opacity:.5}</style>');
    expect(events.text()).toContain('data: [1!Lantern]\n\n');
    expect(newcomerSees(built, staff)).toBe('[1!Lantern] [2]');
    built.restore([1]);
    expect(frame.text()).toContain('<style>#m1{opacity:1}</style>');
    expect(newcomerSees(built, staff)).toBe('[1] [2]');
  });

  it('keeps the date before the first row of a day that is left', () => {
    const built = build({ past: [messageOf(1, 1), messageOf(2, 2), messageOf(3, 2), messageOf(4, 3)] });
    built.channels.of(everyone);
    expect(newcomerSees(built)).toBe('[1] D|[2] [3] D|[4]');
    built.remove([2]);
    expect(newcomerSees(built)).toBe('[1] D|[3] D|[4]');
    built.remove([3]);
    expect(newcomerSees(built)).toBe('[1] D|[4]');
    built.restore([2, 3]);
    expect(newcomerSees(built)).toBe('[1] D|[2] [3] D|[4]');
    built.remove([1]);
    built.say(5, 3);
    expect(newcomerSees(built)).toBe('[2] [3] D|[4] [5]');
  });

  it('shows what stands above the talk to newcomers from the start, to the others when it changes', () => {
    const { channels, showBanner } = build();
    const channel = channels.of(everyone);
    const [frame, events] = [listen(channel.frames), listen(channel.events)];
    showBanner('pin');
    showBanner('pin');
    showBanner('poll');
    expect(frame.text()).toBe(
      '<!doctype en>\n' +
        '<style>#banner-0{display:none}</style><div class="banner" id="banner-1">pin for everyone</div>\n' +
        '<style>#banner-1{display:none}</style><div class="banner" id="banner-2">poll for everyone</div>\n',
    );
    expect(events.text()).toContain('data: pin for everyone\n\nevent: banner\ndata: poll for everyone\n\n');
    expect(listen(channel.frames).text()).toBe(
      '<!doctype en><div class="banner" id="banner-2">poll for everyone</div>\n',
    );
    expect(listen(channel.events).text()).toBe('event: banner\ndata: poll for everyone\n\n');
  });

  it('tells staff alone of what only staff see', () => {
    const { channels, showBanner } = build();
    const [mine, theirs] = [listen(channels.of(staff).events), listen(channels.of(everyone).events)];
    showBanner('held', 'staff');
    expect(mine.text()).toContain('held for staff');
    expect(theirs.text()).not.toContain('held');
  });

  it('ends everybody when it is closed, once, and lets nobody in afterwards', () => {
    const { channels } = build();
    const ends: string[] = [];
    channels.of(everyone).frames.subscribe({ write: () => undefined, end: (reason) => ends.push(reason) }, 'now');
    channels.close();
    channels.close();
    channels.of(staff).events.subscribe({ write: () => undefined, end: (reason) => ends.push(reason) }, 'now');
    expect(ends).toEqual(['closed', 'closed']);
  });
});

describe('a script that comes back', () => {
  const cursor = (id: number): string => `010101010101-${id}`;

  it('goes on where it was, as long as what it missed is kept', () => {
    const built = build({ history: 3, past: [1, 2, 3].map((id) => messageOf(id)) });
    const channel = built.channels.of(everyone);
    expect(channel.resume(undefined)).toEqual({ afterId: 0 });
    expect(channel.resume(cursor(0))).toEqual({ afterId: 0 });
    built.say(4);
    built.remove([3]);
    expect(channel.resume(cursor(1))).toEqual({ afterId: 1 });
    expect(channel.resume(cursor(5))).toEqual({ afterId: 5 });
    const missed = listen(channel.events, { afterId: 2 }).text();
    expect(missed.match(/^(?:event|data): .*$/gmu)?.slice(2)).toEqual([
      'event: row',
      'data: [4]',
      'event: removed',
      'data: [3]',
    ]);
  });

  it.each([
    ['too old', cursor(0)],
    ['of the future', cursor(9)],
    ['of another start', '020202020202-2'],
    ['no number', '010101010101-x'],
    ['negative', '010101010101--1'],
    ['a fraction', '010101010101-1.5'],
    ['huge', `010101010101-${'9'.repeat(40)}`],
    ['a bare number', '2'],
    ['nonsense', '-'],
  ])('begins anew with an id that is %s', (_what, lastEventId) => {
    const { channels, say } = build({ history: 2, past: [1, 2].map((id) => messageOf(id)) });
    const channel = channels.of(everyone);
    say(3);
    const { afterId, reset } = channel.resume(lastEventId);
    expect(afterId).toBe(1);
    expect(reset?.toString()).toContain(`event: reset\nid: ${cursor(1)}\ndata: \n\n`);
    expect(channel.resume(cursor(1))).toEqual({ afterId: 1 });
  });

  it('begins anew after more removals than are kept, and newcomers get all rows all the same', () => {
    const built = build({ past: [1, 2, 3].map((id) => messageOf(id)) });
    const channel = built.channels.of(everyone);
    for (let n = 0; n < 150; n += 1) {
      built.remove([2]);
      built.restore([2]);
    }
    expect(channel.resume(cursor(3)).reset).toBeDefined();
    expect(channel.resume(cursor(300 - 256 + 3)).reset).toBeUndefined();
    expect(newcomerSees(built)).toBe('[1] [2] [3]');
  });

  /** The client's part, in the least of words. */
  function apply(rows: Map<number, string>, text: string): void {
    for (const event of text.split('\n\n')) {
      const [, type = '', data = ''] = /^event: (\w+)\n(?:id: .*\n)?data: (.*)$/u.exec(event) ?? [];
      if (type === 'reset') rows.clear();
      if (type === 'removed') for (const id of JSON.parse(data)) rows.delete(id);
      if (type !== 'row' && type !== 'rows') continue;
      for (const [row, id] of data.matchAll(/\[(\d+)[^\]]*\]/gu)) rows.set(Number(id), row);
    }
  }

  it('has in the end what a newcomer gets, whenever it was away', () => {
    const step = fc.record({
      what: fc.constantFrom('say', 'say', 'remove', 'restore', 'leave', 'return'),
      ids: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.constantFrom(everyone, staff), (steps, readers) => {
        const built = build({ history: 6 });
        const channel = built.channels.of(readers);
        const rows = new Map<number, string>();
        let lastEventId: string | undefined;
        let leave: (() => void) | undefined;
        const hear = (bytes: Buffer): void => {
          const text = bytes.toString();
          lastEventId = /^id: (.*)$/mu.exec(text)?.[1] ?? lastEventId;
          apply(rows, text.slice(text.indexOf('event:'), -2).trimEnd());
        };
        const comeBack = (): void => {
          if (leave !== undefined) return;
          const { afterId, reset } = channel.resume(lastEventId);
          if (reset !== undefined) hear(reset);
          leave = channel.events.subscribe({ write: hear, end: () => undefined }, { afterId });
        };
        let lastId = 0;
        for (const { what, ids } of steps) {
          const said = ids.filter((id) => id <= lastId);
          if (what === 'say') built.say((lastId += 1));
          else if (what === 'remove') built.remove(said);
          else if (what === 'restore') built.restore(said);
          else if (what === 'return') comeBack();
          else {
            leave?.();
            leave = undefined;
          }
        }
        comeBack();
        // The page may still have older ones than newcomers get.
        const seen = [...rows].toSorted(([a], [b]) => a - b).map(([, row]) => row);
        const news = newcomerSees(built, readers);
        expect(seen.join(' ').endsWith(news)).toBe(true);
        const removed = [...rows.keys()].filter((id) => built.removals.has(id));
        if (readers.circle === 'everyone') expect(removed).toEqual([]);
      }),
    );
  });
});
