import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { patience } from '../../test/support/patience.ts';
import type { StreamSnapshot } from '../broadcast/stream-state.ts';
import type { Channel } from '../live/endless-response.ts';
import { chunkPayload } from '../live/chunked.ts';
import { InfoFeed } from './info-feed.ts';

const live: StreamSnapshot = {
  ...{ state: 'live', stateSeconds: 60, uptimeSeconds: 60 },
  ...{ title: 'Harbour', viewers: 2, renditions: [], run: 1 },
};

let snapshot: StreamSnapshot;
let feed: InfoFeed;

beforeEach(() => {
  snapshot = live;
  feed = new InfoFeed({
    snapshot: () => snapshot,
    renderUpdate: ({ title, viewers }, language) => `<${language} ${title} ${viewers}>`,
    everyMs: 3_600_000,
  });
});

afterEach(() => feed.close());

test('open documents of every language hear a sign of life again and again, each under another name; script hears none', async () => {
  feed.close();
  feed = new InfoFeed({ snapshot: () => snapshot, renderUpdate: () => '', everyMs: 3_600_000, pulseMs: 5 });
  const frames = [readerOf(feed.framesIn('en')), readerOf(feed.framesIn('de'))];
  const events = readerOf(feed.events);
  const before = events.received;
  await vi.waitFor(() => {
    for (const { received } of frames) expect(received).toMatch(/lost-1\b[^]*lost-2\b/u);
  }, patience);
  expect(events.received).toBe(before);
});

/** What a reader of this channel has been sent, without the sizes of the chunks. */
function readerOf(channel: Channel): { received: string; isEnded: boolean } {
  const reader = { received: '', isEnded: false };
  channel.subscribe(
    {
      write: (framed) => {
        reader.received += chunkPayload(framed).toString();
      },
      end: () => {
        reader.isEnded = true;
      },
    },
    'now',
  );
  return reader;
}

describe('what is told of the stream', () => {
  test('is the facts of the moment to script that comes, and a new title or number to all, in their language', () => {
    const [events, english, german] = [
      readerOf(feed.events),
      readerOf(feed.framesIn('en')),
      readerOf(feed.framesIn('de')),
    ];
    expect(events.received).toBe(`event: info\ndata: ${JSON.stringify(live)}\n\n`);
    feed.update();
    events.received = '';
    english.received = '';
    german.received = '';
    snapshot = { ...live, title: 'Night\nshift', viewers: 3 };
    feed.update();
    expect(events.received).toBe(`event: info\ndata: ${JSON.stringify(snapshot)}\n\n`);
    expect(events.received.split('\n')).toHaveLength(4);
    expect([english.received, german.received]).toEqual(['<en Night\nshift 3>', '<de Night\nshift 3>']);
  });

  test('is nothing while only the clocks go on', () => {
    feed.update();
    const [events, frames] = [readerOf(feed.events), readerOf(feed.framesIn('en'))];
    events.received = '';
    snapshot = { ...live, stateSeconds: 61, uptimeSeconds: 61 };
    feed.update();
    expect([events.received, frames.received]).toEqual(['', '']);
  });

  test('is over for everybody when it closes', () => {
    const readers = [readerOf(feed.events), readerOf(feed.framesIn('en'))];
    feed.close();
    expect(readers.map(({ isEnded }) => isEnded)).toEqual([true, true]);
  });
});
