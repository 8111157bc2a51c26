import { randomBytes } from 'node:crypto';
import { type ChallengePolicy, Challenges, defaultChallengePolicy } from '../admission/challenge.ts';
import { PicturePool } from '../captcha/picture-pool.ts';
import type { CaptchaPolicy } from '../chat/modes.ts';
import type { OnioncastConfig } from '../config/schema.ts';
import { AccessInvitations } from '../access/access-invitations.ts';
import { Captcha } from '../access/captcha.ts';
import { type GuestKeys, Guests } from '../access/guests.ts';
import { DoorPassword } from '../access/door-password.ts';
import { DoorSettings } from '../access/door-settings.ts';
import { Admissions } from '../access/admissions.ts';
import { AccessInvitationRepository } from '../store/access-invitations.ts';
import { AdmissionRepository } from '../store/admissions.ts';
import type { Database } from '../store/database.ts';
import type { SettingRepository } from '../store/settings.ts';
import { Owned } from './owned.ts';

/** How often those who have been away for too long are forgotten. */
const forgetEveryMs = 60 * 60 * 1000;

/** Who may come in, and who may write. */
export interface Door {
  readonly captcha: Captcha;
  readonly challenges: Challenges;
  readonly pictures: PicturePool;
  /** Who has been let in, for staff to see. */
  readonly kept: AdmissionRepository;
  readonly settings: DoorSettings;
  readonly password: DoorPassword;
  readonly admissions: Admissions;
  readonly invitations: AccessInvitations;
  readonly guests: Guests;
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly config: OnioncastConfig;
  readonly database: Database;
  readonly settings: SettingRepository;
  readonly secret: Buffer;
  /** Keys to the address, where it is not for everybody. */
  readonly guestKeys?: GuestKeys | undefined;
  /** When a captcha is asked, as the switches of the room stand. */
  policy(): CaptchaPolicy;
  onError(error: unknown): void;
}

function challengePolicy({ limits }: OnioncastConfig): ChallengePolicy {
  const { tries, ...policy } = defaultChallengePolicy;
  return { ...policy, tries: { ...tries, count: limits.circuit.captchaTries } };
}

/** Builds the door. Pictures are drawn from now on. */
export function openDoor({ config, database, settings: store, secret, guestKeys, policy, onError }: DoorOptions): Door {
  const owned = new Owned();
  const kept = new AdmissionRepository(database);
  const forget = (): void => kept.forgetBefore(Date.now() - config.chat.keepMs);
  forget();
  const forgetting = setInterval(forget, forgetEveryMs).unref();
  owned.add(() => clearInterval(forgetting));
  const pictures = new PicturePool({ size: config.captcha.pool, onFailure: onError });
  owned.add(() => pictures.close());
  const { question: text, answers, kind } = config.captcha;
  const settings = new DoorSettings(store, { ...config.access, kind, question: { text, answers } });
  const password = new DoorPassword({ store, randomBytes, now: () => performance.now() });
  const admissions = new Admissions(kept, () => Date.now());
  const challenges = new Challenges(secret, challengePolicy(config));
  const captcha = new Captcha({
    challenges,
    admissions,
    takePicture: () => pictures.take(),
    policy,
    kind: () => settings.rules.kind,
    question: () => settings.question,
    every: config.captcha.every,
    now: () => performance.now(),
    randomBytes,
    random: Math.random,
  });
  const invitations = new AccessInvitations({
    store: new AccessInvitationRepository(database),
    randomBytes,
    now: () => Date.now(),
  });
  const guests = new Guests({
    ...(guestKeys !== undefined && { keys: guestKeys }),
    ...{ invitations, mode: () => settings.access.mode },
  });
  const parts = { captcha, challenges, pictures, kept, settings, password, admissions, invitations, guests };
  return { ...parts, close: () => owned.close() };
}
