import type { Audience } from '../broadcast/audience.ts';
import type { Circle } from '../chat/readers.ts';
import type { Capcode } from '../chat/message.ts';
import { type Face, listPeople, type PeopleList, type Sighting } from '../chat/people-list.ts';
import { frameChunk } from '../live/chunked.ts';
import type { Channel } from '../live/endless-response.ts';
import { FanOut } from '../live/fan-out.ts';
import { serverSentEvent } from '../live/server-sent-event.ts';

export interface PresenceOptions {
  readonly audience: Pick<Audience, 'watching' | 'visiting'>;
  /** Everybody who has a page open. */
  open(): readonly Sighting[];
  faceOf(viewerId: string, role: Capcode | undefined): Face;
  /** Whether somebody has written here of late. */
  hasSpoken(viewerId: string): boolean;
  /** Whether something is broadcast, or about to be. */
  isOnAir(): boolean;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
  /** How often everybody else may learn something new; staff do every ten seconds, if that is more often. */
  readonly everyMs: number;
}

const staffEveryMs = 10_000;

/**
 * Who is here, at the moment of the last snapshot: all that pages, players and lists say about people comes from it. Snapshots follow a clock and not what
 * people do, so that nobody can tell from them when somebody came or went.
 */
// Threat: T38
export class Presence {
  readonly #options: PresenceOptions;
  readonly #events = new FanOut({ maxPieces: 0, maxBytes: 0 });
  readonly #timers: readonly NodeJS.Timeout[];
  #lists: Readonly<Record<Circle, PeopleList>>;
  #facts: string;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#lists = { everyone: this.#take(false), staff: this.#take(true) };
    this.#facts = JSON.stringify(this.#lists.everyone);
    const { everyMs } = options;
    this.#timers = [
      setInterval(() => this.refresh(), everyMs).unref(),
      setInterval(() => this.refreshForStaff(), Math.min(everyMs, staffEveryMs)).unref(),
    ];
  }

  /** Server-sent events for those who may see the list: how many are here, whenever the list has changed. */
  readonly events: Channel = {
    subscribe: (sink) => {
      sink.write(this.#event());
      return this.#events.subscribe(sink, 'now');
    },
  };

  /** The list as these readers may know it. */
  listFor(readers: Circle): PeopleList {
    return this.#lists[readers];
  }

  /** Takes the next snapshot for staff, of which nobody else learns anything. */
  refreshForStaff(): void {
    this.#lists = { ...this.#lists, staff: this.#take(true) };
  }

  /** Takes the next snapshot. */
  refresh(): void {
    this.#lists = { everyone: this.#take(false), staff: this.#take(true) };
    const facts = JSON.stringify(this.#lists.everyone);
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#events.publish(this.#event());
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#events.close();
  }

  #take(isForStaff: boolean): PeopleList {
    const { faceOf, hasSpoken, isOnAir } = this.#options;
    return listPeople(this.#sightings(), { faceOf, hasSpoken, isOnAir: isOnAir(), isForStaff });
  }

  #sightings(): Sighting[] {
    const { audience, open, now } = this.#options;
    const nowMs = now();
    return [
      ...audience.watching(nowMs).map((trace) => ({ ...trace, isWatching: true })),
      ...audience.visiting(nowMs).map((trace) => ({ ...trace, isWatching: false })),
      ...open(),
    ];
  }

  #event(): Buffer {
    return frameChunk(serverSentEvent('people', String(this.#lists.everyone.total)));
  }
}
