import { describe, expect, it } from 'vitest';
import { MediaFeed } from './media-feed.ts';

const limits = { maxKeptBytes: 100, maxWaitingBytes: 100 };

function feed(): MediaFeed {
  const made = new MediaFeed(limits);
  made.setHead(Buffer.from('H'));
  return made;
}

function write(to: MediaFeed, text: string, keyframe = false): void {
  to.write(Buffer.from(text), { keyframe });
}

/** What waits for a reader now. */
function waiting(reader: { read(): Buffer | null }): string {
  return reader.read()?.toString() ?? '';
}

describe('a media feed', () => {
  it('gives a reader the head, what was kept since the last keyframe, and what comes', () => {
    const media = feed();
    for (const [text, keyframe] of [
      ['K1', true],
      ['a', false],
      ['K2', true],
      ['b', false],
    ] as const)
      write(media, text, keyframe);
    const reader = media.open();
    write(media, 'c');
    expect(waiting(reader)).toBe('HK2bc');
  });

  it('makes a reader wait for a keyframe if none was kept', () => {
    const media = feed();
    write(media, 'a');
    const reader = media.open();
    write(media, 'b');
    expect(waiting(reader)).toBe('');
    write(media, 'K', true);
    write(media, 'c');
    expect(waiting(reader)).toBe('HKc');
  });

  it('feeds only the newest reader and ends the one before', async () => {
    const media = feed();
    write(media, 'K', true);
    const first = media.open();
    const second = media.open();
    write(media, 'a');
    expect((await first.toArray()).join('')).toBe('HK');
    expect(waiting(second)).toBe('HKa');
  });

  it('goes on with another reader after one was destroyed', () => {
    const media = feed();
    write(media, 'K', true);
    media.open().destroy();
    write(media, 'a');
    expect(waiting(media.open())).toBe('HKa');
  });

  it('drops what a reader does not take beyond the limit, up to the next keyframe, and counts it', () => {
    const media = feed();
    const reader = media.open();
    write(media, 'K', true);
    write(media, 'x'.repeat(98));
    expect(media.dropped).toBe(0);
    write(media, 'y');
    expect(waiting(reader)).toBe(`HK${'x'.repeat(98)}`);
    write(media, 'z');
    write(media, 'L', true);
    write(media, 'a');
    expect(waiting(reader)).toBe('La');
    expect(media.dropped).toBe(2);
  });

  it('keeps as much as the limit and forgets everything with one byte more', () => {
    const media = feed();
    write(media, 'K', true);
    write(media, 'x'.repeat(99));
    expect(waiting(media.open())).toHaveLength(101);
    write(media, 'y');
    expect(waiting(media.open())).toBe('');
  });

  it('ends the reader when the head changes, and starts the next one at a keyframe after it', async () => {
    const media = feed();
    write(media, 'K', true);
    const reader = media.open();
    media.setHead(Buffer.from('H'));
    write(media, 'a');
    media.setHead(Buffer.from('I'));
    expect((await reader.toArray()).join('')).toBe('HKa');
    const next = media.open();
    write(media, 'b');
    write(media, 'L', true);
    expect(waiting(next)).toBe('IL');
  });

  it('ends the reader, and every later one, with the publisher', async () => {
    const media = feed();
    write(media, 'K', true);
    const reader = media.open();
    media.end();
    media.end();
    write(media, 'a');
    expect((await reader.toArray()).join('')).toBe('HK');
    expect(await media.open().toArray()).toEqual([]);
  });
});
