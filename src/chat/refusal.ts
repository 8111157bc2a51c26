import type { AppearanceRule } from '../identity/viewer.ts';
import type { MessageTextRule } from './message-text.ts';

/** Rules of pace: waiting helps. */
type PaceRule = 'slow-down' | 'room-busy' | 'same-text' | 'appearance-too-often';

/** Why something was not done; what was typed comes back with it. Which words a person reads is for the views to say. */
export type Refusal =
  | {
      readonly kind: 'refused';
      readonly rule: MessageTextRule | AppearanceRule | 'form-expired';
      readonly text: string;
    }
  | { readonly kind: 'refused'; readonly rule: PaceRule; readonly waitMs: number; readonly text: string };

/** Any rule that can be broken. */
export type RefusalRule = Refusal['rule'];
