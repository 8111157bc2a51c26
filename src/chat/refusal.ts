import type { CaptchaRefusal } from '../admission/challenge.ts';
import type { AppearanceRule } from '../identity/viewer.ts';
import type { MessageTextRule } from './message-text.ts';
import type { SanctionRefusal } from './moderation/sanction.ts';

/** Rules of pace for messages: waiting helps. */
export type PostPaceRule =
  /** The next message follows the last one at once. */
  | 'too-quick'
  | 'slow-mode'
  | 'slow-down'
  /** Too much of the screen of late. */
  | 'too-many-rows'
  | 'circuit-busy'
  | 'room-busy'
  | 'same-text'
  /** Many say the same. */
  | 'copied-text'
  /** Here for too short a time. */
  | 'too-new'
  /** Too many begin to speak at once. */
  | 'new-speakers';

type PaceRule = PostPaceRule | 'appearance-too-often' | 'tripcode-busy';

/** Rules of who may write at all: staff must change something. */
export type EntryRule = 'chat-closed' | 'members-only';

/** Why something was not done; what was typed comes back with it. Which words a person reads is for the views to say. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly rule:
        | MessageTextRule
        | AppearanceRule
        | EntryRule
        | 'form-expired'
        | 'hold-full'
        | 'reply-gone'
        | 'tripcode-loses-place';
      /** What else is wrong with a wish that was refused. */
      readonly also?: readonly AppearanceRule[];
      readonly text: string;
    }
  /** `found` is what a word filter does not let pass, as it was written. `isBanned`: it asks for a ban. */
  | {
      readonly kind: 'refused';
      readonly rule: 'filtered';
      readonly found: string;
      readonly isBanned: boolean;
      readonly text: string;
    }
  | { readonly kind: 'refused'; readonly rule: PaceRule; readonly waitMs: number; readonly text: string }
  | ({ readonly kind: 'refused'; readonly text: string } & CaptchaRefusal)
  | (SanctionRefusal & { readonly text: string });

/** Any rule that can be broken. */
export type RefusalRule = Refusal['rule'];
