import { describe, expect, it } from 'vitest';
import { madeFragment, millisecondTracks } from '../../test/support/made-fragments.ts';
import { parseFragment } from '../mp4/fragment.ts';
import { type PlayedFragment, PlayOut, type Slate } from './play-out.ts';

const slateFragments = (kind: 'video' | 'audio') =>
  Array.from({ length: 10 }, (_, index) =>
    madeFragment(kind, { start: index * 100, keyframe: index === 0, text: 'S' }),
  );
const [firstPicture, ...pictures] = slateFragments('video');
const [firstSilence, ...silence] = slateFragments('audio');
if (firstPicture === undefined || firstSilence === undefined) throw new Error('no slate');
const slate: Slate = { video: [firstPicture, ...pictures], audio: [firstSilence, ...silence] };

/** A player with a buffer, what goes in and what comes out, by a clock of its own. */
class Playing {
  readonly playOut: PlayOut;
  readonly played: { kind: string; start: number; end: number; text: string; keyframe: boolean; atMs: number }[] = [];
  nowMs = 0;
  #sentMs = 0;

  constructor(bufferSeconds: number, maxBytes = 2 ** 20) {
    this.playOut = new PlayOut({ bufferSeconds, tracks: millisecondTracks, maxBytes });
    this.playOut.setSlate(slate);
  }

  /** Time passes in tenths of a second, in which a publisher whose clock shows `fromMs` sends `text`; none sends nothing. */
  pass(ms: number, sends?: { fromMs: number; text: string }): void {
    if (sends !== undefined) this.#sentMs = sends.fromMs;
    for (let passed = 0; passed < ms; passed += 100) {
      if (sends !== undefined) this.send(sends.text);
      this.nowMs += 100;
      if (this.playOut.state === 'filling' && this.playOut.isFull) this.playOut.start(this.nowMs);
      this.#take(this.playOut.take(this.nowMs));
    }
  }

  send(text: string): void {
    const start = this.#sentMs;
    this.playOut.push(madeFragment('video', { start, keyframe: start % 1000 === 0, text }));
    this.playOut.push(madeFragment('audio', { start, text }));
    this.#sentMs += 100;
  }

  /** What was played of a track, one letter a tenth of a second. */
  text(kind = 'video'): string {
    return this.played.flatMap((piece) => (piece.kind === kind ? [piece.text] : [])).join('');
  }

  /** Where one piece does not begin at the end of the one before. */
  holes(kind = 'video'): number[] {
    const track = this.played.filter((piece) => piece.kind === kind);
    return track.flatMap(({ start }, index) => (index > 0 && start !== track[index - 1]?.end ? [start] : []));
  }

  #take(played: readonly PlayedFragment[]): void {
    for (const { bytes, keyframe } of played) {
      const kind = bytes.readUInt32BE(bytes.indexOf('tfhd') + 8) === 1 ? 'video' : 'audio';
      const { id } = millisecondTracks[kind];
      const track = { id, kind, timescale: 1000, defaults: { duration: 0, size: 0, flags: 0 }, codec: 'none' } as const;
      const [found] = parseFragment(bytes, [track]).tracks;
      const [sample] = found?.samples ?? [];
      if (found === undefined || sample === undefined) throw new Error('nothing in it');
      const { decodeTime: start, duration } = found;
      const text = bytes.toString('latin1', sample.start, sample.end);
      this.played.push({ kind, start, end: start + duration, text, keyframe, atMs: this.nowMs });
    }
  }
}

describe('T24 the play-out buffer', () => {
  it('plays what came after as long as it is to be held back, on a timeline that begins at zero', () => {
    const playing = new Playing(3);
    playing.pass(6000, { fromMs: 50_000, text: 'a' });
    const [first] = playing.played;
    expect(first).toMatchObject({ start: 0, atMs: 3000, keyframe: true });
    expect(playing.text()).toBe('a'.repeat(31));
    expect(playing.playOut.bufferedSeconds).toBeCloseTo(2.9);
    expect([playing.holes('video'), playing.holes('audio')]).toEqual([[], []]);
  });

  it('shows nothing of a cut that is shorter than the buffer, though the publisher begins anew after it', () => {
    const playing = new Playing(3);
    playing.pass(5000, { fromMs: 0, text: 'a' });
    playing.pass(2500);
    playing.playOut.beginStream();
    playing.pass(5000, { fromMs: 777_000, text: 'b' });
    expect(playing.text()).toMatch(/^a{50}b+$/);
    expect([playing.holes('video'), playing.holes('audio')]).toEqual([[], []]);
    expect(playing.playOut.state).toBe('playing');
    // Nothing waited either: each piece was played when it was due.
    expect(new Set(playing.played.map(({ atMs, start }) => atMs - start))).toEqual(new Set([3000]));
  });

  it('shows a slate when there is nothing left, then what comes, once enough is held back again, with no hole on the timeline', () => {
    const playing = new Playing(2);
    playing.pass(4000, { fromMs: 0, text: 'a' });
    playing.pass(8000);
    expect(playing.playOut.state).toBe('slate');
    playing.playOut.beginStream();
    playing.pass(6000, { fromMs: 5000, text: 'b' });
    expect(playing.text()).toMatch(/^a{40}S{60,}b{30,}$/);
    expect(playing.holes()).toEqual([]);
    const changes = playing.played.filter(({ kind }) => kind === 'video');
    const atSlate = changes.findIndex(({ text }) => text === 'S');
    const atLive = changes.findIndex(({ text }) => text === 'b');
    expect([changes[atSlate]?.keyframe, changes[atLive]?.keyframe]).toEqual([true, true]);
    // Sound may miss less than a piece where one gives way to the other.
    expect(playing.holes('audio').length).toBeLessThanOrEqual(1);
  });

  it('plays nothing twice and nothing old after a slate', () => {
    const playing = new Playing(2);
    playing.pass(3000, { fromMs: 0, text: 'a' });
    playing.pass(5000);
    playing.pass(1000, { fromMs: 3000, text: 'b' });
    playing.pass(5000);
    playing.playOut.beginStream();
    playing.pass(5000, { fromMs: 0, text: 'c' });
    expect(playing.text()).toMatch(/^a+S+c+$/);
  });

  it('takes in no more than its surplus: what is older goes, at a keyframe', () => {
    const playing = new Playing(2);
    playing.pass(3000, { fromMs: 0, text: 'a' });
    for (let index = 0; index < 400; index += 1) playing.send('a');
    expect(playing.playOut.bufferedSeconds).toBeLessThanOrEqual(17.2);
    const small = new Playing(2, 2000);
    for (let index = 0; index < 1000; index += 1) small.send('a'.repeat(100));
    expect(small.playOut.bufferedSeconds).toBeLessThan(2);
  });

  it('without a buffer plays at once, and waits a second before it shows the slate', () => {
    const playing = new Playing(0);
    playing.pass(1000, { fromMs: 0, text: 'a' });
    expect(playing.text()).toHaveLength(10);
    playing.pass(900);
    expect(playing.playOut.state).toBe('playing');
    playing.pass(300);
    expect(playing.playOut.state).toBe('slate');
    expect(playing.text()).toMatch(/^a{10}S{12}$/);
  });

  it('makes up for nothing after the machine has slept', () => {
    const playing = new Playing(0);
    playing.pass(1000, { fromMs: 0, text: 'a' });
    playing.nowMs += 3_600_000;
    playing.pass(1000);
    expect(playing.text().length).toBeLessThan(35);
  });

  it('leaves out sound from before the picture, and goes on where a clock at home jumps at a keyframe', () => {
    const playing = new Playing(0);
    playing.playOut.push(madeFragment('audio', { start: 900, text: 'x' }));
    playing.pass(1000, { fromMs: 1000, text: 'a' });
    playing.pass(1000, { fromMs: 90_000, text: 'b' });
    expect(playing.text()).toBe('a'.repeat(10) + 'b'.repeat(10));
    expect(playing.text('audio')).toBe(playing.text());
    expect([playing.holes('video'), playing.holes('audio')]).toEqual([[], []]);
  });
});
