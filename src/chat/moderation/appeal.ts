import { maxAppealCharacters } from './command.ts';
import type { Appeal, Sanction } from './sanction.ts';
import { cleanStaffText, type StaffText } from './staff-text.ts';

export type AppealDecision =
  | { readonly kind: 'appealed'; readonly sanctionId: number; readonly appeal: Appeal }
  | { readonly kind: 'refused'; readonly rule: 'not-sanctioned' | 'appealed-already' }
  | Extract<StaffText, { readonly kind: 'refused' }>;

/** One short message to the moderators for each sanction. */
export function decideAppeal(
  sanction: Sanction | undefined,
  earlier: Appeal | undefined,
  typed: string,
  nowMs: number,
): AppealDecision {
  if (sanction === undefined) return { kind: 'refused', rule: 'not-sanctioned' };
  if (earlier !== undefined) return { kind: 'refused', rule: 'appealed-already' };
  const cleaned = cleanStaffText(typed, maxAppealCharacters);
  if (cleaned.kind === 'refused') return cleaned;
  return { kind: 'appealed', sanctionId: sanction.id, appeal: { text: cleaned.text, atMs: nowMs } };
}
