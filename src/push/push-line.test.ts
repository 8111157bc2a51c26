import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectedPair, encodeAtHome, type HomeMedia } from '../../test/support/line-publisher.ts';
import { patience } from '../../test/support/patience.ts';
import { machineClock } from '../ingest/ingest-clock.ts';
import { LineIngest } from '../ingest/line-ingest.ts';
import { Backlog } from '../split/backlog.ts';
import { parsePublisherKey, serverKeysFrom } from '../split/publisher-key.ts';
import { type LineNews, PushLine, pushTimes } from './push-line.ts';
import { PushTap } from './push-tap.ts';

const keys = serverKeysFrom(Buffer.alloc(32, 3));
const frameBytes = 8000;

let media: HomeMedia;

/** A publisher and its server, joined in memory, with the line between them in our hands. */
class Both {
  readonly news: LineNews[] = [];
  readonly sizes: number[] = [];
  readonly ingest: LineIngest;
  readonly line: PushLine;
  readonly tap: PushTap;
  refusal: string | undefined;
  #line: Duplex | undefined;

  constructor(key = keys.publisherKey) {
    this.ingest = new LineIngest({
      ...{ keys, bufferMs: 60_000, patienceMs: 60_000, startDelayMs: 0, stopDelayMs: 0, clock: machineClock },
      gate: { begin: () => 'accepted', end: () => undefined },
      once: () => randomBytes(32),
      chance: () => 0,
      makeSlate: async () => undefined,
      onReport: () => undefined,
      onTrouble: () => undefined,
    });
    const own = parsePublisherKey(key);
    if (own === undefined) throw new Error('not a key');
    const backlog = new Backlog({ maxSeconds: 60, maxBytes: 2 ** 24 });
    this.line = new PushLine({
      dial: async () => this.#dial(),
      keys: own,
      session: randomBytes(16),
      ...{ frameBytes, backlog, times: { ...pushTimes, retryMs: 20 } },
      now: () => performance.now(),
      once: () => randomBytes(32),
      onNews: (news) => this.news.push(news),
    });
    this.tap = new PushTap('home', backlog, (isLive) => this.line.setLive(isLive));
  }

  /** Breaks the line. */
  cut(): void {
    this.#line?.destroy();
  }

  async until(state: LineNews['state'], count = 1): Promise<void> {
    const seen = () => this.news.filter((news) => news.state === state).length;
    await vi.waitUntil(() => seen() >= count, patience);
  }

  async close(): Promise<void> {
    await this.line.close();
    this.ingest.close();
  }

  #dial(): Duplex {
    if (this.refusal !== undefined) throw new Error(this.refusal);
    const [here, there] = connectedPair();
    const write = here.write.bind(here);
    here.write = (bytes: Buffer, ...rest: never[]) => {
      this.sizes.push(bytes.length);
      return write(bytes, ...rest);
    };
    this.#line = here;
    this.ingest.accept(there);
    return here;
  }
}

let both: Both | undefined;

function openBoth(key?: string): Both {
  both = new Both(key);
  return both;
}

afterEach(async () => await both?.close());

beforeAll(async () => {
  media = await encodeAtHome(3);
});

describe("the publisher's end of a line", () => {
  it('T23 sends frames of one size alone, with a broadcast and without', async () => {
    const { line, sizes, tap, ...rest } = openBoth();
    line.open();
    await expect.poll(() => sizes.length, patience).toBeGreaterThan(5);
    tap.begin('home', { bytes: media.init, codecs: [] });
    for (const piece of media.pieces) tap.push('home', piece);
    const before = sizes.length;
    await expect.poll(() => sizes.length, patience).toBeGreaterThan(before + 5);
    tap.finish();
    await expect.poll(() => sizes.length, patience).toBeGreaterThan(before + 10);
    // The hello is of another size, once.
    expect(new Set(sizes.slice(1))).toEqual(new Set([frameBytes]));
    expect(rest.news.map(({ state }) => state)).toEqual(['connecting', 'sending']);
  });

  it('goes on after a break where the server says', async () => {
    const pair = openBoth();
    pair.tap.begin('home', { bytes: media.init, codecs: [] });
    for (const piece of media.pieces) pair.tap.push('home', piece);
    pair.line.open();
    await pair.until('sending');
    await expect.poll(() => pair.sizes.length, patience).toBeGreaterThan(4);
    pair.cut();
    await pair.until('resumed');
    expect(pair.news.map(({ state }) => state)).toEqual(['connecting', 'sending', 'lost', 'connecting', 'resumed']);
  });

  it('says in plain words why it is not taken, and tries again', async () => {
    const stranger = openBoth(serverKeysFrom(Buffer.alloc(32, 9)).publisherKey);
    stranger.line.open();
    await stranger.until('lost', 2);
    expect(stranger.news[1]).toMatchObject({ reason: expect.stringContaining('does not take this key') });
    stranger.refusal = 'The server cannot be found.';
    await expect.poll(() => stranger.news.at(-1), patience).toMatchObject({ reason: stranger.refusal });
    expect(JSON.stringify(stranger.news)).not.toContain(keys.publisherKey);
  });

  it('says goodbye and closes, also while it is not connected', async () => {
    const pair = openBoth();
    pair.line.open();
    await pair.until('sending');
    await pair.close();
    await pair.close();
    expect(pair.news.at(-1)).toEqual({ state: 'sending' });
    const alone = openBoth();
    alone.refusal = 'nobody there';
    alone.line.open();
    await alone.until('lost');
    await alone.close();
  });
});
