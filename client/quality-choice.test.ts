import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RenditionInfo } from '../src/broadcast/stream-state.ts';
import { LinkMeter } from './link-meter.ts';
import { QualityChoice, suffers } from './quality-choice.ts';

const ladder: readonly RenditionInfo[] = [
  { name: '720p', codec: 'h264', mimeType: 'video/mp4', height: 720, bandwidth: 1_264_000 },
  { name: '480p', codec: 'h264', mimeType: 'video/mp4', height: 480, bandwidth: 664_000 },
  { name: '360p', codec: 'h264', mimeType: 'video/mp4', height: 360, bandwidth: 364_000 },
  { name: '240p', codec: 'h264', mimeType: 'video/mp4', height: 240, bandwidth: 214_000 },
  { name: 'audio', codec: 'none', mimeType: 'video/mp4', bandwidth: 64_000 },
];
const bandwidthOf = (name: string): number => ladder.find((each) => each.name === name)?.bandwidth ?? 0;

/** What happened to a viewer, with the time in seconds. */
interface Change {
  readonly at: number;
  readonly to: string;
}

/**
 * A viewer on a simulated link: media is made in real time, waits for the link, and arrives as the link carries it; `bitsAt` is its width at a time, 0 while it
 * stands still. A better rendition is tried beside the old one, as the player does it, and joined at a keyframe, if it arrives in time.
 */
class SimulatedViewer {
  readonly changes: Change[] = [];
  readonly #choice = new QualityChoice();
  readonly #meter = new LinkMeter();
  readonly #bitsAt: (at: number) => number;
  #rendition: string;
  #now = 100;
  /** Bits that wait before the link. */
  #queued = 0;
  #arrivedTo = 100;
  #trial: { readonly to: string; readonly since: number; readonly lateBefore: number } | undefined;

  constructor(rendition: string, bitsAt: (at: number) => number) {
    this.#rendition = rendition;
    this.#bitsAt = bitsAt;
  }

  get rendition(): string {
    return this.#rendition;
  }

  run(seconds: number): this {
    for (let step = 0; step < seconds * 20; step += 1) this.#step(step);
    return this;
  }

  #step(step: number): void {
    this.#now += 0.05;
    const rate = bandwidthOf(this.#rendition) + (this.#trial === undefined ? 0 : bandwidthOf(this.#trial.to));
    this.#queued += rate * 0.05;
    const carried = Math.min(this.#queued, this.#bitsAt(this.#now - 100) * 0.05);
    this.#queued -= carried;
    if (carried > 0) {
      this.#arrivedTo = this.#now - this.#queued / rate;
      const bytes = (carried * (bandwidthOf(this.#rendition) / rate)) / 8;
      this.#meter.add({ at: this.#now, bytes, end: this.#arrivedTo });
    }
    if (step % 5 === 0) this.#decide();
  }

  #decide(): void {
    const view = this.#meter.view(this.#now);
    const trial = this.#trial;
    if (trial !== undefined && view !== undefined && suffers(view, trial.lateBefore)) {
      this.#trial = undefined;
      this.#queued /= 2;
      this.#choice.upFailed(this.#now, trial.to);
    } else if (trial !== undefined && this.#now - trial.since > 2) {
      this.#trial = undefined;
      this.#choice.changed(this.#now, 'up', this.#rendition, trial.to);
      this.#change(trial.to);
    }
    const verdict = this.#choice.decide(this.#now, view, ladder, this.#rendition);
    if (verdict.kind === 'down') {
      this.#choice.changed(this.#now, 'down', this.#rendition, verdict.to.name);
      this.#trial = undefined;
      // The old response ends, and what waited for the link with it; the new one begins with its latest keyframe.
      this.#queued = verdict.to.bandwidth / 2;
      this.#meter.pause();
      this.#change(verdict.to.name);
    } else if (verdict.kind === 'up') {
      this.#trial ??= { to: verdict.to.name, since: this.#now, lateBefore: view?.late ?? 0 };
    }
  }

  #change(to: string): void {
    this.#rendition = to;
    this.changes.push({ at: this.#now - 100, to });
  }
}

describe('choosing the quality', () => {
  it('goes up step by step to the best that a wide link carries', () => {
    const { changes } = new SimulatedViewer('360p', () => 4_000_000).run(60);
    expect(changes.map(({ to }) => to)).toEqual(['480p', '720p']);
    expect(changes.at(-1)?.at).toBeLessThan(25);
  });

  it('goes down within three seconds, at once to what the link carries', () => {
    const viewer = new SimulatedViewer('720p', (at) => (at < 20 ? 3_000_000 : 300_000)).run(40);
    expect(viewer.changes[0]?.to).toBe('240p');
    expect((viewer.changes[0]?.at ?? 99) - 20).toBeLessThan(3);
  });

  it('takes sound alone where no picture fits, and comes back to a picture', () => {
    const { changes } = new SimulatedViewer('240p', (at) => (at < 60 ? 80_000 : 2_000_000)).run(120);
    expect(changes[0]?.to).toBe('audio');
    expect(changes.find(({ at }) => at > 60)?.to).toBe('240p');
  });

  it('lets a silence pass, whatever its length', () => {
    for (const silence of [0.5, 1, 3]) {
      const bitsAt = (at: number): number => (at > 20 && at < 20 + silence ? 0 : 1_200_000);
      expect(new SimulatedViewer('480p', bitsAt).run(24).changes).toEqual([]);
    }
  });

  it('does not take jitter for slowness, and finds calm in it', () => {
    const jittery = (at: number): number => (Math.floor(at * 4) % 5 === 0 ? 0 : 4_000_000);
    expect(new SimulatedViewer('480p', jittery).run(60).changes.map(({ to }) => to)).toEqual(['720p']);
  });

  it('does not blame the link where the server says that it is late itself', () => {
    const lateLadder = ladder.map((each) => (each.name === '360p' ? { ...each, isLate: true as const } : each));
    const verdicts = (renditions: readonly RenditionInfo[]): Set<string> => {
      const choice = new QualityChoice();
      const meter = new LinkMeter();
      const seen = new Set<string>();
      // Two thirds of real time.
      for (let at = 0; at < 30; at += 0.15) {
        meter.add({ at, bytes: 4000, end: (at * 2) / 3 });
        seen.add(choice.decide(at, meter.view(at), renditions, '360p').kind);
      }
      expect(choice.cutOff(meter.view(30), renditions, '360p')?.name).toBe(renditions === ladder ? '240p' : undefined);
      return seen;
    };
    expect(verdicts(lateLadder)).toEqual(new Set(['stay']));
    expect(verdicts(ladder)).toContain('down');
  });

  it('takes back at once what the link plainly does not carry, and waits long before it tries again', () => {
    const { changes } = new SimulatedViewer('360p', (at) => (at < 20 ? 1_500_000 : 300_000)).run(80);
    const narrow = changes.filter(({ at }) => at > 20);
    expect(narrow[0]?.to).toBe('240p');
    expect(narrow.filter(({ to }) => to === '360p').length).toBeLessThanOrEqual(1);
  });

  it('on a link that does not change goes up and down at most once each, and ends with what fits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 90_000, max: 3_000_000 }),
        fc.constantFrom(...ladder.map(({ name }) => name)),
        (bits, start) => {
          const viewer = new SimulatedViewer(start, () => bits).run(400);
          const names = viewer.changes.map(({ to }) => to);
          const turns = names.filter((name, index) => {
            const steps = [names[index - 2] ?? start, names[index - 1] ?? start, name].map(bandwidthOf);
            const [before = 0, between = 0, after = 0] = steps;
            return index > 0 && (between - before) * (after - between) < 0;
          });
          expect(turns.length).toBeLessThanOrEqual(1);
          expect(bandwidthOf(viewer.rendition)).toBeLessThanOrEqual(Math.max(bits, 64_000) * 1.05);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('tries ever more rarely what has failed', () => {
    // Wide enough for both at times, never for long: the worst there is for whoever tries.
    const bitsAt = (at: number): number => (at % 12 < 8 ? 1_500_000 : 380_000);
    const { changes } = new SimulatedViewer('360p', bitsAt).run(1200);
    const ups = changes.filter(({ to }) => to === '480p').map(({ at }) => at);
    expect(ups.filter((at) => at > 600).length).toBeLessThanOrEqual(4);
    expect(changes.length).toBeLessThanOrEqual(24);
  });
});

describe('measuring a link', () => {
  it('knows nothing before something has come', () => {
    expect(new LinkMeter().view(1)).toBeUndefined();
  });

  it('tells keeping up from falling behind and from standing still', () => {
    const meter = new LinkMeter();
    for (let at = 0; at < 10; at += 0.1) meter.add({ at, bytes: 1250, end: at });
    expect(meter.view(10)).toMatchObject({ flow: 1 });
    expect(meter.view(10)?.drain).toBeCloseTo(1, 1);
    expect(meter.view(10)?.late).toBeLessThan(0.15);
    expect(meter.view(10)?.bitsPerSecond).toBeCloseTo(100_000, -4);
    for (let at = 10; at < 14; at += 0.1) meter.add({ at, bytes: 600, end: 10 + (at - 10) / 2 });
    expect(meter.view(14)?.drain).toBeCloseTo(0.5, 1);
    expect(meter.view(14)?.late).toBeCloseTo(2, 0);
    expect(meter.view(17)).toMatchObject({ flow: 0 });
    expect(meter.view(17)?.late).toBeCloseTo(5, 0);
  });

  it('begins anew after a pause, but remembers how good the link can be', () => {
    const meter = new LinkMeter();
    for (let at = 0; at < 5; at += 0.1) meter.add({ at, bytes: 1250, end: at });
    meter.pause();
    expect(meter.view(6)).toBeUndefined();
    meter.add({ at: 7, bytes: 1250, end: 5 });
    expect(meter.view(7)).toMatchObject({ knownFor: 0 });
    expect(meter.view(7)?.late).toBeCloseTo(2);
    meter.reset();
    meter.add({ at: 8, bytes: 1250, end: 5 });
    expect(meter.view(8)?.late).toBe(0);
  });
});
