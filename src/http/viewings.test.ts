import { beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../broadcast/adaptation.ts';
import type { RenditionInfo } from '../broadcast/stream-state.ts';
import type { ClosedReason } from '../live/endless-response.ts';
import { type Media, outcomeOf, refreshSecondsAfter, Viewings } from './viewings.ts';

const key = 'a-view-key-of-22-chars';
const renditions: readonly RenditionInfo[] = [
  { name: '360p', codec: 'h264', mimeType: 'video/mp4', bandwidth: 364_000 },
  { name: '240p', codec: 'h264', mimeType: 'video/mp4', bandwidth: 214_000 },
  { name: 'audio', codec: 'none', mimeType: 'video/mp4', bandwidth: 64_000 },
];
let nowMs = 0;
let viewings: Viewings;

class Response implements Media {
  reason: ClosedReason | undefined;
  padded = 0;
  readonly #told: (reason: ClosedReason) => void;
  constructor(told: (self: Response, reason: ClosedReason) => void) {
    this.#told = (reason) => told(this, reason);
  }
  isRetired = false;
  retire(): void {
    this.isRetired = true;
  }
  pad(bytes: number): void {
    this.padded += bytes;
  }
  close(reason: ClosedReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#told(reason);
  }
}

function load(wish?: string): { document: Response; rendition: string | undefined; refreshSeconds: number } {
  const { rendition, choice, refreshSeconds } = viewings.planDocument(key, wish, renditions);
  const document = new Response((self, reason) => viewings.documentClosed(key, self, reason));
  viewings.documentOpened(key, document, rendition, choice);
  return { document, rendition, refreshSeconds };
}

function play(rendition: string): Response {
  const media = new Response((self, reason) => viewings.mediaClosed(key, self, reason, rendition, renditions));
  viewings.mediaOpened(key, media);
  return media;
}

beforeEach(() => {
  nowMs = 1_000_000;
  viewings = new Viewings({ now: () => nowMs, maxCount: 4, expiryMs: 60_000 });
});

describe('decisions', () => {
  test('slow means reload lower, resync and age mean reload, leaving and closing mean nothing', () => {
    expect(outcomeOf('slow')).toEqual({ reload: true, lower: true });
    expect(outcomeOf('resync')).toEqual({ reload: true, lower: false });
    expect(outcomeOf('too-old')).toEqual({ reload: true, lower: false });
    expect(outcomeOf('viewer-left')).toEqual({ reload: false, lower: false });
    expect(outcomeOf('closed')).toEqual({ reload: false, lower: false });
  });

  test('the wait before a reload grows with the number of recent loads', () => {
    expect([1, 4, 5, 8, 9, 100].map(refreshSecondsAfter)).toEqual([0, 0, 5, 5, 15, 15]);
  });
});

test('the starting rendition is played unless the address names another that exists', () => {
  expect(load().rendition).toBe('360p');
  expect(load('240p').rendition).toBe('240p');
  expect(load('720p').rendition).toBe('360p');
  expect(viewings.planDocument('another-key-of-its-own', 'nonsense', renditions).rendition).toBe('360p');
  expect(viewings.planDocument('another-key-of-its-own', '360p', []).rendition).toBeUndefined();
});

test('a slow viewer who leaves the choice to us is reloaded at the next lower rendition, and keeps it', () => {
  const { document } = load('auto');
  play('360p').close('slow');
  expect(document.reason).toBe('resync');
  expect(load('auto').rendition).toBe('240p');
  play('240p').close('slow');
  expect(load().rendition).toBe('audio');
  expect(load().rendition).toBe('audio');
});

test('after that, a person may choose the better one again, and go back to where we begin', () => {
  load();
  play('360p').close('slow');
  load();
  expect(load('360p').rendition).toBe('360p');
  load('240p');
  expect(load('auto').rendition).toBe('360p');
});

test('what a person has chosen is kept when it is too much, and the next document says that it was', () => {
  load('360p');
  play('360p').close('slow');
  const again = viewings.planDocument(key, '360p', renditions);
  expect(again).toMatchObject({ rendition: '360p', choice: '360p', isBehind: true });
  load('360p');
  expect(viewings.planDocument(key, '360p', renditions).isBehind).toBe(false);
});

test('where the server adapts nothing, everybody keeps what they have', () => {
  viewings = new Viewings({ now: () => nowMs, adapts: false });
  load();
  const media = play('360p');
  viewings.judged(key, media, { kind: 'slow', share: 0.5 }, '360p', renditions);
  expect(media.reason).toBeUndefined();
  media.close('slow');
  expect(load().rendition).toBe('360p');
});

describe('adapting', () => {
  const slow = { kind: 'slow', share: 0.7 } as const;
  const calm = { kind: 'fine', calmMs: 600_000, lagMs: 0, peakMs: 0 } as const;
  let shown: string[];

  /** A document that can take another picture. */
  function loadScreen(wish?: string): Response {
    const { rendition, choice } = viewings.planDocument(key, wish, renditions);
    const response = new Response((self, reason) => viewings.documentClosed(key, self, reason));
    const screen = Object.assign(response, {
      show: (name: string, layer: number): void => {
        shown.push(`${name} ${layer}`);
      },
    });
    viewings.documentOpened(key, screen, rendition, choice);
    return response;
  }

  function judge(media: Response, rendition: string, verdict: Verdict): void {
    viewings.judged(key, media, verdict, rendition, renditions);
    nowMs += 1000;
  }

  beforeEach(() => {
    shown = [];
  });

  test('puts the picture of a lower rendition over the one that is too much, and ends that one alone', () => {
    const screen = loadScreen();
    const media = play('360p');
    judge(media, '360p', slow);
    expect([shown, media.isRetired, media.reason, screen.reason]).toEqual([['240p 1'], true, undefined, undefined]);
    judge(play('240p'), '240p', slow);
    expect(shown).toEqual(['240p 1', 'audio 2']);
  });

  test('reloads a document that cannot take another picture, and one that holds many', () => {
    const { document } = load();
    judge(play('360p'), '360p', slow);
    expect(document.reason).toBe('resync');
    const screen = loadScreen();
    for (let count = 0; count < 6; count += 1) judge(play('360p'), '360p', slow);
    expect(screen.reason).toBeUndefined();
    judge(play('360p'), '360p', slow);
    expect(screen.reason).toBe('resync');
  });

  test('sends the same picture anew over one that a standstill has left behind, to those who have chosen too', () => {
    const late = { kind: 'fine', calmMs: 1000, lagMs: 50, peakMs: 3000 } as const;
    const screen = loadScreen('240p');
    const media = play('240p');
    judge(media, '240p', late);
    expect([shown, media.isRetired, screen.reason]).toEqual([['240p 1'], true, undefined]);
    judge(play('240p'), '240p', late);
    expect(shown).toEqual(['240p 1']);
  });

  test('goes up after a calm time, once the load of the higher rendition has been carried', () => {
    loadScreen();
    judge(play('360p'), '360p', slow);
    const media = play('240p');
    for (let count = 0; count < 5; count += 1) judge(media, '240p', calm);
    expect(shown).toEqual(['240p 1', '360p 2']);
    expect(media.padded).toBeGreaterThan((4 * (364_000 - 214_000)) / 8);
  });

  test('leaves alone who has chosen, who has no document, and whoever is at the best there is', () => {
    const other = play('360p');
    judge(other, '360p', slow);
    expect(other.reason).toBeUndefined();
    loadScreen('360p');
    const media = play('360p');
    judge(media, '360p', slow);
    expect(media.reason).toBeUndefined();
    loadScreen('auto');
    for (let count = 0; count < 10; count += 1) judge(media, '360p', calm);
    expect([shown, media.padded]).toEqual([[], 0]);
  });

  test('a picture that lies under another one, or whose document is on its way, is wanted no more', () => {
    const screen = loadScreen();
    judge(play('360p'), '360p', slow);
    expect([viewings.isCovered(key, 0), viewings.isCovered(key, 1)]).toEqual([true, false]);
    screen.close('resync');
    expect(viewings.isCovered(key, 1)).toBe(true);
    loadScreen();
    expect([viewings.isCovered(key, 0), viewings.isCovered('another-key-of-its-own', 0)]).toEqual([false, false]);
  });

  test("the other codec is nobody's wish before a new document has asked for the one that the browser takes", () => {
    const picture = (name: string, codec: 'h264' | 'vp9'): boolean =>
      viewings.pictureAsked(key, { name, codec, mimeType: '', bandwidth: 1 });
    expect(picture('360p-vp9', 'vp9')).toBe(true);
    loadScreen();
    expect(picture('360p', 'h264')).toBe(true);
    // What it asked for may have turned out to be more than it can.
    expect(picture('360p-vp9', 'vp9')).toBe(true);
    loadScreen();
    expect(picture('360p-vp9', 'vp9')).toBe(false);
    loadScreen('360p-vp9');
    expect([picture('360p', 'h264'), picture('360p-vp9', 'vp9')]).toEqual([true, true]);
  });

  test('who has played a picture is not told, in the next document, that it plays none', () => {
    const told: string[] = [];
    load();
    for (const rendition of renditions.slice(0, 1)) viewings.pictureAsked(key, rendition);
    Object.assign(load('audio').document, { tell: (asked: string) => told.push(asked) });
    viewings.documentAsked(key, 'unplayable');
    viewings.documentAsked(key, 'picture');
    expect(told).toEqual(['picture']);
  });

  test('a browser that asks for the rest of a picture that lies under another one is not reloaded', () => {
    const screen = loadScreen();
    viewings.documentAsked(key, 'picture');
    judge(play('360p'), '360p', slow);
    viewings.mediaLost(key, 0);
    expect(screen.reason).toBeUndefined();
    viewings.mediaLost(key, 1);
    expect(screen.reason).toBe('resync');
  });
});

test('a browser that has lost the picture of the document before this one is not reloaded again', () => {
  load().document.close('resync');
  const { document } = load();
  viewings.mediaLost(key);
  expect(document.reason).toBeUndefined();
  viewings.documentAsked(key, 'picture');
  viewings.mediaLost(key);
  expect(document.reason).toBe('resync');
});

test('the picture of a document that is to be loaded again stands until then, and that of one that was left ends', () => {
  const { document } = load();
  const media = play('360p');
  document.close('resync');
  expect([media.isRetired, media.reason]).toEqual([true, undefined]);
  const next = load();
  const other = play('360p');
  expect(media.reason).toBe('closed');
  next.document.close('viewer-left');
  expect([other.isRetired, other.reason]).toEqual([false, 'closed']);
});

test('a new encoder run reloads the document at the same rendition', () => {
  const { document } = load('240p');
  play('240p').close('resync');
  expect(document.reason).toBe('resync');
  expect(load('240p').rendition).toBe('240p');
});

test('a video that is paused or seeks does not reload the document', () => {
  const { document } = load();
  play('360p').close('viewer-left');
  const first = play('360p');
  const second = play('360p');
  expect(first.reason).toBe('closed');
  expect(second.reason).toBeUndefined();
  expect(document.reason).toBeUndefined();
});

test('when the document is left, its media ends; a late goodbye of an old document changes nothing', () => {
  const { document: old } = load();
  const { document } = load();
  expect(old.reason).toBe('closed');
  const media = play('360p');
  viewings.documentClosed(key, old, 'viewer-left');
  expect(media.reason).toBeUndefined();
  document.close('viewer-left');
  expect(media.reason).toBe('closed');
});

test('a player that reloads again and again is slowed down, and trusted again later', () => {
  const waits: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    waits.push(load().refreshSeconds);
    play('360p').close('resync');
    nowMs += 1000;
  }
  expect(waits).toEqual([0, 0, 0, 0, 5, 5, 5, 5, 15, 15]);
  nowMs += 30_000;
  expect(load().refreshSeconds).toBe(0);
});

test('documents without a picture, or with one that is gone, reload once there is something to show', () => {
  const open = (name: string, rendition: string | undefined): Response => {
    const document = new Response(() => undefined);
    viewings.documentOpened(name.repeat(16), document, rendition);
    return document;
  };
  const [waiting, gone, playing] = [open('a', undefined), open('b', '720p'), open('c', '240p')];
  viewings.renditionsChanged([]);
  expect(waiting.reason).toBeUndefined();
  viewings.renditionsChanged(['360p', '240p']);
  expect([waiting.reason, gone.reason, playing.reason]).toEqual(['resync', 'resync', undefined]);
});

describe('the strip of a first document', () => {
  function openStrip(): Response {
    const strip = new Response((self, reason) => viewings.documentClosed(key, self, reason));
    viewings.stripOpened(key, strip, '360p');
    return strip;
  }

  test('stands for the document: it ends with the media, the rest plays what is decided then', () => {
    const media = play('360p');
    const strip = openStrip();
    expect(media.reason).toBeUndefined();
    media.close('slow');
    expect(strip.reason).toBe('resync');
    const { document, rendition } = load();
    expect([rendition, document.reason]).toEqual(['240p', undefined]);
  });

  test.each<ClosedReason>(['slow', 'resync'])('ends at once when the media was lost before it came (%s)', (reason) => {
    play('360p').close(reason);
    expect(openStrip().reason).toBe('resync');
    expect(load().document.reason).toBeUndefined();
    expect(openStrip().reason).toBeUndefined();
  });

  test('ends at once when the browser has lost the media before it came, but not when it was left', () => {
    play('360p');
    viewings.mediaLost(key);
    expect(openStrip().reason).toBe('resync');
    load();
    play('360p').close('viewer-left');
    expect(openStrip().reason).toBeUndefined();
  });

  test('gives way when something stands before the picture, with its media; whole documents stay', () => {
    const media = play('360p');
    const strip = openStrip();
    viewings.pictureCovered();
    expect([strip.reason, media.isRetired]).toEqual(['resync', true]);
    const { document } = load();
    viewings.pictureCovered();
    expect(document.reason).toBeUndefined();
  });
});

test('it remembers a bounded number of views: expired and unused ones make room, used ones stay', () => {
  const { document } = load();
  for (let count = 0; count < 100; count += 1) {
    const other = `unused-${count}-`.padEnd(16, 'x');
    const media = new Response(() => undefined);
    viewings.mediaOpened(other, media);
    viewings.mediaClosed(other, media, 'viewer-left', '360p', renditions);
  }
  expect(viewings.size).toBeLessThanOrEqual(4);
  play('360p').close('slow');
  expect(document.reason).toBe('resync');
});

test('when all of them are in use, further ones are served but not tied together', () => {
  const responses = ['a', 'b', 'c', 'd', 'e'].map((name) => {
    const response = new Response(() => undefined);
    viewings.documentOpened(name.repeat(16), response, '360p');
    return response;
  });
  expect(viewings.size).toBe(4);
  expect(responses.every(({ reason }) => reason === undefined)).toBe(true);
});

test('what is not a view key is not remembered', () => {
  for (const bad of ['', 'short', 'x'.repeat(65), 'with space in the key', '__proto__']) {
    viewings.documentOpened(bad, new Response(() => undefined), '360p');
  }
  expect(viewings.size).toBe(0);
});
