import { remember, type RateLimit, waitMs } from '../chat/flood.ts';
import type { Author, TripcodeMark } from '../chat/message.ts';
import { isCredentialOf, type Moderator } from '../chat/moderation/staff.ts';
import type { Face } from '../chat/people-list.ts';
import { RecentMap } from '../chat/recent-map.ts';
import type { Moment } from '../chat/room.ts';
import { chooseColour } from '../identity/colour.ts';
import { isHouseName } from '../identity/house-names.ts';
import type { NameRules } from '../identity/name.ts';
import { type NameHolder, NamesInUse } from '../identity/names-in-use.ts';
import { looksAlike } from '../identity/skeleton.ts';
import { tagOf } from '../identity/tag.ts';
import {
  type AppearanceRule,
  type AppearanceSurroundings,
  type AppearanceWish,
  authorOf,
  changeAppearance,
  type ViewerIdentity,
} from '../identity/viewer.ts';
import { type TripcodeMaker, tripcodeBusyWaitMs } from './tripcode-maker.ts';

/** Where identities are kept. */
export interface IdentityStore {
  /** Stores all of the work or nothing; false if the disk refused, and then identities live in memory. */
  commit(work: () => void): boolean;
  findViewer(id: string): ViewerIdentity | undefined;
  saveViewer(id: string, identity: ViewerIdentity, nowMs: number): void;
  /** Who has a name and was here since that time (Unix milliseconds), the one unseen for longest first. */
  namesSince(timeMs: number): readonly (NameHolder & { readonly seenAtMs: number })[];
}

export interface IdentitiesOptions {
  readonly store: IdentityStore;
  readonly names: NameRules;
  /** Changes of appearance by one viewer. */
  readonly limit: RateLimit;
  readonly tripcodes: Pick<TripcodeMaker, 'make'>;
  /** Whose names are nobody else's, here or away. Absent: there are none. */
  moderators?(): readonly Pick<Moderator, 'label' | 'by'>[];
  /**
   * Whether somebody who writes under this tripcode may do what others may not: as a member, where only those write, or as a moderator. Absent: there is
   * nothing to lose.
   */
  holdsPlace?(viewerId: string, tripcode: TripcodeMark | undefined): boolean;
  /** Makes the tags of nameless people. */
  readonly tagKey: Buffer;
  /** Somebody appears otherwise than before. */
  onChange?(viewerId: string): void;
  /** Colours of those who spoke last, the newest last. */
  recentColours(): readonly number[];
  now(): Moment;
  /** In [0, 1). */
  random(): number;
}

/** How a viewer appears, for their own form. */
export interface Appearance {
  /** Empty while the default name is used. */
  readonly name: string;
  readonly tag: string;
  readonly chosenColour?: number;
  readonly tripcode?: TripcodeMark;
}

export type AppearanceOutcome =
  | { readonly kind: 'done'; readonly identity: ViewerIdentity }
  | { readonly kind: 'refused'; readonly rule: AppearanceRule; readonly also: readonly AppearanceRule[] }
  /** Asked once: the same wish is granted the second time. */
  | { readonly kind: 'refused'; readonly rule: 'tripcode-loses-place' }
  | { readonly kind: 'refused'; readonly rule: 'appearance-too-often' | 'tripcode-busy'; readonly waitMs: number };

/** How long a name stays that of somebody who is away. Their identity itself is kept for longer. */
export const nameHoldMs = 24 * 60 * 60 * 1000;

/** Identities remembered in memory too, for when the disk fails; the oldest go first. The same bound holds for the times of changes. */
const maxIdentities = 4096;

/** Who appears how: names, colours and tripcodes of viewers, over absences and restarts. */
export class Identities {
  readonly #options: IdentitiesOptions;
  readonly #known = new RecentMap<string, ViewerIdentity>(maxIdentities);
  readonly #changes = new RecentMap<string, readonly number[]>(maxIdentities);
  readonly #names = new NamesInUse(nameHoldMs);
  /** Who was asked whether they mean it, about which code; empty for none. */
  readonly #asked = new RecentMap<string, string>(maxIdentities);

  constructor(options: IdentitiesOptions) {
    this.#options = options;
    for (const { seenAtMs, ...holder } of options.store.namesSince(options.now().wallMs - nameHoldMs)) {
      this.#names.note(holder, seenAtMs);
    }
  }

  /** The identity of a viewer, if anything is known of them. A kept name that belongs to the house by now is not shown any more. */
  find(viewerId: string): ViewerIdentity | undefined {
    const remembered = this.#known.get(viewerId);
    if (remembered !== undefined) return remembered;
    const stored = this.#options.store.findViewer(viewerId);
    if (stored === undefined) return undefined;
    const identity = this.#withoutHouseName(stored);
    this.#known.set(viewerId, identity);
    return identity;
  }

  /** The identity of a viewer; somebody unknown gets a colour, and is remembered once they do something. */
  of(viewerId: string): ViewerIdentity {
    return this.find(viewerId) ?? this.#newcomer();
  }

  appearanceOf(viewerId: string): Appearance {
    const identity = this.find(viewerId);
    return {
      name: identity?.name ?? '',
      tag: tagOf(viewerId, this.#options.tagKey),
      ...(identity?.isColourChosen === true ? { chosenColour: identity.colour } : {}),
      ...(identity?.tripcode === undefined ? {} : { tripcode: identity.tripcode }),
    };
  }

  /** How a viewer without a role signs. */
  authorOf(viewerId: string, identity: ViewerIdentity): Author {
    return authorOf(identity, tagOf(viewerId, this.#options.tagKey), this.#options.names.defaultName);
  }

  /** How a viewer stands in a list. Whoever has done nothing so far has no colour yet. */
  faceOf(viewerId: string): Face {
    const identity = this.find(viewerId);
    if (identity !== undefined) return this.authorOf(viewerId, identity);
    return { name: this.#options.names.defaultName, tag: tagOf(viewerId, this.#options.tagKey) };
  }

  /** Grants a wish, all of it or nothing. What was granted is committed. */
  async change(viewerId: string, wish: AppearanceWish): Promise<AppearanceOutcome> {
    const before = this.of(viewerId);
    const around = this.#surroundingsOf(viewerId);
    const first = changeAppearance(before, wish, around);
    if (first.kind === 'unchanged') return { kind: 'done', identity: before };
    if (first.kind === 'refused') return refusedBy(first.rules);
    const wait = this.#countChange(viewerId);
    if (wait > 0) return { kind: 'refused', rule: 'appearance-too-often', waitMs: wait };
    if (first.kind === 'changed') return this.#grant(viewerId, before, first.identity);
    const tripcode = await this.#options.tripcodes.make(first.password);
    if (tripcode === undefined) return { kind: 'refused', rule: 'tripcode-busy', waitMs: tripcodeBusyWaitMs };
    // Much may have happened meanwhile, so the wish is judged anew.
    const current = this.find(viewerId) ?? before;
    const second = changeAppearance(current, wish, around, tripcode);
    if (second.kind === 'refused') return refusedBy(second.rules);
    return second.kind === 'changed'
      ? this.#grant(viewerId, current, second.identity)
      : { kind: 'done', identity: current };
  }

  /** Notes that a viewer was here; the caller stores it. */
  remember(viewerId: string, identity: ViewerIdentity): void {
    this.#known.set(viewerId, identity);
    const { name, tripcode } = identity;
    if (name === undefined) this.#names.release(viewerId);
    else {
      const holder = { viewerId, name, ...(tripcode === undefined ? {} : { tripcode }) };
      this.#names.note(holder, this.#options.now().wallMs);
    }
  }

  /** Grants a change, unless it takes away what somebody may do here and they have not been told so. */
  #grant(viewerId: string, before: ViewerIdentity, after: ViewerIdentity): AppearanceOutcome {
    const { holdsPlace = () => false } = this.#options;
    const isLost = holdsPlace(viewerId, before.tripcode) && !holdsPlace(viewerId, after.tripcode);
    const code = after.tripcode?.code ?? '';
    if (!isLost || this.#asked.get(viewerId) === code) return this.#keep(viewerId, after);
    this.#asked.set(viewerId, code);
    return { kind: 'refused', rule: 'tripcode-loses-place' };
  }

  #keep(viewerId: string, identity: ViewerIdentity): AppearanceOutcome {
    this.#asked.delete(viewerId);
    const { store, now, onChange } = this.#options;
    store.commit(() => store.saveViewer(viewerId, identity, now().wallMs));
    this.remember(viewerId, identity);
    onChange?.(viewerId);
    return { kind: 'done', identity };
  }

  /** Counts a change, and an attempt at a tripcode as one; gives the wait instead if there were too many. */
  #countChange(viewerId: string): number {
    const { limit, now } = this.#options;
    const { monotonicMs } = now();
    const times = this.#changes.get(viewerId) ?? [];
    const wait = waitMs(times, limit, monotonicMs);
    if (wait === 0) this.#changes.set(viewerId, remember(times, limit, monotonicMs));
    return wait;
  }

  #surroundingsOf(viewerId: string): AppearanceSurroundings {
    const { names, now, moderators } = this.#options;
    return {
      names,
      isTaken: (name, tripcode) => {
        const seeker = { viewerId, ...(tripcode === undefined ? {} : { tripcode }) };
        const others = (moderators?.() ?? []).filter(({ by }) => !isCredentialOf(by, seeker));
        return this.#names.isTaken(name, seeker, now().wallMs) || others.some(({ label }) => looksAlike(name, label));
      },
    };
  }

  #newcomer(): ViewerIdentity {
    const { recentColours, random } = this.#options;
    return { colour: chooseColour(recentColours(), random()), isColourChosen: false };
  }

  #withoutHouseName(identity: ViewerIdentity): ViewerIdentity {
    const { name, ...nameless } = identity;
    return name !== undefined && isHouseName(name, this.#options.names.broadcasterName) ? nameless : identity;
  }
}

function refusedBy([rule, ...also]: readonly [AppearanceRule, ...AppearanceRule[]]): AppearanceOutcome {
  return { kind: 'refused', rule, also };
}
