import { setTimeout as wait } from 'node:timers/promises';

/** How fast a body may leave. */
export interface Pace {
  /** So much at once. */
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
}

/**
 * The same bytes, no faster than the pace: whoever watches a recording, or saves it, must not take the line from those who watch live. Time in which nobody
 * reads is made good later, up to one burst.
 */
export async function* pacedBody(
  body: AsyncIterable<Buffer>,
  { burstBytes, bytesPerSecond }: Pace,
  now: () => number = () => performance.now(),
): AsyncGenerator<Buffer, void, undefined> {
  let allowance = burstBytes;
  let lastMs = now();
  for await (const bytes of body) {
    const nowMs = now();
    allowance = Math.min(burstBytes, allowance + ((nowMs - lastMs) / 1000) * bytesPerSecond) - bytes.length;
    lastMs = nowMs;
    if (allowance < 0) await wait((-allowance / bytesPerSecond) * 1000);
    yield bytes;
  }
}
