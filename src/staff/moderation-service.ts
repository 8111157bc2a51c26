import { createHash } from 'node:crypto';
import type { Bus } from '../bus/port.ts';
import type { Message } from '../chat/message.ts';
import { cleanMessageText } from '../chat/message-text.ts';
import type { HeldMessage } from '../chat/hold-queue.ts';
import { parseModePatch } from '../chat/modes.ts';
import type { Acted } from '../chat/moderation/acted.ts';
import type { Actor } from '../chat/moderation/actor.ts';
import type { AppealDecision } from '../chat/moderation/appeal.ts';
import type { AuditEntry } from '../chat/moderation/audit.ts';
import type { Change } from '../chat/moderation/change.ts';
import type { ModerationCommand, ModerationRefusal, ModeWords } from '../chat/moderation/command.ts';
import type { ModerationFacts } from '../chat/moderation/facts.ts';
import type { Moderation } from '../chat/moderation/moderation.ts';
import type { RedeemDecision } from '../chat/moderation/redeem.ts';
import type { Appeal, Sanction } from '../chat/moderation/sanction.ts';
import type { Removal } from '../chat/readers.ts';
import { isExempt, type Requester } from '../chat/requester.ts';
import type { Moment, PostedMessage, Room } from '../chat/room.ts';
import type { People } from '../people/people.ts';
import type { PollService } from '../talk/poll-service.ts';

/** Where acts are kept. */
export interface ModerationStore {
  /** Stores all of the work or nothing; false if the disk refused, and then what was decided holds in memory. */
  commit(work: () => void): boolean;
  appendAct(acted: Acted): void;
  appendAppeal(sanctionId: number, appeal: Appeal): void;
  appendMessage(posted: PostedMessage): void;
  setHidden(messageIds: readonly number[], isHidden: boolean): void;
  /** What becomes of a held message: it waits no longer, or again. */
  removeHeld(holdId: number): void;
  addHeld(held: HeldMessage): void;
  /** A message that is kept, hidden or not. */
  findMessage(id: number): PostedMessage | undefined;
  /** Ids of all kept messages of a viewer that are shown, ascending. */
  shownOf(viewerId: string): readonly number[];
}

export interface ModerationServiceOptions {
  readonly moderation: Moderation;
  readonly room: Room;
  readonly people: People;
  readonly store: ModerationStore;
  readonly bus: Bus;
  /** Absent: there are no polls. */
  readonly polls?: Pick<PollService, 'facts' | 'opening' | 'closing'>;
  randomBytes(size: number): Buffer;
  now(): Moment;
}

export type ModerationOutcome = { readonly kind: 'done'; readonly entry: AuditEntry } | ModerationRefusal;

/** What an invitation's address holds: 128 bits that are kept nowhere. */
const invitationBytes = 16;
/** Announcements belong to nobody. */
const house = '';

/**
 * The way of an act: moderation decides -> store commits -> moderation and room take it in -> bus, where open pages hear of it. Who gets `done` can rely on
 * it: it has been committed and holds.
 */
export class ModerationService {
  readonly #options: ModerationServiceOptions;

  constructor(options: ModerationServiceOptions) {
    this.#options = options;
  }

  /** What has been decided so far, to be looked at. */
  get record(): Omit<Moderation, 'accept' | 'acceptAppeal'> {
    return this.#options.moderation;
  }

  /** Carries out what an actor wants, if they may. */
  moderate(actor: Actor, command: ModerationCommand): ModerationOutcome {
    const { moderation } = this.#options;
    const now = this.#options.now();
    const decision = moderation.decide(actor, command, this.#facts(), now.wallMs);
    return decision.kind === 'refused' ? decision : this.#carryOut(decision, now);
  }

  /** Makes an invitation; its secret is given back this one time. */
  invite(actor: Actor, label: string, forMs: number): ModerationOutcome & { readonly secret?: string } {
    const secret = this.#options.randomBytes(invitationBytes).toString('base64url');
    const outcome = this.moderate(actor, { kind: 'invite', label, forMs, secretHash: hashInvitation(secret) });
    return outcome.kind === 'done' ? { ...outcome, secret } : outcome;
  }

  /** Somebody confirms an invitation and is a moderator from then on. */
  redeem(secret: string, requester: Requester): ModerationOutcome | Extract<RedeemDecision, { kind: 'refused' }> {
    const now = this.#options.now();
    const redemption = { secretHash: hashInvitation(secret), viewerId: requester.viewerId };
    const decision = this.#options.moderation.decideRedeem(redemption, now.wallMs);
    return decision.kind === 'refused' ? decision : this.#carryOut(decision, now);
  }

  /** A sanctioned person says something about it to the moderators. */
  appeal(requester: Requester, text: string): AppealDecision {
    const { moderation, people, store, bus } = this.#options;
    const decision = moderation.decideAppeal(people.recognise(requester), text, this.#options.now().wallMs);
    if (decision.kind === 'refused') return decision;
    store.commit(() => store.appendAppeal(decision.sanctionId, decision.appeal));
    moderation.acceptAppeal(decision.sanctionId, decision.appeal);
    bus.publish('room', { kind: 'staff' });
    return decision;
  }

  /** What holds against somebody who is here now. Staff are above it. */
  standingOf(requester: Requester): Sanction | undefined {
    const { moderation, people } = this.#options;
    if (isExempt(requester)) return undefined;
    return moderation.meet(people.recognise(requester), this.#options.now().wallMs);
  }

  /** As whom somebody acts; undefined for those who may not. */
  actorFor({ viewerId, role }: Requester): Actor | undefined {
    if (role === 'broadcaster') return { kind: 'broadcaster' };
    const { moderation, people } = this.#options;
    const moderator = moderation.moderatorFor(people.recognise({ viewerId }));
    return moderator && { kind: 'moderator', moderatorId: moderator.id, label: moderator.label, viewerId };
  }

  /** Why a message is hidden; undefined if it is not. */
  removalOf(messageId: number): Removal | undefined {
    const { room, moderation } = this.#options;
    if (!room.isHidden(messageId)) return undefined;
    const entry = moderation.audit.findLast(({ changes }) => changes.some((change) => hides(change, messageId)));
    if (entry?.by.kind !== 'moderator') return {};
    return { by: entry.by.label };
  }

  #carryOut(acted: Acted, now: Moment): ModerationOutcome {
    const { moderation, people, store } = this.#options;
    const { entry } = acted;
    const steps = entry.changes.map((change) => this.#stepOf(change, now));
    store.commit(() => {
      store.appendAct(acted);
      for (const step of steps) step.store?.();
    });
    moderation.accept(acted, entry.viewerId === undefined ? [] : people.known(entry.viewerId).circuitIds);
    for (const step of steps) step.take?.();
    this.#options.bus.publish('room', { kind: 'staff' });
    return { kind: 'done', entry };
  }

  /** What a change does outside of moderation: on disk, and then to the room and those who are here. */
  #stepOf(change: Change, now: Moment): Step {
    const { room, bus, store, polls } = this.#options;
    switch (change.kind) {
      case 'hidden':
        return {
          store: () => store.setHidden(change.messageIds, change.isHidden),
          take: () => this.#setHidden(change.messageIds, change.isHidden),
        };
      case 'announced':
        return this.#sayStep(this.#announcement(change, now.wallMs), (posted) =>
          room.acceptPost(posted, now, { viewerId: house, role: 'broadcaster' }),
        );
      case 'approved':
        return joined(
          change.heldIds.map((heldId, index) => this.#approval(heldId, change.messageIds[index] ?? 0, now)),
        );
      case 'declined':
        return joined(change.heldIds.map((heldId) => this.#declining(heldId, change.isDeclined, now)));
      case 'mode':
        return { take: () => this.#setModes(change.after) };
      case 'filter':
        return { take: () => room.fairness.setLiveFilter(change.filter, change.isAdded) };
      case 'poll-opened':
        return polls?.opening(change.poll) ?? {};
      case 'poll-closed':
        return polls?.closing(change.pollId) ?? {};
      case 'pin':
        return { take: () => bus.publish('room', { kind: 'banner' }) };
      case 'sanction':
      case 'moderator':
        return { take: () => bus.publish('standing', { kind: 'changed' }) };
      case 'note':
      case 'invitation':
        return {};
    }
  }

  #setHidden(messageIds: readonly number[], isHidden: boolean): void {
    const { room, bus } = this.#options;
    const changed = room.setHidden(messageIds, isHidden);
    if (isHidden) bus.publish('room', { kind: 'removed', ids: messageIds });
    else bus.publish('room', { kind: 'restored', messages: changed });
  }

  #setModes(words: ModeWords): void {
    const { fairness } = this.#options.room;
    const parsed = parseModePatch(words);
    if (parsed.kind === 'patch') fairness.setModes({ ...fairness.modes, ...parsed.patch });
    this.#options.bus.publish('room', { kind: 'banner' });
  }

  #announcement(change: Extract<Change, { kind: 'announced' }>, atMs: number): PostedMessage {
    const { messageId: id, text, pollResult } = change;
    const author = { name: this.#options.room.rules.names.broadcasterName, colour: 0 };
    const message: Message = { id, atMs, author, text, isAnnouncement: true, ...(pollResult && { pollResult }) };
    return { message, viewerId: house, nonce: `announcement-${id}` };
  }

  #approval(heldId: number, messageId: number, now: Moment): Step {
    const { room, store } = this.#options;
    const decided = room.decideApproval(heldId, now);
    if (decided === undefined) return {};
    const posted = { ...decided, message: { ...decided.message, id: messageId } };
    const step = this.#sayStep(posted, () => room.acceptApproval(heldId, posted, now));
    return joined([step, { store: () => store.removeHeld(heldId) }]);
  }

  #declining(heldId: number, isDeclined: boolean, now: Moment): Step {
    const { room, store } = this.#options;
    if (isDeclined) return { store: () => store.removeHeld(heldId), take: () => room.holds.decline(heldId) };
    const held = room.holds.findDeclined(heldId, now.wallMs);
    return held === undefined ? {} : { store: () => store.addHeld(held), take: () => room.holds.takeBack(held) };
  }

  #sayStep(posted: PostedMessage, accept: (posted: PostedMessage) => void): Step {
    return {
      store: () => this.#options.store.appendMessage(posted),
      take: () => {
        accept(posted);
        this.#options.bus.publish('room', { kind: 'message', message: posted.message });
      },
    };
  }

  #facts(): ModerationFacts {
    const { room, people, store, polls } = this.#options;
    const { wallMs } = this.#options.now();
    return {
      message: (id) => knownMessage(room.find(id) ?? store.findMessage(id)),
      shownMessagesOf: (viewerId) => {
        // What the disk has refused is in memory alone.
        const inMemory = room.kept.filter((posted) => posted.viewerId === viewerId && posted.isHidden !== true);
        const ids = new Set([...store.shownOf(viewerId), ...inMemory.map(({ message }) => message.id)]);
        return [...ids].toSorted((a, b) => a - b);
      },
      person: (viewerId) => people.known(viewerId),
      nextMessageId: room.lastId + 1,
      cleanAnnouncement: (text) => cleanMessageText(text, room.rules.text),
      ...(polls === undefined ? {} : { polls: polls.facts() }),
      heldState: (id) => room.holds.stateOf(id, wallMs),
      filters: room.fairness.liveFilters,
      modes: room.fairness.modes,
    };
  }
}

/** What is kept of an invitation's secret. */
export function hashInvitation(secret: string): string {
  return createHash('sha256').update(`invitation:${secret}`).digest('base64url');
}

/** What carrying out one change takes. */
interface Step {
  /** Within the commit. */
  readonly store?: () => void;
  /** After it. */
  readonly take?: () => void;
}

function joined(steps: readonly Step[]): Step {
  return {
    store: () => {
      for (const step of steps) step.store?.();
    },
    take: () => {
      for (const step of steps) step.take?.();
    },
  };
}

function hides(change: Change, messageId: number): boolean {
  return change.kind === 'hidden' && change.isHidden && change.messageIds.includes(messageId);
}

function knownMessage(posted: PostedMessage | undefined): ReturnType<ModerationFacts['message']> {
  if (posted === undefined) return undefined;
  const { viewerId, isHidden = false, message } = posted;
  const { capcode } = message.author;
  return { viewerId, isHidden, ...(capcode === undefined ? {} : { capcode }) };
}
