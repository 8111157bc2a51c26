import type { TripcodeMark } from '../message.ts';
import type { Acted, ModerationDecision } from './acted.ts';
import type { Actor } from './actor.ts';
import type { AuditEntry } from './audit.ts';
import type { Change } from './change.ts';
import type { ModerationCommand } from './command.ts';
import { decideAppeal, type AppealDecision } from './appeal.ts';
import { decideChanges } from './decide.ts';
import type { ModerationFacts } from './facts.ts';
import { moderationLimits } from './limits.ts';
import { forbiddenBy } from './policy.ts';
import type { Decided } from './question.ts';
import { decideRedeem, type RedeemDecision, type Redemption } from './redeem.ts';
import { type Appeal, heaviest, isInForce, type Recognised, type Sanction } from './sanction.ts';
import { type Invitation, isCredentialOf, type Moderator } from './staff.ts';

/** What must outlive a restart, in the order of the ids. */
export interface ModerationRecord {
  readonly sanctions: readonly Sanction[];
  readonly appeals: ReadonlyMap<number, Appeal>;
  readonly notes: ReadonlyMap<string, string>;
  readonly moderators: readonly Moderator[];
  readonly invitations: readonly Invitation[];
  readonly audit: readonly AuditEntry[];
  readonly pinnedId?: number;
}

const nothing: ModerationRecord = {
  sanctions: [],
  appeals: new Map(),
  notes: new Map(),
  moderators: [],
  invitations: [],
  audit: [],
};

/**
 * What staff have decided: sanctions, notes, moderators, invitations, the pinned message, and the log of all acts. Deciding changes nothing; an act takes
 * effect with `accept`, after it has been committed. What lies outside (messages, switches, held messages) is changed by whoever carries the act out.
 */
export class Moderation {
  readonly #sanctions = new Map<number, Sanction>();
  readonly #appeals: Map<number, Appeal>;
  readonly #notes: Map<string, string>;
  readonly #moderators = new Map<number, Moderator>();
  readonly #invitations = new Map<number, Invitation>();
  readonly #audit = new Map<number, AuditEntry>();
  /** Circuits a sanction holds against: in memory only, since they mean nothing after a restart. */
  readonly #circuits = new Map<number, Set<number>>();
  #pinnedId: number | undefined;
  #lastEntryId: number;

  constructor(record: ModerationRecord = nothing) {
    for (const sanction of record.sanctions) this.#sanctions.set(sanction.id, sanction);
    for (const moderator of record.moderators) this.#moderators.set(moderator.id, moderator);
    for (const invitation of record.invitations) this.#invitations.set(invitation.id, invitation);
    for (const entry of record.audit) this.#audit.set(entry.id, entry);
    this.#appeals = new Map(record.appeals);
    this.#notes = new Map(record.notes);
    this.#pinnedId = record.pinnedId;
    this.#lastEntryId = record.audit.at(-1)?.id ?? 0;
  }

  get moderators(): readonly Moderator[] {
    return [...this.#moderators.values()];
  }

  get invitations(): readonly Invitation[] {
    return [...this.#invitations.values()];
  }

  get notes(): ReadonlyMap<string, string> {
    return this.#notes;
  }

  /** Oldest first. */
  get audit(): readonly AuditEntry[] {
    return [...this.#audit.values()];
  }

  get pinnedId(): number | undefined {
    return this.#pinnedId;
  }

  entry(id: number): AuditEntry | undefined {
    return this.#audit.get(id);
  }

  /** All that are in force, also those against people who are away; the oldest first. */
  sanctionsAt(nowMs: number): readonly Sanction[] {
    return [...this.#sanctions.values()].filter((sanction) => isInForce(sanction, nowMs));
  }

  appealOf(sanctionId: number): Appeal | undefined {
    return this.#appeals.get(sanctionId);
  }

  /** What weighs most of all that holds against whoever is recognised by session, circuit or tripcode. */
  standingOf(person: Recognised, nowMs: number): Sanction | undefined {
    return heaviest(this.sanctionsAt(nowMs).filter((sanction) => this.#meets(sanction, person)));
  }

  /**
   * As `standingOf`, for somebody who is here: the circuit they have come by is held to it as well, so that another session by it is refused too.
   */
  meet(person: Recognised, nowMs: number): Sanction | undefined {
    const sanction = this.standingOf(person, nowMs);
    if (sanction !== undefined && person.circuitId !== undefined) this.#holdCircuit(sanction.id, person.circuitId);
    return sanction;
  }

  /** The appointment of this person, if they are a moderator. */
  moderatorFor(person: { readonly viewerId: string; readonly tripcode?: TripcodeMark }): Moderator | undefined {
    return this.moderators.find(({ by }) => isCredentialOf(by, person));
  }

  /** Decides an act: what it changes, or the rule against it. */
  decide(actor: Actor, command: ModerationCommand, facts: ModerationFacts, nowMs: number): ModerationDecision {
    const id = this.#lastEntryId + 1;
    const decided = decideChanges({ state: this, actor, command, facts, nowMs, id });
    if (decided.kind === 'refused') return decided;
    for (const change of decided.changes) {
      const rule = forbiddenBy(actor, change, { moderators: this.moderators, facts });
      if (rule !== undefined) return { kind: 'refused', rule };
    }
    return acted(decided, { id, atMs: nowMs, by: actor, act: command.kind });
  }

  /** Decides what becomes of somebody who has confirmed an invitation. */
  decideRedeem(redemption: Redemption, nowMs: number): RedeemDecision {
    return decideRedeem(this, redemption, { id: this.#lastEntryId + 1, nowMs });
  }

  /** Decides whether a sanctioned person may say this to the moderators. */
  decideAppeal(person: Recognised, text: string, nowMs: number): AppealDecision {
    const sanction = this.standingOf(person, nowMs);
    return decideAppeal(sanction, sanction === undefined ? undefined : this.appealOf(sanction.id), text, nowMs);
  }

  acceptAppeal(sanctionId: number, appeal: Appeal): void {
    if (this.#sanctions.has(sanctionId)) this.#appeals.set(sanctionId, appeal);
  }

  /** Takes a decided act in. `circuitIds`: where the person it was about was seen. Acts must be accepted in the order in which they were decided. */
  accept({ entry, invitation }: Acted, circuitIds: readonly number[] = []): void {
    this.#lastEntryId = entry.id;
    this.#audit.set(entry.id, entry);
    if (invitation !== undefined) this.#invitations.set(invitation.id, invitation);
    for (const change of entry.changes) this.#apply(change, circuitIds);
    this.#trim(entry.atMs);
  }

  #apply(change: Change, circuitIds: readonly number[]): void {
    switch (change.kind) {
      case 'sanction':
        if (change.holds) this.#hold(change.sanction, circuitIds);
        else this.#sanctions.delete(change.sanction.id);
        return;
      case 'note':
        this.#notes.delete(change.viewerId);
        if (change.after !== '') this.#notes.set(change.viewerId, change.after);
        return;
      case 'pin':
        this.#pinnedId = change.after;
        return;
      case 'moderator':
        if (change.isAppointed) this.#moderators.set(change.moderator.id, change.moderator);
        else this.#moderators.delete(change.moderator.id);
        return;
      case 'invitation':
        this.#setInvitation(change.invitationId, change.state);
        return;
      case 'hidden':
      case 'announced':
      case 'poll-opened':
      case 'poll-closed':
      case 'mode':
      case 'filter':
      case 'approved':
      case 'declined':
        return;
    }
  }

  #hold(sanction: Sanction, circuitIds: readonly number[]): void {
    this.#sanctions.set(sanction.id, sanction);
    for (const circuitId of circuitIds) this.#holdCircuit(sanction.id, circuitId);
  }

  #holdCircuit(sanctionId: number, circuitId: number): void {
    const circuits = this.#circuits.get(sanctionId) ?? new Set();
    circuits.delete(circuitId);
    circuits.add(circuitId);
    this.#circuits.set(sanctionId, circuits);
    dropOldest(circuits, moderationLimits.circuitsPerSanction);
  }

  #setInvitation(id: number, state: Invitation['state']): void {
    const invitation = this.#invitations.get(id);
    if (invitation !== undefined) this.#invitations.set(id, { ...invitation, state });
  }

  // Threat: T16
  #meets(sanction: Sanction, { viewerId, circuitId, tripcode }: Recognised): boolean {
    if (sanction.viewerId === viewerId) return true;
    if (circuitId !== undefined && this.#circuits.get(sanction.id)?.has(circuitId) === true) return true;
    return sanction.tripcode !== undefined && sanction.tripcode === tripcode?.code;
  }

  /** What no longer holds, and what is too much, is forgotten. */
  #trim(nowMs: number): void {
    for (const sanction of this.#sanctions.values()) {
      if (!isInForce(sanction, nowMs)) this.#sanctions.delete(sanction.id);
    }
    dropOldest(this.#sanctions, moderationLimits.sanctions);
    for (const kept of [this.#appeals, this.#circuits]) {
      for (const id of kept.keys()) if (!this.#sanctions.has(id)) kept.delete(id);
    }
    dropOldest(this.#notes, moderationLimits.notes);
    dropOldest(this.#invitations, moderationLimits.invitations);
    dropOldest(this.#audit, moderationLimits.audit);
  }
}

function acted(decided: Decided, entry: Pick<AuditEntry, 'id' | 'atMs' | 'by' | 'act'>): Acted {
  const { changes, target, viewerId, undoes, invitation } = decided;
  return {
    kind: 'acted',
    entry: {
      ...entry,
      target: target ?? '',
      ...(viewerId === undefined ? {} : { viewerId }),
      changes,
      ...(undoes === undefined ? {} : { undoes }),
    },
    ...(invitation === undefined ? {} : { invitation }),
  };
}

/** Sets and maps keep the order of insertion: the first key is the oldest. */
function dropOldest<Key>(kept: Set<Key> | Map<Key, unknown>, limit: number): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= limit) return;
    kept.delete(oldest);
  }
}
