import type { TripcodeMark } from '../chat/message.ts';
import { classicTripcode, secureTripcode } from '../identity/tripcode.ts';
import { WorkLane } from '../identity/work-lane.ts';

export interface TripcodeMakerOptions {
  /** What makes the tripcodes of this server unlike those of any other; with another one everybody has another. */
  readonly secret: Uint8Array;
  /** Whether `#password` gives the classic, weak kind. */
  readonly allowsClassic: boolean;
}

/** One is made at a time; so many may be in the lane. */
const maxWaiting = 9;
/** When to come back to a full lane: it is empty by then. */
export const tripcodeBusyWaitMs = 2000;

/** Makes tripcodes of passwords, off the main thread and never many at once: each costs 70 ms of a core and 32 MiB. */
export class TripcodeMaker {
  readonly #options: TripcodeMakerOptions;
  readonly #lane = new WorkLane(maxWaiting);

  constructor(options: TripcodeMakerOptions) {
    this.#options = options;
  }

  /** Whether `#password` gives the classic, weak kind. */
  get allowsClassic(): boolean {
    return this.#options.allowsClassic;
  }

  /** The tripcode of a password that keeps the rules; undefined if too many are waiting. */
  async make(password: string): Promise<TripcodeMark | undefined> {
    const { secret, allowsClassic } = this.#options;
    const isClassic = allowsClassic && password.startsWith('#');
    const made = await this.#lane.run(async () =>
      isClassic ? classicTripcode(password.slice(1)) : secureTripcode(password, secret),
    );
    return made?.value;
  }
}
