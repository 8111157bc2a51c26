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
  /** Whether something is broadcast, or about to be. */
  isOnAir(): boolean;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
  readonly everyMs: number;
}

/**
 * Who is here, at the moment of the last snapshot: all that pages, players and lists say about people comes from it. Snapshots follow a clock and not what
 * people do, so that nobody can tell from them when somebody came or went.
 */
// Threat: T38
export class Presence {
  readonly #options: PresenceOptions;
  readonly #events = new FanOut({ maxPieces: 0, maxBytes: 0 });
  readonly #timer: NodeJS.Timeout;
  #lists: Readonly<Record<Circle, PeopleList>>;
  #facts: string;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#lists = this.#take();
    this.#facts = JSON.stringify(this.#lists);
    this.#timer = setInterval(() => this.refresh(), options.everyMs);
    this.#timer.unref();
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

  /** Takes the next snapshot. */
  refresh(): void {
    this.#lists = this.#take();
    const facts = JSON.stringify(this.#lists);
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#events.publish(this.#event());
  }

  close(): void {
    clearInterval(this.#timer);
    this.#events.close();
  }

  #take(): Readonly<Record<Circle, PeopleList>> {
    const { faceOf, isOnAir } = this.#options;
    const sightings = this.#sightings();
    const shared = { faceOf, isOnAir: isOnAir() };
    return {
      everyone: listPeople(sightings, { ...shared, isForStaff: false }),
      staff: listPeople(sightings, { ...shared, isForStaff: true }),
    };
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
