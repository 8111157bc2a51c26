import { createHmac, timingSafeEqual } from 'node:crypto';
import { foldAnswer, isSameAnswer, maxAnswerUnits, normalisePictureAnswer } from './captcha-answer.ts';
import { KeyedPace, type KeyedPaceLimit } from './keyed-pace.ts';

/** What is shown, and what is right. */
export interface Picture {
  readonly answer: string;
  readonly png: Uint8Array;
}

/** Who is asked. */
export interface Asked {
  readonly viewerId: string;
  /** Absent on this machine itself. */
  readonly circuitId?: number;
}

export interface ChallengePolicy {
  /** How long a picture may be answered. */
  readonly lifeMs: number;
  /** Answers that are looked at, of one viewer and of one circuit. */
  readonly tries: KeyedPaceLimit;
  /** Pictures shown, to one viewer and to one circuit. */
  readonly pictures: KeyedPaceLimit;
  /** The same for everybody together: what is remembered is bounded by it. */
  readonly allTries: KeyedPaceLimit;
  readonly allPictures: KeyedPaceLimit;
}

const minuteMs = 60_000;

export const defaultChallengePolicy: ChallengePolicy = {
  lifeMs: 3 * minuteMs,
  tries: { count: 3, windowMs: minuteMs },
  pictures: { count: 10, windowMs: minuteMs },
  allTries: { count: 600, windowMs: minuteMs },
  allPictures: { count: 600, windowMs: minuteMs },
};

/** Why an answer did not help. */
export type CaptchaRefusal =
  | { readonly rule: 'captcha-needed' | 'captcha-wrong' | 'captcha-expired' }
  | { readonly rule: 'captcha-too-often'; readonly waitMs: number };

/** What came with a form, as typed. */
export interface GivenAnswer {
  /** Which picture was answered. */
  readonly name?: string;
  readonly picture?: string;
  readonly question?: string;
}

/** What is asked for. */
export interface WantedAnswer {
  readonly picture: boolean;
  /** Answers to the question; absent if none is asked. */
  readonly accepted?: readonly string[];
}

export type ShowOutcome =
  | { readonly kind: 'shown'; readonly png: Uint8Array }
  /** Made for somebody else, too old, answered already, or not made here. */
  | { readonly kind: 'gone' }
  /** Shown too many. */
  | { readonly kind: 'wait'; readonly waitMs: number }
  /** None is ready. */
  | { readonly kind: 'busy'; readonly waitMs: number };

/** Randomness in the name of a challenge. */
export const challengeRandomBytes = 12;

const nameShape = /^[A-Za-z0-9_-]{43}$/;
const signedBytes = challengeRandomBytes + 4;
const macBytes = 16;
/** More keys than can be counted within a window. */
const maxKeys = 8192;

interface Shown {
  /** Absent once it has been tried, right or wrong. */
  readonly picture?: Picture;
  readonly untilMs: number;
}

/**
 * Pictures to be read. The name of a challenge is a sealed note that is made for one viewer and costs no memory; only when the browser fetches the
 * picture is one taken and remembered, within limits for the viewer, the circuit and all. An attempt burns it, right or wrong.
 * Times are monotonic milliseconds; names mean nothing after a restart.
 */
// Threat: T12, T17
export class Challenges {
  readonly #secret: Uint8Array;
  readonly #policy: ChallengePolicy;
  /** By name, in the order of being shown. */
  readonly #shown = new Map<string, Shown>();
  readonly #tries: KeyedPace;
  readonly #pictures: KeyedPace;
  readonly #allTries: KeyedPace;
  readonly #allPictures: KeyedPace;

  /** `secret` seals the names. */
  constructor(secret: Uint8Array, policy: ChallengePolicy = defaultChallengePolicy) {
    this.#secret = secret;
    this.#policy = policy;
    this.#tries = new KeyedPace(policy.tries, maxKeys);
    this.#pictures = new KeyedPace(policy.pictures, maxKeys);
    this.#allTries = new KeyedPace(policy.allTries, 1);
    this.#allPictures = new KeyedPace(policy.allPictures, 1);
  }

  /** How many pictures are remembered, burnt ones included. */
  get size(): number {
    return this.#shown.size;
  }

  /** A new name for this viewer. Remembers nothing. */
  name(viewerId: string, nowMs: number, random: Uint8Array): string {
    const note = Buffer.alloc(signedBytes);
    note.set(random.subarray(0, challengeRandomBytes));
    note.writeUInt32BE(Math.ceil((nowMs + this.#policy.lifeMs) / 1000), challengeRandomBytes);
    return Buffer.concat([note, this.#seal(note, viewerId)]).toString('base64url');
  }

  /** The picture of this name: always the same one until it is tried. `take` is asked for a new one the first time. */
  show(name: string, asked: Asked, take: () => Picture | { readonly waitMs: number }, nowMs: number): ShowOutcome {
    this.#forget(nowMs);
    const untilMs = this.#endOf(name, asked.viewerId);
    if (untilMs === undefined || untilMs <= nowMs) return { kind: 'gone' };
    const known = this.#shown.get(name);
    if (known !== undefined) {
      return known.picture === undefined ? { kind: 'gone' } : { kind: 'shown', png: known.picture.png };
    }
    const waitMs = paceOf(this.#pictures, this.#allPictures, asked, nowMs);
    if (waitMs > 0) return { kind: 'wait', waitMs };
    const picture = take();
    if (!('png' in picture)) return { kind: 'busy', waitMs: picture.waitMs };
    countPace(this.#pictures, this.#allPictures, asked, nowMs);
    this.#shown.set(name, { picture, untilMs });
    return { kind: 'shown', png: picture.png };
  }

  /**
   * Judges what was answered by what is asked for; nothing at all means that it is right. Too many attempts are not even looked at, and burn nothing;
   * nor does an empty field.
   */
  answer(given: GivenAnswer, wanted: WantedAnswer, asked: Asked, nowMs: number): CaptchaRefusal | undefined {
    const { picture: seen = '', question: said = '' } = given;
    const isMissing = (wanted.picture && seen.trim() === '') || (wanted.accepted !== undefined && said.trim() === '');
    if (isMissing) return { rule: 'captcha-needed' };
    const wait = this.attempt(asked, nowMs);
    if (wait !== undefined) return wait;
    const picture = wanted.picture ? this.#burn(given.name ?? '', asked.viewerId, nowMs) : undefined;
    if (wanted.picture && picture === undefined) return { rule: 'captcha-expired' };
    const isRight =
      (picture === undefined || isPictureAnswer(seen, picture)) &&
      (wanted.accepted === undefined || isAccepted(said, wanted.accepted));
    return isRight ? undefined : { rule: 'captcha-wrong' };
  }

  /** How long this person must wait for another picture; 0 if it is welcome. */
  pictureWaitMs(asked: Asked, nowMs: number): number {
    return paceOf(this.#pictures, this.#allPictures, asked, nowMs);
  }

  /** Whether an answer to this picture can still be right. */
  isOpen(name: string, viewerId: string, nowMs: number): boolean {
    const untilMs = this.#endOf(name, viewerId);
    const known = this.#shown.get(name);
    return untilMs !== undefined && nowMs < untilMs && (known === undefined || known.picture !== undefined);
  }

  /** Counts an attempt at any other secret (a password, an invitation) under the same limits. Too many are not to be looked at. */
  attempt(asked: Asked, nowMs: number): CaptchaRefusal | undefined {
    this.#forget(nowMs);
    const waitMs = paceOf(this.#tries, this.#allTries, asked, nowMs);
    if (waitMs > 0) return { rule: 'captcha-too-often', waitMs };
    countPace(this.#tries, this.#allTries, asked, nowMs);
    return undefined;
  }

  /** The picture of this name, if it can still be answered; it cannot from now on. */
  #burn(name: string, viewerId: string, nowMs: number): Picture | undefined {
    const untilMs = this.#endOf(name, viewerId);
    const { picture } = this.#shown.get(name) ?? {};
    if (untilMs === undefined || untilMs <= nowMs || picture === undefined) return undefined;
    this.#shown.set(name, { untilMs });
    return picture;
  }

  /** When a name that was made here for this viewer ends. */
  #endOf(name: string, viewerId: string): number | undefined {
    // 32 bytes are 43 characters of which the last holds bits that mean nothing: only the one way of writing them counts.
    const bytes = nameShape.test(name) ? Buffer.from(name, 'base64url') : undefined;
    if (bytes === undefined || bytes.toString('base64url') !== name) return undefined;
    const note = bytes.subarray(0, signedBytes);
    if (!timingSafeEqual(bytes.subarray(signedBytes), this.#seal(note, viewerId))) return undefined;
    return note.readUInt32BE(challengeRandomBytes) * 1000;
  }

  #seal(note: Uint8Array, viewerId: string): Buffer {
    const mac = createHmac('sha256', this.#secret).update('captcha:').update(note).update(viewerId);
    return mac.digest().subarray(0, macBytes);
  }

  /** Names that have ended can no longer be shown or answered, so that nothing need be known of them. */
  #forget(nowMs: number): void {
    for (const [name, { untilMs }] of this.#shown) {
      if (untilMs <= nowMs) this.#shown.delete(name);
    }
  }
}

function isPictureAnswer(typed: string, { answer }: Picture): boolean {
  return typed.length <= maxAnswerUnits && isSameAnswer(normalisePictureAnswer(typed), answer);
}

/** Whether a typed answer is one of the accepted ones, however it is spelled out. Looks at all of them. */
function isAccepted(typed: string, accepted: readonly string[]): boolean {
  if (typed.length > maxAnswerUnits) return false;
  const folded = foldAnswer(typed);
  return folded !== '' && accepted.filter((each) => isSameAnswer(foldAnswer(each), folded)).length > 0;
}

function keysOf({ viewerId, circuitId }: Asked): string[] {
  return circuitId === undefined ? [`v${viewerId}`] : [`v${viewerId}`, `c${circuitId}`];
}

function paceOf(each: KeyedPace, all: KeyedPace, asked: Asked, nowMs: number): number {
  return Math.max(all.waitMs('', nowMs), ...keysOf(asked).map((key) => each.waitMs(key, nowMs)));
}

function countPace(each: KeyedPace, all: KeyedPace, asked: Asked, nowMs: number): void {
  all.count('', nowMs);
  for (const key of keysOf(asked)) each.count(key, nowMs);
}
