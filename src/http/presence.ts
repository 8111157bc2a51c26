import type { FastifyRequest } from 'fastify';
import type { Audience } from '../broadcast/audience.ts';
import type { Trace } from '../broadcast/person.ts';
import type { Audience as Readers } from '../chat/readers.ts';
import type { Capcode } from '../chat/message.ts';
import { type Face, listPeople, type PeopleList, type Sighting } from '../chat/people-list.ts';
import { frameChunk } from '../live/chunked.ts';
import type { Channel } from '../live/endless-response.ts';
import { FanOut } from '../live/fan-out.ts';
import type { EndlessKind, OpenResponses } from './open-responses.ts';
import { serverSentEvent } from './server-sent-event.ts';

export interface PresenceOptions {
  readonly audience: Pick<Audience, 'watching' | 'visiting'>;
  readonly responses: Pick<OpenResponses, 'opened'>;
  traceOf(request: FastifyRequest): Trace;
  roleOf(request: FastifyRequest): Capcode | undefined;
  faceOf(viewerId: string, role: Capcode | undefined): Face;
  /** Whether something is broadcast, or about to be. */
  isOnAir(): boolean;
  /** Monotonic milliseconds, the clock of the audience. */
  now(): number;
  readonly everyMs: number;
}

/** Whoever has one of these open is here. */
const hereKinds: ReadonlySet<EndlessKind> = new Set(['chat', 'events', 'player']);

/**
 * Who is here, at the moment of the last snapshot: all that pages, players and lists say about people comes from it. Snapshots follow a clock and not what
 * people do, so that nobody can tell from them when somebody came or went.
 */
// Threat: T38
export class Presence {
  readonly #options: PresenceOptions;
  readonly #events = new FanOut({ maxPieces: 0, maxBytes: 0 });
  readonly #timer: NodeJS.Timeout;
  #lists: Readonly<Record<Readers, PeopleList>>;
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
  listFor(readers: Readers): PeopleList {
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

  #take(): Readonly<Record<Readers, PeopleList>> {
    const { faceOf, isOnAir } = this.#options;
    const sightings = this.#sightings();
    const shared = { faceOf, isOnAir: isOnAir() };
    return {
      everyone: listPeople(sightings, { ...shared, isForStaff: false }),
      staff: listPeople(sightings, { ...shared, isForStaff: true }),
    };
  }

  #sightings(): Sighting[] {
    const { audience, responses, traceOf, roleOf, now } = this.#options;
    const nowMs = now();
    const open = responses.opened().filter(({ kind }) => hereKinds.has(kind));
    return [
      ...audience.watching(nowMs).map((trace) => ({ ...trace, isWatching: true })),
      ...audience.visiting(nowMs).map((trace) => ({ ...trace, isWatching: false })),
      ...open.map(({ request }) => {
        const role = roleOf(request);
        return { ...traceOf(request), isWatching: false, ...(role === undefined ? {} : { role }) };
      }),
    ];
  }

  #event(): Buffer {
    return frameChunk(serverSentEvent('people', String(this.#lists.everyone.total)));
  }
}
