import type { FastifyRequest } from 'fastify';
import type { Bus } from '../bus/port.ts';
import type { Sanction } from '../chat/moderation/sanction.ts';
import type { Requester } from '../chat/requester.ts';
import { frameChunk } from '../live/chunked.ts';
import type { OpenResponse, OpenResponses } from './open-responses.ts';
import { serverSentEvent } from '../live/server-sent-event.ts';

export interface StandingWatchOptions {
  readonly bus: Pick<Bus, 'subscribe'>;
  readonly responses: Pick<OpenResponses, 'opened'>;
  requesterOf(request: FastifyRequest): Requester;
  standingOf(requester: Requester): Sanction | undefined;
  /** A line of the endless chat document that tells one person what holds against them now. */
  renderNotice(request: FastifyRequest, sanction: Sanction): string;
  /** A line that takes the one about this sanction away. */
  renderLifted(sanctionId: number): string;
}

/** What was so when a response was last looked at. */
interface Seen {
  readonly isStaff: boolean;
  readonly sanctionId: number | undefined;
}

/**
 * Brings what staff decide about a person to the responses that are open already: ends them where the person may not be here any more, tells the person,
 * and reopens the log of those who have become staff or are staff no longer.
 */
export class StandingWatch {
  readonly #options: StandingWatchOptions;
  readonly #seen = new WeakMap<FastifyRequest, Seen>();
  readonly #leaveBus: () => void;

  constructor(options: StandingWatchOptions) {
    this.#options = options;
    this.#leaveBus = options.bus.subscribe('standing', () => this.#lookAtAll());
  }

  /** Remembers as whom somebody opens something. */
  note(request: FastifyRequest): void {
    const { requester, sanction } = this.#now(request);
    this.#seen.set(request, { isStaff: requester.role !== undefined, sanctionId: sanction?.id });
  }

  close(): void {
    this.#leaveBus();
  }

  #lookAtAll(): void {
    for (const opened of this.#options.responses.opened()) this.#look(opened);
  }

  #look({ kind, request, response }: OpenResponse): void {
    const { requester, sanction } = this.#now(request);
    const before = this.#seen.get(request) ?? { isStaff: false, sanctionId: undefined };
    const isStaff = requester.role !== undefined;
    this.#seen.set(request, { isStaff, sanctionId: sanction?.id });
    const isTold = sanction?.id !== before.sanctionId;
    if (kind === 'events' && isTold) response.write(standingEvent(sanction));
    if (sanction?.endsVideo === true) response.end('closed');
    // What staff see is for staff only, from the moment on at which they are.
    else if ((kind === 'chat' || kind === 'events') && isStaff !== before.isStaff) response.end('resync');
    else if (kind === 'chat' && isTold) response.write(this.#news(request, before, sanction));
  }

  /** What an open chat document says from now on in place of what it said before. */
  #news(request: FastifyRequest, before: Seen, sanction: Sanction | undefined): Buffer {
    const { renderNotice, renderLifted } = this.#options;
    const lifted = before.sanctionId === undefined ? '' : renderLifted(before.sanctionId);
    const told = sanction === undefined ? '' : renderNotice(request, sanction);
    return frameChunk(Buffer.from(`${lifted}${told}\n`));
  }

  #now(request: FastifyRequest) {
    const requester = this.#options.requesterOf(request);
    return { requester, sanction: this.#options.standingOf(requester) };
  }
}

/** For script: the form is to be asked anew, or, if nothing more may be seen, the page. */
function standingEvent(sanction: Sanction | undefined): Buffer {
  const data = JSON.stringify({ isOut: sanction?.endsVideo === true });
  return frameChunk(serverSentEvent('standing', data));
}
