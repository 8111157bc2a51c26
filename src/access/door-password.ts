import { createHash } from 'node:crypto';
import { KeyedPace, type KeyedPaceLimit } from '../admission/keyed-pace.ts';
import { hashPassword, isPassword, maxPasswordBytes, passwordFrom } from '../identity/password.ts';
import { WorkLane } from '../identity/work-lane.ts';

/** Where the hash outlives a restart. */
export interface DoorPasswordStore {
  get(key: 'door-password-hash'): string | undefined;
  set(key: 'door-password-hash', value: string): boolean;
}

export interface DoorPasswordOptions {
  readonly store: DoorPasswordStore;
  randomBytes(size: number): Buffer;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Length of a password that somebody chooses, in characters; and what is hashed at all, in bytes. */
export const doorPasswordBounds = { minCharacters: 8, maxBytes: maxPasswordBytes } as const;

export type PasswordJudgement =
  /** `mark`: what whoever knew it may show from now on, until there is another password. */
  | { readonly kind: 'right'; readonly mark: string }
  | { readonly kind: 'wrong' }
  /** Too many wait to be judged. */
  | { readonly kind: 'busy' };

/** A hash costs 70 ms and 32 MiB: one at a time, and only so many may wait. */
const maxWaiting = 4;
/** More wrong ones than this, of all people together, are somebody's guesses. */
const guessing: KeyedPaceLimit = { count: 20, windowMs: 60_000 };
const all = 'all';
const generatedBytes = 9;
const saltBytes = 16;

/** The one password that everybody who is meant to come in knows. Of it, only a salted hash is kept. */
// Threat: T18
export class DoorPassword {
  readonly #options: DoorPasswordOptions;
  readonly #lane = new WorkLane(maxWaiting);
  readonly #wrong = new KeyedPace(guessing, 1);
  readonly #listeners = new Set<() => void>();
  #hash: string | undefined;

  constructor(options: DoorPasswordOptions) {
    this.#options = options;
    this.#hash = options.store.get('door-password-hash');
  }

  /** What those who came by the password of now have shown; absent while there is none. */
  get mark(): string | undefined {
    return this.#hash === undefined ? undefined : markOf(this.#hash);
  }

  /**
   * Whether a picture must be read as well, since somebody is guessing. A lock would be a way to keep everybody out; a picture is one to be looked at
   * for each guess.
   */
  get needsPicture(): boolean {
    return this.#wrong.waitMs(all, this.#options.now()) > 0;
  }

  /** Judges an attempt. Who may attempt how often is for the caller to say. */
  async judge(password: string): Promise<PasswordJudgement> {
    const hash = this.#hash;
    if (this.#lane.isFull) return { kind: 'busy' };
    const isBounded = Buffer.byteLength(password) <= doorPasswordBounds.maxBytes;
    const judged =
      hash === undefined || !isBounded ? undefined : await this.#lane.run(() => isPassword(password, hash));
    if (judged?.value === true && hash !== undefined) return { kind: 'right', mark: markOf(hash) };
    this.#wrong.count(all, this.#options.now());
    return { kind: 'wrong' };
  }

  /** A new password, in place of the one before: who came by that is out at once. Undefined if it is out of bounds. */
  async change(password: string): Promise<{ readonly isKept: boolean } | undefined> {
    const { minCharacters, maxBytes } = doorPasswordBounds;
    const chosen = password.trim();
    const isFine = chosen.isWellFormed() && !/\p{Cc}/u.test(chosen) && Buffer.byteLength(chosen) <= maxBytes;
    if (!isFine || Array.from(chosen).length < minCharacters) return undefined;
    this.#hash = await hashPassword(chosen, this.#options.randomBytes(saltBytes));
    const isKept = this.#options.store.set('door-password-hash', this.#hash);
    for (const listener of this.#listeners) listener();
    return { isKept };
  }

  /** Makes one of 72 random bits, in groups that can be read aloud. It is known only now. */
  async renew(): Promise<{ readonly password: string; readonly isKept: boolean }> {
    const password = passwordFrom(this.#options.randomBytes(generatedBytes));
    const changed = await this.change(password);
    return { password, isKept: changed?.isKept === true };
  }

  /** Calls back when somebody may have to go. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** Tells nothing of the password, and is another one with each salt. */
function markOf(hash: string): string {
  return createHash('sha256').update('door-password:').update(hash).digest('base64url').slice(0, 22);
}
