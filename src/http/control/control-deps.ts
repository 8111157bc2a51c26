import type { AccessMode } from '../../admission/admission.ts';
import type { DoorPassword } from '../../access/door-password.ts';
import type { Guests } from '../../access/guests.ts';
import type { Pressure } from '../../admission/pressure.ts';
import type { CircuitCounts } from '../../tor/circuit-census.ts';
import type { TorStatus } from '../../tor/tor-status.ts';
import type { Bus } from '../../bus/port.ts';
import type { Emotes } from '../../chat/emote.ts';
import type { ModerationCommand } from '../../chat/moderation/command.ts';
import type { PeopleList } from '../../chat/people-list.ts';
import type { Room } from '../../chat/room.ts';
import type { ScheduleControls } from '../../broadcast/schedule.ts';
import type { StreamSnapshot } from '../../broadcast/stream-state.ts';
import type { ChatService } from '../../talk/chat-service.ts';
import type { LogPages } from '../../talk/log-pages.ts';
import type { ModerationOutcome, ModerationService } from '../../staff/moderation-service.ts';
import type { PollService } from '../../talk/poll-service.ts';
import type { OnionAddressState } from '../../serve-event.ts';
import { describeEntry } from './described.ts';
import { ControlRefusal } from './refusals.ts';
import type { EntryShape } from './shapes.ts';

/** What the control socket reaches: the same services as the pages. */
export interface ControlDeps {
  readonly chat: Pick<ChatService, 'submit' | 'authorOf'>;
  readonly room: Pick<Room, 'find' | 'kept' | 'holds' | 'fairness'>;
  readonly moderation: Pick<ModerationService, 'moderate' | 'invite' | 'record'>;
  readonly polls: Pick<PollService, 'status'>;
  readonly log: Pick<LogPages, 'posted' | 'find'>;
  readonly emotes: { readonly emotes: Emotes; reload(): Promise<void> };
  readonly titles: { readonly title: string; set(title: string): Promise<void> };
  readonly guests: Pick<Guests, 'isPrivate' | 'list' | 'invite' | 'revoke'>;
  readonly doorPassword: Pick<DoorPassword, 'change' | 'renew'>;
  /** Who may come in at this moment. */
  doorMode(): AccessMode;
  /** The onion address, if it is known. */
  address(): string | undefined;
  readonly bus: Bus;
  readonly timers: ScheduleControls;
  /** The onion addresses of this run. */
  onions(): readonly OnionAddressState[];
  snapshot(): StreamSnapshot;
  /** How the queue and the machine are. */
  visitors(): { readonly pressure: Pressure; readonly waiting: number };
  /** Where our own tor stands. */
  tor(): Pick<TorStatus, 'state' | 'progress' | 'descriptorUploads'> | undefined;
  /** What the circuits of our own tor say. */
  circuits(): CircuitCounts | undefined;
  /** Who is here, as staff may know it. */
  people(): PeopleList;
  /** What is wrong with a word filter. */
  filterProblem(filter: {
    readonly text: string | undefined;
    readonly pattern: string | undefined;
  }): string | undefined;
  readonly version: string;
  readonly pid: number;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
}

/** Who is meant: a person, or whoever wrote a message. */
export interface Whom {
  readonly viewerId?: string;
  readonly messageId?: number;
}

/** Does something as the operator. Throws ControlRefusal with the rule that forbids it. */
export function act(
  { moderation }: Pick<ControlDeps, 'moderation'>,
  command: ModerationCommand,
): { entry: EntryShape } {
  return { entry: doneEntry(moderation.moderate({ kind: 'operator' }, command)) };
}

/** The entry of what was done. Throws ControlRefusal. */
export function doneEntry(outcome: ModerationOutcome): EntryShape {
  if (outcome.kind === 'refused') throw new ControlRefusal(outcome.rule);
  return describeEntry(outcome.entry);
}

/** The person who is meant. Throws ControlRefusal. */
export function viewerOf({ log }: Pick<ControlDeps, 'log'>, { viewerId, messageId }: Whom): string {
  if ((viewerId === undefined) === (messageId === undefined)) {
    throw new ControlRefusal('bad-request', 'Say who is meant by viewerId or by messageId, one of the two.');
  }
  const found = viewerId ?? log.find(messageId ?? 0)?.viewerId ?? '';
  if (found === '') throw new ControlRefusal('unknown-person');
  return found;
}
