import type { Bus } from '../../bus/port.ts';
import type { RoomEvent } from '../../chat/room-event.ts';
import type { Room } from '../../chat/room.ts';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import { frameChunk } from '../../live/chunked.ts';
import { FanOut } from '../../live/fan-out.ts';
import type { ChatService } from '../../talk/chat-service.ts';
import type { ModerationService } from '../../staff/moderation-service.ts';
import type { PollService } from '../../talk/poll-service.ts';
import {
  describeEntry,
  describeHeld,
  describeMessage,
  describeModes,
  describePoll,
  describeStream,
} from './described.ts';
import { type ControlEvent, eventsVersion } from './event-shapes.ts';
import { jsonLine } from './json-line.ts';
import type { HeldShape } from './shapes.ts';

export interface EventFeedOptions {
  readonly bus: Bus;
  readonly room: Pick<Room, 'find' | 'holds' | 'fairness'>;
  readonly chat: Pick<ChatService, 'authorOf'>;
  readonly moderation: Pick<ModerationService, 'record'>;
  readonly polls: Pick<PollService, 'status'>;
  snapshot(): StreamSnapshot;
  /** Tells this server's cursors from those of before a restart; of letters and digits. */
  readonly epoch: string;
  /** Unix milliseconds. */
  now(): number;
  /** How often to look for what nobody tells: the stream, people, what has waited too long. */
  readonly everyMs?: number;
}

/** What a reader gets first, and where they go on. */
export interface FeedStart {
  /** Framed. */
  readonly opening: Buffer;
  readonly afterId: number;
}

/** What is kept for readers who come back. */
const kept = { maxPieces: 1024, maxBytes: 4 * 1024 * 1024 };

type Placed<Event> = Event extends { readonly cursor: string } ? Omit<Event, 'cursor' | 'v'> : never;

/** What happens, as lines of JSON for the operator's programs: told once, the same bytes for all of them. */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #lines = new FanOut(kept);
  readonly #leave: readonly (() => void)[];
  readonly #timer: NodeJS.Timeout;
  readonly #told = new Map<string, string>();
  #held = new Map<number, HeldShape>();
  #lastEntryId: number;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    const { bus, moderation } = options;
    this.#lastEntryId = moderation.record.audit.at(-1)?.id ?? 0;
    this.#held = this.#heldNow();
    for (const [name, facts] of this.#facts()) this.#told.set(name, JSON.stringify(facts));
    this.#leave = [
      bus.subscribe('room', (event) => this.#take(event)),
      bus.subscribe('appearance', ({ viewerId }) => this.#tellName(viewerId)),
    ];
    this.#timer = setInterval(() => this.update(), options.everyMs ?? 1000);
    this.#timer.unref();
  }

  /** The lines that go to everybody. */
  get lines(): Pick<FanOut, 'subscribe'> {
    return this.#lines;
  }

  /** Begins with how everything stands; `since` is the last cursor that a reader has seen, as it sent it. */
  begin(since: string | undefined): FeedStart {
    const { lastId, droppedId } = this.#lines;
    const hello = this.#hello();
    if (since === undefined) return { opening: frameChunk(Buffer.from(jsonLine(hello))), afterId: lastId };
    const [epoch, digits = ''] = since.split('-', 2);
    const id = /^\d{1,15}$/u.test(digits) ? Number(digits) : -1;
    const isKnown = epoch === this.#options.epoch && id >= droppedId && id <= lastId;
    // What `hello` says is of now; the cursor in it must not skip what follows.
    const afterId = isKnown ? id : droppedId;
    const first = jsonLine({ ...hello, cursor: this.#cursor(afterId) });
    const lines = isKnown ? first : first + jsonLine({ event: 'gap', v: eventsVersion } satisfies ControlEvent);
    return { opening: frameChunk(Buffer.from(lines)), afterId };
  }

  /** Looks at what nobody tells, and at what may have changed, and says what is new. */
  update(): void {
    for (const [name, facts] of this.#facts()) {
      const written = JSON.stringify(facts);
      if (this.#told.get(name) === written) continue;
      this.#told.set(name, written);
      this.#tellFacts(name);
    }
    this.#tellHeld();
  }

  /** Ends all readers; safe to call twice. */
  close(): void {
    clearInterval(this.#timer);
    for (const leave of this.#leave) leave();
    this.#lines.close();
  }

  #take(event: RoomEvent): void {
    const { room } = this.#options;
    if (event.kind === 'message') {
      const posted = room.find(event.message.id) ?? { message: event.message, viewerId: '', nonce: '' };
      this.#tell({ event: 'message', message: describeMessage(posted) });
    } else if (event.kind === 'removed') this.#tell({ event: 'removed', messageIds: event.ids });
    else if (event.kind === 'restored') {
      this.#tell({ event: 'restored', messageIds: event.messages.map(({ id }) => id) });
    } else {
      this.update();
      this.#tellActs();
    }
  }

  #tellName(viewerId: string): void {
    this.#tell({ event: 'name', viewerId, author: this.#options.chat.authorOf(viewerId) });
  }

  #tellActs(): void {
    const entries = this.#options.moderation.record.audit.filter(({ id }) => id > this.#lastEntryId);
    this.#lastEntryId = entries.at(-1)?.id ?? this.#lastEntryId;
    for (const entry of entries) this.#tell({ event: 'act', entry: describeEntry(entry) });
  }

  #tellHeld(): void {
    const before = this.#held;
    this.#held = this.#heldNow();
    for (const [id, held] of this.#held) if (!before.has(id)) this.#tell({ event: 'held', held });
    const heldIds = [...before.keys()].filter((id) => !this.#held.has(id));
    if (heldIds.length > 0) this.#tell({ event: 'unheld', heldIds });
  }

  /** What is compared with what was told last, by event. */
  *#facts(): Generator<[string, unknown]> {
    const { room, moderation, polls, snapshot } = this.#options;
    const { state, title, viewers } = snapshot();
    yield ['stream', { state, title }];
    yield ['people', viewers];
    yield ['poll', polls.status ?? null];
    yield ['modes', room.fairness.modes];
    yield ['pinned', moderation.record.pinnedId ?? null];
  }

  #tellFacts(name: string): void {
    const { stream, watching, modes, poll, pinnedId } = this.#hello();
    if (name === 'stream') this.#tell({ event: 'stream', stream });
    else if (name === 'people') this.#tell({ event: 'people', watching });
    else if (name === 'poll') this.#tell({ event: 'poll', ...(poll === undefined ? {} : { poll }) });
    else if (name === 'modes') this.#tell({ event: 'modes', modes });
    else this.#tell({ event: 'pinned', ...(pinnedId === undefined ? {} : { messageId: pinnedId }) });
  }

  #hello() {
    const { room, moderation, polls, snapshot } = this.#options;
    const now = snapshot();
    const { pinnedId } = moderation.record;
    return {
      event: 'hello',
      v: eventsVersion,
      cursor: this.#cursor(this.#lines.lastId),
      stream: describeStream(now),
      watching: now.viewers,
      modes: describeModes(room.fairness.modes),
      ...(polls.status === undefined ? {} : { poll: describePoll(polls.status) }),
      ...(pinnedId === undefined ? {} : { pinnedId }),
      held: [...this.#heldNow().values()],
    } satisfies ControlEvent;
  }

  #heldNow(): Map<number, HeldShape> {
    const { room, now } = this.#options;
    return new Map(room.holds.list(now()).map((held) => [held.holdId, describeHeld(held)]));
  }

  #tell(event: Placed<ControlEvent>): void {
    const { event: name, ...rest } = event;
    const line = { event: name, v: eventsVersion, cursor: this.#cursor(this.#lines.lastId + 1), ...rest };
    this.#lines.publish(frameChunk(Buffer.from(jsonLine(line))));
  }

  #cursor(id: number): string {
    return `${this.#options.epoch}-${id}`;
  }
}
