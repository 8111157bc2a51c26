import { z } from 'zod';
import { type AccessRules, accessModes } from '../admission/admission.ts';
import type { CaptchaKind, CaptchaQuestion } from './captcha.ts';

/** Everything about the door that can be changed while live. */
export interface DoorRules extends AccessRules {
  readonly kind: CaptchaKind;
  /** Without text there is no question. */
  readonly question: CaptchaQuestion;
}

/** Where the change outlives a restart. */
export interface DoorStore {
  get(key: 'door'): string | undefined;
  set(key: 'door', value: string): boolean;
}

/** Bounds of what the desk may enter; the configuration has the same. */
export const doorLimits = { question: 200, answers: 16, answer: 200, tripcodes: 256, tripcode: 64 } as const;

const rulesSchema = z.object({
  mode: z.enum(accessModes),
  kind: z.enum(['picture', 'question', 'both']),
  question: z.object({ text: z.string(), answers: z.array(z.string()) }),
  tripcodes: z.array(z.string()),
});

/** The rules of the door: those of the configuration until the desk has changed them. */
export class DoorSettings {
  readonly #store: DoorStore;
  readonly #listeners = new Set<() => void>();
  #rules: DoorRules;

  constructor(store: DoorStore, initial: DoorRules) {
    this.#store = store;
    this.#rules = restored(store.get('door')) ?? initial;
  }

  get rules(): DoorRules {
    return this.#rules;
  }

  /** Who may come in. A question that nobody has set cannot be answered: the picture takes its place. */
  get access(): AccessRules {
    const { mode, tripcodes } = this.#rules;
    return { mode: mode === 'question' && this.question === undefined ? 'captcha' : mode, tripcodes };
  }

  /** The question, if there is one that can be answered. */
  get question(): CaptchaQuestion | undefined {
    const { question } = this.#rules;
    return question.text === '' || question.answers.length === 0 ? undefined : question;
  }

  /** Takes effect at once, for what is open as well. False if it could not be kept for the next start. */
  change(patch: Partial<DoorRules>): boolean {
    this.#rules = { ...this.#rules, ...patch };
    const isKept = this.#store.set('door', JSON.stringify(this.#rules));
    for (const listener of this.#listeners) listener();
    return isKept;
  }

  /** Calls back after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** Undefined for what an older version may have written. */
function restored(text: string | undefined): DoorRules | undefined {
  if (text === undefined) return undefined;
  const parsed = rulesSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : undefined;
}
