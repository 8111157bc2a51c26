import { performance } from 'node:perf_hooks';
import { type Pressure, PressureGauge } from '../admission/pressure.ts';

export interface LoadWatchOptions {
  /** Established viewers lost since the last call, and how many are served now. */
  viewers(): { readonly lost: number; readonly served: number };
  readonly everyMs?: number;
}

const defaultEveryMs = 5000;

/** Samples the load of this process, every five seconds. */
export class LoadWatch {
  readonly #gauge = new PressureGauge();
  readonly #timer: NodeJS.Timeout;

  constructor({ viewers, everyMs = defaultEveryMs }: LoadWatchOptions) {
    let last = performance.eventLoopUtilization();
    this.#timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.#gauge.take({ loop: performance.eventLoopUtilization(now, last).utilization, ...viewers() });
      last = now;
    }, everyMs).unref();
  }

  get pressure(): Pressure {
    return this.#gauge.pressure;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
