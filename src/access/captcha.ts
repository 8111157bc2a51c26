import {
  type Asked,
  type CaptchaRefusal,
  challengeRandomBytes,
  type Challenges,
  type GivenAnswer,
  type Picture,
  type ShowOutcome,
  type WantedAnswer,
} from '../admission/challenge.ts';
import type { Admission } from '../admission/admission.ts';
import type { CaptchaView } from '../chat/chat-view.ts';
import type { CaptchaPolicy } from '../chat/modes.ts';
import { isExempt, type Requester } from '../chat/requester.ts';
import type { Admissions } from './admissions.ts';

/** What the broadcaster asks, and what is right. */
export interface CaptchaQuestion {
  readonly text: string;
  /** Compared as letters and digits alone. */
  readonly answers: readonly string[];
}

/** What somebody must do: read a picture, answer the question, or both. */
export type CaptchaKind = 'picture' | 'question' | 'both';

export interface CaptchaOptions {
  readonly challenges: Challenges;
  readonly admissions: Admissions;
  /** A picture that nobody has seen, or how long until there is one. */
  takePicture(): Picture | { readonly waitMs: number };
  policy(): CaptchaPolicy;
  kind(): CaptchaKind;
  /** Absent while none is asked. */
  question(): CaptchaQuestion | undefined;
  /** One message in so many brings another captcha; 0 is never. */
  readonly every: number;
  /** Monotonic milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
  /** In [0, 1). */
  random(): number;
}

/** Pictures and questions before somebody may write: who needs one, what is shown, whether it is right. */
// Threat: T12
export class Captcha {
  readonly #options: CaptchaOptions;

  constructor(options: CaptchaOptions) {
    this.#options = options;
  }

  /** Whether this person must solve one before the next message. */
  isNeeded(requester: Requester): boolean {
    const policy = this.#options.policy();
    if (policy === 'off' || isExempt(requester)) return false;
    return needs(policy, this.#options.admissions.of(requester.viewerId));
  }

  /** What to show. What was typed stays if it may still be right. */
  view(viewerId: string, given: GivenAnswer = {}, wanted: WantedAnswer = this.wanted()): CaptchaView {
    const { challenges, now, question, randomBytes } = this.#options;
    const isKept = given.name !== undefined && challenges.isOpen(given.name, viewerId, now());
    const name = isKept ? (given.name ?? '') : challenges.name(viewerId, now(), randomBytes(challengeRandomBytes));
    const asked = wanted.accepted === undefined ? undefined : question()?.text;
    return {
      ...(wanted.picture ? { picture: { name, href: `captcha/${name}.png` } } : {}),
      ...(asked === undefined ? {} : { question: asked }),
      pictureAnswer: isKept ? (given.picture ?? '').toWellFormed() : '',
      questionAnswer: (given.question ?? '').toWellFormed(),
    };
  }

  /** Somebody wants another picture; refused if there have been too many. */
  another(asked: Asked): CaptchaRefusal | undefined {
    const waitMs = this.#options.challenges.pictureWaitMs(asked, this.#options.now());
    return waitMs > 0 ? { rule: 'captcha-too-often', waitMs } : undefined;
  }

  /** The picture of a name. */
  show(name: string, asked: Asked): ShowOutcome {
    const { challenges, takePicture, now } = this.#options;
    return challenges.show(name, asked, takePicture, now());
  }

  /** Judges an answer. Nothing at all: it was right, and whoever gave it is trusted from now on. */
  solve(given: GivenAnswer, asked: Asked, wanted: WantedAnswer = this.wanted()): CaptchaRefusal | undefined {
    const { challenges, admissions, now } = this.#options;
    const refusal = challenges.answer(given, wanted, asked, now());
    if (refusal !== undefined) return refusal;
    admissions.pass(asked.viewerId, {
      ...(wanted.picture ? { captcha: true } : {}),
      ...(wanted.accepted === undefined ? {} : { question: true }),
    });
    return undefined;
  }

  /** Counts an attempt at another secret under the same limits. */
  attempt(asked: Asked): CaptchaRefusal | undefined {
    return this.#options.challenges.attempt(asked, this.#options.now());
  }

  /** A message was taken; by chance, its writer has to solve another one before the next. */
  posted(requester: Requester): void {
    const { every, random } = this.#options;
    if (every > 0 && !isExempt(requester) && random() * every < 1) this.suspect(requester.viewerId);
  }

  /** Somebody has to solve one before the next message: the flood rules say so. */
  suspect(viewerId: string): void {
    this.#options.admissions.suspect(viewerId);
  }

  /** What is asked for in the chat. A question that nobody has set is not asked: the picture takes its place. */
  wanted(): WantedAnswer {
    const question = this.#options.question();
    const kind = question === undefined ? 'picture' : this.#options.kind();
    return {
      picture: kind !== 'question',
      ...(kind === 'picture' || question === undefined ? {} : { accepted: question.answers }),
    };
  }
}

function needs(policy: Exclude<CaptchaPolicy, 'off'>, { verifiedAtMs, isSuspect }: Admission): boolean {
  return isSuspect || (policy === 'first' && verifiedAtMs === undefined);
}
