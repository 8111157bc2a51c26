import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { LoginThrottle } from '../admission/login-throttle.ts';
import { isPassword, maxPasswordBytes } from '../identity/password.ts';
import { WorkLane } from '../identity/work-lane.ts';

/** Where the broadcaster's login and desk are: at every listener, at that of this machine alone, or there and at an onion service of their own. */
export type DeskEntrance = 'everywhere' | 'local' | 'desk';

/** The name the broadcaster logs in with unless another one is configured. Who they are on the page is configured apart from it. */
export const defaultLogin = 'broadcaster';

/** How long a login lasts, and how long a browser that has logged in once is known. */
export const sessionMs = 12 * 60 * 60 * 1000;
export const deviceMs = 90 * 24 * 60 * 60 * 1000;

export interface BroadcasterAccessOptions {
  /** The name the broadcaster logs in with, in any case. */
  readonly login: string;
  /** Where from; see `opensDesk`. */
  readonly entrance: DeskEntrance;
  /** The stored hash of the password; absent while there is none, and then nobody gets in. */
  passwordHash(): string | undefined;
  /** Signs device cookies. */
  readonly secret: Uint8Array;
  randomBytes(size: number): Buffer;
  /** Monotonic milliseconds. */
  now(): number;
}

export interface LoginAttempt {
  readonly name: string;
  readonly password: string;
  /** The device cookie, if the browser has one. */
  readonly device?: string;
}

export type LoginOutcome =
  | { readonly kind: 'in'; readonly session: string; readonly device: string }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly waitMs: number };

/** A hash costs 70 ms and 32 MiB: one at a time, and only so many may wait. */
const maxWaiting = 4;
const busyWaitMs = 2000;
const maxSessions = 32;
const maxDevices = 64;
const tokenShape = /^[A-Za-z0-9_-]{43}$/;
const deviceShape = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{22})$/;

/** Who may use the broadcaster's desk. Sessions live in memory, as hashes; a restart ends them. */
// Threat: T18
export class BroadcasterAccess {
  readonly #options: BroadcasterAccessOptions;
  /** Hash of the session's token, and when it ends. The oldest come first. */
  readonly #sessions = new Map<string, number>();
  readonly #everybody = new LoginThrottle();
  /** Browsers that have logged in before have limits of their own: nobody else's guessing locks the owner out. */
  readonly #devices = new Map<string, LoginThrottle>();
  readonly #lane = new WorkLane(maxWaiting);

  constructor(options: BroadcasterAccessOptions) {
    this.#options = options;
  }

  get entrance(): DeskEntrance {
    return this.#options.entrance;
  }

  /** Judges an attempt. Nothing is hashed for an attempt that came too soon. */
  async logIn({ name, password, device }: LoginAttempt): Promise<LoginOutcome> {
    const options = this.#options;
    if (this.#lane.isFull) return { kind: 'wait', waitMs: busyWaitMs };
    const throttle = this.#throttleOf(device);
    const waitMs = throttle.begin(options.now());
    if (waitMs > 0) return { kind: 'wait', waitMs };
    const stored = options.passwordHash();
    if (stored === undefined || Buffer.byteLength(password) > maxPasswordBytes) return { kind: 'wrong' };
    const judged = await this.#lane.run(() => isPassword(password, stored));
    if (judged?.value !== true || !isSameName(name, options.login)) return { kind: 'wrong' };
    throttle.succeed();
    const session = options.randomBytes(32).toString('base64url');
    this.#sessions.set(digest(session), options.now() + sessionMs);
    dropOldest(this.#sessions, maxSessions);
    return { kind: 'in', session, device: this.#isDevice(device) ? device : this.#mintDevice() };
  }

  /** Whether this session token stands for a login that still holds. */
  isLoggedIn(session: string | undefined): boolean {
    if (session === undefined || !tokenShape.test(session)) return false;
    const key = digest(session);
    const endMs = this.#sessions.get(key);
    if (endMs === undefined) return false;
    if (this.#options.now() < endMs) return true;
    this.#sessions.delete(key);
    return false;
  }

  /** Ends a login; its token is worth nothing from now on. */
  logOut(session: string | undefined): void {
    if (session !== undefined) this.#sessions.delete(digest(session));
  }

  #throttleOf(device: string | undefined): LoginThrottle {
    if (!this.#isDevice(device)) return this.#everybody;
    const throttle = this.#devices.get(device) ?? new LoginThrottle();
    this.#devices.set(device, throttle);
    dropOldest(this.#devices, maxDevices);
    return throttle;
  }

  #mintDevice(): string {
    const id = this.#options.randomBytes(16).toString('base64url');
    return `${id}.${this.#deviceMac(id)}`;
  }

  #isDevice(device: string | undefined): device is string {
    const [, id, mac] = deviceShape.exec(device ?? '') ?? [];
    if (id === undefined || mac === undefined) return false;
    return timingSafeEqual(Buffer.from(mac), Buffer.from(this.#deviceMac(id)));
  }

  /** Bound to the password: a new one makes every device a stranger. */
  #deviceMac(id: string): string {
    const parts = JSON.stringify(['device', id, this.#options.passwordHash() ?? '']);
    return createHmac('sha256', this.#options.secret).update(parts).digest('base64url').slice(0, 22);
  }
}

function isSameName(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => name.normalize('NFKC').trim().toLowerCase());
  return first === second;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Maps keep the order of insertion: the first key is the oldest. */
function dropOldest(kept: Map<string, unknown>, limit: number): void {
  const [oldest] = kept.size > limit ? kept.keys() : [];
  if (oldest !== undefined) kept.delete(oldest);
}
