import type { Sample } from './watcher.ts';
import { quantile } from './statistics.ts';

/** How a span of watching went. */
export interface Playback {
  /** How often the picture stood still for longer than `stillMs`, unless there was sound alone. */
  readonly rebuffers: number;
  /** For how long in total, beyond what is between two pictures anyway. */
  readonly rebufferMs: number;
  /** How long there was sound without a picture: a rendition of its own. */
  readonly soundAloneMs: number;
}

/** Below this a pause is what sampling and slow drawing make of a moving picture. */
const stillMs = 500;

/** What happened to the picture from the first sample to the last. */
export function playbackOf(samples: readonly Sample[]): Playback {
  let rebuffers = 0;
  let rebufferMs = 0;
  let soundAloneMs = 0;
  let moved = samples[0];
  let before = samples[0];
  const settle = (atMs: number): void => {
    const stoodMs = atMs - (moved?.atMs ?? atMs);
    if (stoodMs <= stillMs) return;
    rebuffers += 1;
    rebufferMs += stoodMs;
  };
  for (const sample of samples) {
    const hasSoundAlone = sample.height === 0 && before?.height === 0 && sample.position > before.position;
    if (hasSoundAlone) soundAloneMs += sample.atMs - (before?.atMs ?? sample.atMs);
    const hasMoved = !Number.isNaN(sample.shownMs) && sample.shownMs !== moved?.shownMs;
    if (hasMoved || hasSoundAlone) {
      settle(sample.atMs);
      moved = sample;
    }
    before = sample;
  }
  settle(before?.atMs ?? 0);
  return { rebuffers, rebufferMs, soundAloneMs };
}

/** Latencies of what could be read. */
export function latenciesOf(samples: readonly Sample[]): number[] {
  return samples.map(({ latencyMs }) => latencyMs).filter((latency) => !Number.isNaN(latency));
}

/** The latency with half of the samples below it. */
export function medianLatency(samples: readonly Sample[]): number {
  return quantile(latenciesOf(samples), 0.5);
}

/**
 * When latency was normal again and stayed so for `calmMs`, as milliseconds after `fromMs`; NaN if it never was. A span without a picture is not normal.
 */
export function recoveredAfter(samples: readonly Sample[], fromMs: number, normalMs: number, calmMs = 2000): number {
  let sinceMs = Number.NaN;
  for (const { atMs, latencyMs } of samples) {
    if (atMs < fromMs) continue;
    if (Number.isNaN(latencyMs) || latencyMs > normalMs) sinceMs = Number.NaN;
    else if (Number.isNaN(sinceMs)) sinceMs = atMs;
    if (atMs - sinceMs >= calmMs) return sinceMs - fromMs;
  }
  return Number.NaN;
}
