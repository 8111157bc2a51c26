import type { AccessMode } from '../admission/admission.ts';
import type { AccessInvitation } from '../store/access-invitations.ts';
import type { AccessInvitations } from './access-invitations.ts';

/** The keys to an address that is not for everybody. */
export interface GuestKeys {
  /** Whether a key can bear this name. */
  isName(name: string): boolean;
  readonly max: number;
  /** `<56 characters>.onion`; absent while it is not known. */
  readonly address: string | undefined;
  list(): Promise<readonly string[]>;
  /** Makes one and gives its private half back, which is known only now. */
  add(name: string): Promise<string>;
  /** Takes one back. `everybody`: all who are there are cut off, as nobody knows who came by it; who still has a key is back at once. */
  remove(name: string, everybody: boolean): Promise<void>;
  /** Closes circuits of people who have been put out: by one of them they would still see that somebody answers here. */
  cutOff(circuitIds: ReadonlySet<number>): void;
}

export interface GuestsOptions {
  /** Absent where the address is for everybody, or somebody else's tor has it. */
  readonly keys?: GuestKeys;
  readonly invitations: Pick<AccessInvitations, 'create' | 'list' | 'revoke'>;
  /** The door at this moment. */
  mode(): AccessMode;
}

/** What somebody is to be given. */
export interface GuestWish {
  readonly name: string;
  /** The one thing alone, whether or not it is what stands between them and the stream. */
  readonly only?: 'key' | 'link';
  /** How many people the link lets in, and for how long it can be used. */
  readonly uses: number;
  readonly forMs: number;
}

/** Why nobody was invited. */
export type GuestRule =
  | 'guest-name'
  | 'guest-known'
  | 'guest-many'
  | 'address-open'
  | 'nothing-closed'
  | 'invitation-bounds';

export type GuestOutcome =
  | {
      readonly kind: 'invited';
      /** Private half of the key, and the secret of the link: each is known only now. */
      readonly key?: string;
      readonly secret?: string;
    }
  | { readonly kind: 'refused'; readonly rule: GuestRule };

/** Somebody who was invited, by name. */
export interface Guest {
  readonly name: string;
  readonly hasKey: boolean;
  readonly links: readonly AccessInvitation[];
}

/**
 * People invited by name: to an address that is not for everybody, with a key; past the door, with a link. Each of them is one person to whoever invites,
 * and is put out with one word.
 */
export class Guests {
  readonly #options: GuestsOptions;
  /** One after another: tor reads its files anew with each change. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: GuestsOptions) {
    this.#options = options;
  }

  /** Whether only those who have a key find the address. */
  get isPrivate(): boolean {
    return this.#options.keys !== undefined;
  }

  /** The address that the keys open, if it is known. */
  get address(): string | undefined {
    return this.#options.keys?.address;
  }

  /** Everybody who was invited, by name. */
  async list(): Promise<Guest[]> {
    const { keys, invitations } = this.#options;
    const keyed = (await keys?.list()) ?? [];
    const links = Map.groupBy(invitations.list(), ({ label }) => label);
    const names = new Set([...keyed, ...links.keys()]);
    return [...names].map((name) => ({ name, hasKey: keyed.includes(name), links: links.get(name) ?? [] }));
  }

  /** Gives somebody what they need to come in, or what was asked for. */
  invite(wish: GuestWish): Promise<GuestOutcome> {
    return this.#inTurn(async () => {
      const { keys, mode } = this.#options;
      const wantsKey = wish.only === 'key' || (wish.only === undefined && keys !== undefined);
      const wantsLink = wish.only === 'link' || (wish.only === undefined && mode() !== 'open');
      if (!wantsKey && !wantsLink) return { kind: 'refused', rule: 'nothing-closed' };
      const rule = wantsKey ? await this.#ruleAgainst(wish.name) : undefined;
      if (rule !== undefined) return { kind: 'refused', rule };
      const secret = wantsLink ? this.#link(wish) : undefined;
      if (wantsLink && secret === undefined) return { kind: 'refused', rule: 'invitation-bounds' };
      const key = wantsKey ? await keys?.add(wish.name) : undefined;
      return { kind: 'invited', ...(key !== undefined && { key }), ...(secret !== undefined && { secret }) };
    });
  }

  /** Takes back all that somebody was given, and puts them out. Undefined if nobody was invited by this name. */
  revoke(name: string): Promise<{ readonly hadKey: boolean; readonly links: number } | undefined> {
    return this.#inTurn(async () => {
      const { keys, invitations, mode } = this.#options;
      const guest = (await this.list()).find((one) => one.name === name);
      const links = guest?.links.filter(({ isRevoked }) => !isRevoked) ?? [];
      if (guest === undefined || (!guest.hasKey && links.length === 0)) return undefined;
      for (const { id } of links) invitations.revoke(id);
      // Where each of them has come in by a link, those of this name are out already, and the others need not be disturbed.
      if (guest.hasKey) await keys?.remove(name, mode() !== 'members' || links.length === 0);
      return { hadKey: guest.hasKey, links: links.length };
    });
  }

  /** People who came by these circuits of the onion service have been put out. */
  cutOff(circuitIds: ReadonlySet<number>): void {
    this.#options.keys?.cutOff(circuitIds);
  }

  async #ruleAgainst(name: string): Promise<GuestRule | undefined> {
    const { keys } = this.#options;
    if (keys === undefined) return 'address-open';
    if (!keys.isName(name)) return 'guest-name';
    const known = await keys.list();
    // Two names that differ in case alone would be one file on some disks, and one person to a reader.
    if (known.some((one) => one.toLowerCase() === name.toLowerCase())) return 'guest-known';
    return known.length >= keys.max ? 'guest-many' : undefined;
  }

  #link({ name, uses, forMs }: GuestWish): string | undefined {
    return this.#options.invitations.create({ label: name.replace(/\p{Cc}/gu, ' ').trim(), maxUses: uses, forMs });
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    // The next one waits for this one's end, however it ends.
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}
