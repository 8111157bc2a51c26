/** What somebody has shown at the door. */
export interface Passes {
  readonly captcha?: true;
  readonly question?: true;
  /** The mark of the door's password that was known (`passwordMark`). */
  readonly password?: string;
  /** The tripcode whose password was known. */
  readonly tripcode?: string;
  /** The invitation that was redeemed. */
  readonly invitation?: number;
}

/** What is known of a viewer's right to be here and to write. Kept only of those who have solved something, or have lost what they had. */
export interface Admission {
  readonly passes: Passes;
  /** Unix milliseconds of the last captcha, question, password or invitation that was right; absent if there was none. */
  readonly verifiedAtMs?: number;
  /** Has written too fast, or was picked by chance: must solve one more. */
  readonly isSuspect: boolean;
}

/** Of whom nothing is known. */
export const noAdmission: Admission = { passes: {}, isSuspect: false };

/** Who may come in: everybody, who reads a picture, who answers the question, who knows the password of the door, or who was let in by name. */
export const accessModes = ['open', 'captcha', 'question', 'password', 'members'] as const;

export type AccessMode = (typeof accessModes)[number];

/** The rules of the door. */
export interface AccessRules {
  readonly mode: AccessMode;
  /** The mark of the door's password: another one with each new password. Absent while there is none. */
  readonly password?: string;
  /** Tripcodes of members. */
  readonly tripcodes: readonly string[];
}

/** Whether somebody may come in. Tripcodes and invitations open every door; what was shown at another door opens only that one. */
export function isAdmitted(
  { passes }: Admission,
  { mode, password, tripcodes }: AccessRules,
  isGoodInvitation: (id: number) => boolean,
): boolean {
  if (mode === 'open') return true;
  if ((mode === 'captcha' || mode === 'question') && passes[mode] === true) return true;
  if (mode === 'password' && password !== undefined && passes.password === password) return true;
  if (passes.tripcode !== undefined && tripcodes.includes(passes.tripcode)) return true;
  return passes.invitation !== undefined && isGoodInvitation(passes.invitation);
}

/** Somebody has shown one more thing: is let in, and need not solve anything for now. */
export function withPass(admission: Admission, pass: Passes, nowMs: number): Admission {
  return { passes: { ...admission.passes, ...pass }, verifiedAtMs: nowMs, isSuspect: false };
}
