import type { Author } from '../chat/message.ts';
import type { KnownPerson } from '../chat/moderation/facts.ts';
import type { Recognised } from '../chat/moderation/sanction.ts';
import type { Requester } from '../chat/requester.ts';

/** Who is remembered: people who have written or opened the chat, the oldest go first. */
const maxPeople = 8192;
const maxCircuits = 8;

interface Recollection {
  /** The newest last. */
  readonly circuitIds: readonly number[];
  readonly isBroadcaster: boolean;
}

/** By what people can be recognised: in memory only, for as long as the server runs. */
export class People {
  readonly #authorOf: (viewerId: string) => Author;
  /** In the order of their last act. */
  readonly #traces = new Map<string, Recollection>();

  /** `authorOf`: how a viewer appears to others. */
  constructor(authorOf: (viewerId: string) => Author) {
    this.#authorOf = authorOf;
  }

  /** Remembers by which circuit somebody has come. */
  note({ viewerId, circuitId, role }: Requester): void {
    const { circuitIds, isBroadcaster } = this.#traces.get(viewerId) ?? { circuitIds: [], isBroadcaster: false };
    const others = circuitIds.filter((id) => id !== circuitId);
    this.#traces.delete(viewerId);
    this.#traces.set(viewerId, {
      circuitIds: circuitId === undefined ? others : [...others, circuitId].slice(-maxCircuits),
      isBroadcaster: isBroadcaster || role === 'broadcaster',
    });
    const [oldest] = this.#traces.size > maxPeople ? this.#traces.keys() : [];
    if (oldest !== undefined) this.#traces.delete(oldest);
  }

  /** All that is known of somebody. */
  known(viewerId: string): KnownPerson {
    const { name, tag, tripcode } = this.#authorOf(viewerId);
    const trace = this.#traces.get(viewerId);
    return {
      label: tag === undefined ? name : `${name} #${tag}`,
      ...(tripcode === undefined ? {} : { tripcode }),
      ...(trace?.isBroadcaster === true ? { isBroadcaster: true } : {}),
      circuitIds: trace?.circuitIds ?? [],
    };
  }

  /** What a sanction or an appointment could hold on to. */
  recognise({ viewerId, circuitId }: Pick<Requester, 'viewerId' | 'circuitId'>): Recognised {
    const { tripcode } = this.#authorOf(viewerId);
    return {
      viewerId,
      ...(circuitId === undefined ? {} : { circuitId }),
      ...(tripcode === undefined ? {} : { tripcode }),
    };
  }
}
