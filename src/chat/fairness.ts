import type { FloodPolicy } from './flood.ts';
import type { HoldReason } from './hold-queue.ts';
import { isMember, type MemberCandidate, type MemberList } from './members.ts';
import { type ChatModes, openModes } from './modes.ts';
import { Pace, type Wait } from './pace.ts';
import type { EntryRule } from './refusal.ts';
import { isExempt, type Requester } from './requester.ts';
import { Familiarity } from './familiarity.ts';
import { type FilterRule, type LiveFilter, WordFilter } from './word-filter.ts';

/** What the operator has set. Everything but the pace may be left out: then nothing of it holds. */
export interface FairnessRules {
  readonly flood: FloodPolicy;
  readonly filters?: readonly FilterRule[];
  /** What staff have added. */
  readonly liveFilters?: readonly LiveFilter[];
  readonly members?: MemberList;
  /** The switches at the start. */
  readonly modes?: ChatModes;
}

export type FairnessVerdict =
  /** `text` is what others may see of it. */
  | { readonly kind: 'fair'; readonly text: string; readonly hold?: HoldReason }
  /** `isBanned`: a filter asks for the writer to be banned. */
  | { readonly kind: 'filtered'; readonly found: string; readonly isBanned: boolean }
  | ({ readonly kind: 'wait' } & Wait);

const nobody: MemberList = { hasTripcode: () => false, hasViewer: () => false };

/**
 * What keeps the talk fair: who may write, which words pass, how fast. The first answer is the least annoying one: what no waiting mends, then
 * words, then one wait that is the longest of all, then approval. Staff are above all of it (`isExempt`).
 */
export class Fairness {
  readonly familiarity = new Familiarity();
  readonly #configured: readonly FilterRule[];
  #liveFilters: readonly LiveFilter[] = [];
  #filter: WordFilter;
  readonly #pace: Pace;
  readonly #members: MemberList;
  #modes: ChatModes;

  constructor({ flood, filters = [], liveFilters = [], members = nobody, modes = openModes }: FairnessRules) {
    this.#configured = filters;
    this.#liveFilters = liveFilters;
    this.#filter = this.#joined();
    this.#pace = new Pace(flood, this.familiarity);
    this.#members = members;
    this.#modes = modes;
  }

  /** The word filters of the configuration. */
  get configuredFilters(): readonly FilterRule[] {
    return this.#configured;
  }

  /** Those that staff have added, oldest first. */
  get liveFilters(): readonly LiveFilter[] {
    return this.#liveFilters;
  }

  /** Adds a word filter or takes it away; holds from the next message on. The rule has been checked. */
  setLiveFilter(filter: LiveFilter, isAdded: boolean): void {
    const others = this.#liveFilters.filter(({ id }) => id !== filter.id);
    this.#liveFilters = isAdded ? [...others, filter].toSorted((a, b) => a.id - b.id) : others;
    this.#filter = this.#joined();
  }

  get modes(): ChatModes {
    return this.#modes;
  }

  /** Holds from the next message on. */
  setModes(modes: ChatModes): void {
    this.#modes = modes;
  }

  /** Why somebody may not write at all for now. */
  entryRule(candidate: MemberCandidate): EntryRule | undefined {
    if (isExempt(candidate.requester)) return undefined;
    if (this.#modes.isLocked) return 'chat-closed';
    return this.#modes.isMembersOnly && !this.isMember(candidate) ? 'members-only' : undefined;
  }

  isMember(candidate: MemberCandidate): boolean {
    return isMember(candidate, this.#members);
  }

  /** Judges a clean text of somebody who may write. Changes nothing. */
  judge(requester: Requester, text: string, nowMs: number): FairnessVerdict {
    if (isExempt(requester)) return { kind: 'fair', text };
    const filtered = this.#filter.judge(text);
    if (filtered.kind === 'refused') return { kind: 'filtered', found: filtered.found, isBanned: filtered.isBanned };
    const hold = this.#holdReason(requester, filtered.isHeld, nowMs);
    const wait = this.#pace.decide({ requester, text: filtered.text, isHeld: hold !== undefined }, this.#modes, nowMs);
    if (wait !== undefined) return { kind: 'wait', ...wait };
    return { kind: 'fair', text: filtered.text, ...(hold === undefined ? {} : { hold }) };
  }

  /** The wait that the next message of a viewer would meet, however short it is. */
  nextWait(requester: Requester, nowMs: number): Wait | undefined {
    return isExempt(requester) ? undefined : this.#pace.next(requester, this.#modes, nowMs);
  }

  /** Counts a message that was taken, or is held. */
  accept(requester: Requester, text: string, isHeld: boolean, nowMs: number): void {
    if (!isExempt(requester)) this.#pace.accept({ requester, text, isHeld }, nowMs);
    if (!isHeld) this.familiarity.hear(requester.viewerId, nowMs);
  }

  #joined(): WordFilter {
    return new WordFilter([...this.#configured, ...this.#liveFilters.map(({ rule }) => rule)]);
  }

  #holdReason({ viewerId }: Requester, isCaught: boolean, nowMs: number): HoldReason | undefined {
    if (isCaught) return 'filter';
    return this.#modes.holdsFirst && !this.familiarity.isKnown(viewerId, nowMs) ? 'first' : undefined;
  }
}
