import type { Sanction } from '../chat/moderation/sanction.ts';
import type { PostedMessage, Room } from '../chat/room.ts';
import type { StaffMessage, StaffPanelData, StaffPerson } from '../views/staff-panel.tsx';
import type { StaffPageData } from '../views/staff-page.tsx';
import type { ModerationService } from './moderation-service.ts';
import type { People } from '../people/people.ts';

export interface StaffRecordsOptions {
  readonly moderation: ModerationService;
  readonly room: Room;
  readonly people: People;
  /** Messages on disk. */
  readonly messages: {
    find(id: number): PostedMessage | undefined;
    newestOf(viewerId: string, count: number): PostedMessage[];
  };
  /** Unix milliseconds. */
  now(): number;
}

const recentCount = 8;
const entriesPerPage = 50;

/** What staff are shown of messages, people and acts. */
export class StaffRecords {
  readonly #options: StaffRecordsOptions;

  constructor(options: StaffRecordsOptions) {
    this.#options = options;
  }

  /** A message that is still kept, and who wrote it. */
  message(
    id: number,
  ): { readonly message: NonNullable<StaffPanelData['message']>; readonly viewerId: string } | undefined {
    const { room, messages, moderation } = this.#options;
    const posted = room.find(id) ?? messages.find(id);
    if (posted === undefined) return undefined;
    const isPinned = moderation.record.pinnedId === id;
    return { message: { ...staffMessage(posted), isPinned }, viewerId: posted.viewerId };
  }

  person(viewerId: string): StaffPerson {
    const { moderation, people, messages } = this.#options;
    const { label, tripcode, isBroadcaster } = people.known(viewerId);
    const isModerator = moderation.actorFor({ viewerId }) !== undefined;
    const sanctions = moderation.record.sanctionsAt(this.#options.now()).filter((one) => one.viewerId === viewerId);
    const alias = moderation.record.standingOf(people.recognise({ viewerId }), this.#options.now());
    const all = alias === undefined || sanctions.includes(alias) ? sanctions : [...sanctions, alias];
    return {
      viewerId,
      label,
      ...(tripcode === undefined ? {} : { tripcode: tripcode.code }),
      recent: messages.newestOf(viewerId, recentCount).map(staffMessage),
      sanctions: this.#withAppeals(all),
      note: moderation.record.notes.get(viewerId) ?? '',
      isStaff: isBroadcaster === true || isModerator,
    };
  }

  /** The lists of the staff's page; `page` of the log counts from 1. */
  lists(
    page: number,
  ): Pick<StaffPageData, 'held' | 'sanctions' | 'notes' | 'modes' | 'moderators' | 'invitations' | 'log'> {
    const { moderation, room, people, now } = this.#options;
    const { record } = moderation;
    const entries = record.audit.toReversed();
    const from = (page - 1) * entriesPerPage;
    return {
      held: room.holds.list(now()),
      sanctions: this.#withAppeals(record.sanctionsAt(now()).toReversed()),
      notes: [...record.notes].map(([viewerId, text]) => ({ viewerId, text, label: people.known(viewerId).label })),
      modes: room.fairness.modes,
      moderators: record.moderators,
      invitations: record.invitations.filter(({ state, expiresAtMs }) => state === 'open' && now() < expiresAtMs),
      log: {
        entries: entries.slice(from, from + entriesPerPage),
        page,
        hasOlder: entries.length > from + entriesPerPage,
      },
    };
  }

  #withAppeals(sanctions: readonly Sanction[]): StaffPerson['sanctions'] {
    return sanctions.map((sanction) => ({ sanction, appeal: this.#options.moderation.record.appealOf(sanction.id) }));
  }
}

function staffMessage({ message, isHidden }: PostedMessage): StaffMessage {
  return { id: message.id, atMs: message.atMs, text: message.text, isHidden: isHidden === true };
}
