import { describe, expect, it } from 'vitest';
import { Fairness, type FairnessRules } from './fairness.ts';
import { defaultFloodPolicy } from './flood.ts';
import { openModes } from './modes.ts';

const stranger = { viewerId: 'v1' };
const staff = { viewerId: 'v2', role: 'moderator' } as const;
const build = (wish: Partial<FairnessRules> = {}) => new Fairness({ flood: defaultFloodPolicy, ...wish });

describe('fairness', () => {
  it('closes the chat to all but staff, and says so before anything else', () => {
    const fairness = build();
    fairness.setModes({ ...openModes, isLocked: true, isMembersOnly: true });
    expect(fairness.entryRule({ requester: stranger })).toBe('chat-closed');
    expect(fairness.entryRule({ requester: staff })).toBeUndefined();
  });

  it('knows members by tripcode and by the door, and trusts no weak tripcode', () => {
    const members = { hasTripcode: (code: string) => code === 'good', hasViewer: (id: string) => id === 'let in' };
    const fairness = build({ members, modes: { ...openModes, isMembersOnly: true } });
    const ruleFor = (viewerId: string, code?: string, isWeak = false) =>
      fairness.entryRule({ requester: { viewerId }, ...(code === undefined ? {} : { tripcode: { code, isWeak } }) });
    expect(ruleFor('v1')).toBe('members-only');
    expect(ruleFor('v1', 'bad')).toBe('members-only');
    expect(ruleFor('v1', 'good', true)).toBe('members-only');
    expect(ruleFor('v1', 'good')).toBeUndefined();
    expect(ruleFor('let in')).toBeUndefined();
    expect(fairness.entryRule({ requester: staff })).toBeUndefined();
  });

  it('holds what strangers say and what a filter finds, but not what known people say', () => {
    const filters = [{ action: 'hold', text: 'hm', wholeWords: true } as const];
    const fairness = build({ filters, modes: { ...openModes, holdsFirst: true } });
    expect(fairness.judge(stranger, 'hello', 0)).toEqual({ kind: 'fair', text: 'hello', hold: 'first' });
    fairness.familiarity.hear('v1', 0);
    expect(fairness.judge(stranger, 'hello', 0)).toEqual({ kind: 'fair', text: 'hello' });
    expect(fairness.judge(stranger, 'hm', 0)).toEqual({ kind: 'fair', text: 'hm', hold: 'filter' });
    expect(fairness.judge(staff, 'hm', 0)).toEqual({ kind: 'fair', text: 'hm' });
  });

  it('speaks of words before it speaks of waiting', () => {
    const filters = [{ action: 'block', text: 'bad', wholeWords: true } as const];
    const fairness = build({ filters, modes: { ...openModes, slowMs: 60_000 } });
    fairness.accept(stranger, 'hello', false, 0);
    expect(fairness.judge(stranger, 'bad', 1)).toEqual({ kind: 'filtered', found: 'bad', isBanned: false });
    expect(fairness.judge(stranger, 'good', 1)).toEqual({ kind: 'wait', rule: 'slow-mode', waitMs: 59_999 });
    expect(fairness.nextWait(stranger, 1)).toEqual({ rule: 'slow-mode', waitMs: 59_999 });
    expect(fairness.nextWait(staff, 1)).toBeUndefined();
  });
});
