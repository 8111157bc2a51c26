import { type Passes, type Admission, noAdmission, withPass } from '../admission/admission.ts';

/** Where admissions outlive a restart. */
export interface AdmissionStore {
  find(viewerId: string): Admission | undefined;
  save(viewerId: string, admission: Admission, nowMs: number): boolean;
  remove(viewerId: string): boolean;
}

/** Admissions remembered in memory too, for when the disk fails; the oldest go first. */
const maxRemembered = 4096;

/** What viewers have shown of themselves. Of somebody who has shown nothing, nothing is kept. */
// Threat: T17
export class Admissions {
  readonly #store: AdmissionStore;
  /** Unix milliseconds. */
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #remembered = new Map<string, Admission>();

  constructor(store: AdmissionStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  of(viewerId: string): Admission {
    return this.#remembered.get(viewerId) ?? this.#store.find(viewerId) ?? noAdmission;
  }

  /** Somebody has shown something. */
  pass(viewerId: string, pass: Passes): void {
    this.#keep(viewerId, withPass(this.of(viewerId), pass, this.#now()));
  }

  /** Somebody must solve a captcha again. */
  suspect(viewerId: string): void {
    this.#keep(viewerId, { ...this.of(viewerId), isSuspect: true });
  }

  /** Takes back all that somebody has shown. */
  revoke(viewerId: string): void {
    this.#remembered.delete(viewerId);
    this.#store.remove(viewerId);
    for (const listener of this.#listeners) listener();
  }

  /** Calls back when somebody may have to go. */
  onRevoke(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #keep(viewerId: string, admission: Admission): void {
    this.#store.save(viewerId, admission, this.#now());
    this.#remembered.delete(viewerId);
    this.#remembered.set(viewerId, admission);
    const [oldest] = this.#remembered.size > maxRemembered ? this.#remembered.keys() : [];
    if (oldest !== undefined) this.#remembered.delete(oldest);
  }
}
