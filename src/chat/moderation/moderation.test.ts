import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from './actor.ts';
import { type ChatModes, openModes, parseModePatch } from '../modes.ts';
import type { Change } from './change.ts';
import { durationLimits, maxReasonCharacters, type ModerationCommand, type ModeWords } from './command.ts';
import type { ModerationFacts } from './facts.ts';
import { moderationLimits } from './limits.ts';
import { Moderation } from './moderation.ts';

const broadcaster: Actor = { kind: 'broadcaster' };
const minute = 60_000;

/** A chat of five people, with a clock that moves only when told to, that carries out what is decided. */
class World {
  readonly moderation: Moderation;
  nowMs = 1_800_000_000_000;
  readonly hidden = new Set<number>();
  readonly held = new Map<number, 'waiting' | 'declined'>([
    [1, 'waiting'],
    [2, 'waiting'],
  ]);
  modes: ChatModes = openModes;
  readonly tripcodes = new Map<string, { code: string; isWeak: boolean }>();
  readonly circuits = new Map<string, number[]>([['ann', [7]]]);
  /** Message n is by author n modulo 5. */
  readonly authors = ['cast', 'ann', 'bob', 'cid', 'mod'];
  messages = 20;

  constructor(moderation = new Moderation()) {
    this.moderation = moderation;
  }

  get facts(): ModerationFacts {
    return {
      message: (id) => {
        const viewerId = this.#authorOf(id);
        return viewerId === undefined ? undefined : { viewerId, isHidden: this.hidden.has(id) };
      },
      shownMessagesOf: (viewerId) =>
        Array.from({ length: this.messages }, (_, index) => index + 1).filter(
          (id) => this.#authorOf(id) === viewerId && !this.hidden.has(id),
        ),
      person: (viewerId) => {
        const tripcode = this.tripcodes.get(viewerId);
        return {
          label: `${viewerId} #abc`,
          circuitIds: this.circuits.get(viewerId) ?? [],
          ...(tripcode === undefined ? {} : { tripcode }),
          ...(viewerId === 'cast' ? { isBroadcaster: true } : {}),
        };
      },
      nextMessageId: this.messages + 1,
      cleanAnnouncement: (text) => (text.trim() === '' ? { kind: 'refused' } : { kind: 'clean', text: text.trim() }),
      heldState: (id) => this.held.get(id),
      filters: [],
      modes: this.modes,
    };
  }

  act(command: ModerationCommand, actor: Actor = broadcaster) {
    const decision = this.moderation.decide(actor, command, this.facts, this.nowMs);
    if (decision.kind === 'refused') return decision.rule;
    const { viewerId } = decision.entry;
    this.moderation.accept(decision, viewerId === undefined ? [] : this.facts.person(viewerId).circuitIds);
    for (const change of decision.entry.changes) this.#carryOut(change);
    return decision.entry;
  }

  /** The id of the entry; fails where the act was refused. */
  done(command: ModerationCommand, actor: Actor = broadcaster): number {
    const entry = this.act(command, actor);
    if (typeof entry === 'string') throw new Error(entry);
    return entry.id;
  }

  appoint(viewerId: string, label = viewerId): Actor {
    const moderatorId = this.done({ kind: 'appoint', by: { kind: 'viewer', viewerId }, label });
    return { kind: 'moderator', moderatorId, label, viewerId };
  }

  /** Everything that counts but the log itself. */
  get snapshot() {
    const { moderation } = this;
    const byId = (a: { id: number }, b: { id: number }): number => a.id - b.id;
    return structuredClone({
      sanctions: moderation.sanctionsAt(this.nowMs).toSorted(byId),
      notes: Object.fromEntries(moderation.notes),
      moderators: moderation.moderators.toSorted(byId),
      pinned: moderation.pinnedId,
      hidden: this.hidden,
      held: this.held,
      modes: this.modes,
    });
  }

  #authorOf(id: number): string | undefined {
    return id >= 1 && id <= this.messages ? this.authors[id % this.authors.length] : undefined;
  }

  #carryOut(change: Change): void {
    if (change.kind === 'hidden') {
      for (const id of change.messageIds) {
        if (change.isHidden) this.hidden.add(id);
        else this.hidden.delete(id);
      }
    } else if (change.kind === 'mode') {
      const parsed = parseModePatch(change.after);
      this.modes = { ...this.modes, ...(parsed.kind === 'patch' ? parsed.patch : {}) };
    } else if (change.kind === 'declined') {
      for (const id of change.heldIds) this.held.set(id, change.isDeclined ? 'declined' : 'waiting');
    } else if (change.kind === 'approved') {
      for (const id of change.heldIds) this.held.delete(id);
      this.messages += change.messageIds.length;
    } else if (change.kind === 'announced') this.messages += 1;
  }
}

describe('moderation', () => {
  it('times somebody out for the time it says, and no longer', () => {
    const world = new World();
    world.done({ kind: 'time-out', viewerId: 'ann', forMs: minute, reason: 'shouting' });
    const standing = () => world.moderation.standingOf({ viewerId: 'ann' }, world.nowMs);
    expect(standing()).toMatchObject({ kind: 'time-out', endsVideo: false, reason: 'shouting', label: 'ann #abc' });
    world.nowMs += minute - 1;
    expect(standing()).toBeDefined();
    world.nowMs += 1;
    expect(standing()).toBeUndefined();
    expect(world.moderation.sanctionsAt(world.nowMs)).toEqual([]);
  });

  it('takes time-outs of 10 seconds to two weeks', () => {
    const { minMs, maxMs } = durationLimits;
    expect([minMs, maxMs]).toEqual([10_000, 1_209_600_000]);
    const world = new World();
    const rules = [minMs - 1, minMs, maxMs, maxMs + 1, Number.NaN].map((forMs) =>
      world.act({ kind: 'time-out', viewerId: 'ann', forMs }),
    );
    expect(rules.map((rule) => typeof rule === 'string')).toEqual([true, false, false, true, true]);
    expect(rules[0]).toBe('duration');
  });

  it('holds a ban until it is lifted, a new one in place of the old one', () => {
    const world = new World();
    world.done({ kind: 'ban', viewerId: 'ann' });
    world.done({ kind: 'ban', viewerId: 'ann', endVideo: true });
    world.nowMs += 1000 * durationLimits.maxMs;
    expect(world.moderation.sanctionsAt(world.nowMs)).toMatchObject([{ kind: 'ban', endsVideo: true }]);
    world.done({ kind: 'unban', viewerId: 'ann' });
    expect(world.moderation.sanctionsAt(world.nowMs)).toEqual([]);
    expect(world.act({ kind: 'unban', viewerId: 'ann' })).toBe('nothing-to-do');
  });

  it('refuses another session of the same circuit, also of one that the person came by later', () => {
    const world = new World();
    world.done({ kind: 'ban', viewerId: 'ann' });
    const { moderation, nowMs } = world;
    expect(moderation.standingOf({ viewerId: 'new', circuitId: 7 }, nowMs)).toMatchObject({ kind: 'ban' });
    expect(moderation.standingOf({ viewerId: 'new', circuitId: 8 }, nowMs)).toBeUndefined();
    moderation.meet({ viewerId: 'ann', circuitId: 8 }, nowMs);
    expect(moderation.standingOf({ viewerId: 'new', circuitId: 8 }, nowMs)).toBeDefined();
    expect(moderation.standingOf({ viewerId: 'new' }, nowMs)).toBeUndefined();
  });

  it('refuses another session with the same tripcode', () => {
    const world = new World();
    world.tripcodes.set('ann', { code: 'k3f9', isWeak: false });
    world.done({ kind: 'ban', viewerId: 'ann' });
    const { moderation, nowMs } = world;
    expect(moderation.standingOf({ viewerId: 'new', tripcode: { code: 'k3f9', isWeak: false } }, nowMs)).toBeDefined();
    expect(
      moderation.standingOf({ viewerId: 'new', tripcode: { code: 'zzzz', isWeak: false } }, nowMs),
    ).toBeUndefined();
  });

  it('keeps no circuit in anything that is stored', () => {
    const world = new World();
    world.circuits.set('ann', [424_242]);
    const entry = world.act({ kind: 'ban', viewerId: 'ann' });
    expect(JSON.stringify(entry)).not.toContain('424242');
  });

  it('hides all of a person, and brings back exactly those', () => {
    const world = new World();
    world.done({ kind: 'hide', messageIds: [1] });
    const purge = world.done({ kind: 'purge', viewerId: 'ann' });
    expect([...world.hidden].toSorted((a, b) => a - b)).toEqual([1, 6, 11, 16]);
    world.done({ kind: 'undo', entryId: purge });
    expect([...world.hidden]).toEqual([1]);
    expect(world.act({ kind: 'undo', entryId: purge })).toBe('nothing-to-undo');
  });

  it('unpins a message that is hidden, and pins it again with the undo', () => {
    const world = new World();
    world.done({ kind: 'pin', messageId: 6 });
    const hide = world.done({ kind: 'hide', messageIds: [6] });
    expect(world.moderation.pinnedId).toBeUndefined();
    world.done({ kind: 'undo', entryId: hide });
    expect(world.moderation.pinnedId).toBe(6);
  });

  it('lets moderators act on viewers, and neither on the broadcaster nor on each other', () => {
    const world = new World();
    const mod = world.appoint('mod');
    const bob = world.appoint('bob');
    expect(world.act({ kind: 'ban', viewerId: 'ann' }, mod)).toMatchObject({ by: mod });
    for (const viewerId of ['cast', 'bob', 'mod']) {
      for (const kind of ['ban', 'kick'] as const) expect(world.act({ kind, viewerId }, mod)).toBe('protected');
      expect(world.act({ kind: 'time-out', viewerId, forMs: minute }, mod)).toBe('protected');
    }
    expect(world.act({ kind: 'hide', messageIds: [5] }, mod)).toBe('protected');
    expect(world.act({ kind: 'purge', viewerId: 'bob' }, mod)).toBe('protected');
    expect(world.act({ kind: 'hide', messageIds: [2] }, bob)).toMatchObject({ act: 'hide' });
    expect(world.act({ kind: 'ban', viewerId: 'mod' })).toMatchObject({ by: broadcaster });
    expect(world.act({ kind: 'ban', viewerId: 'cast' })).toBe('protected');
  });

  it('lets nobody but the broadcaster make moderators, not even by an undo', () => {
    const world = new World();
    const mod = world.appoint('mod');
    const commands: ModerationCommand[] = [
      { kind: 'appoint', by: { kind: 'viewer', viewerId: 'ann' }, label: 'Ann' },
      { kind: 'appoint', by: { kind: 'tripcode', code: 'k3f9' }, label: 'Ann' },
      { kind: 'invite', label: 'Ann', secretHash: 'h', forMs: 60 * minute },
      { kind: 'revoke', moderatorId: 1 },
      { kind: 'undo', entryId: 1 },
    ];
    for (const command of commands) expect(world.act(command, mod)).toBe('not-allowed');
    const revoked = world.done({ kind: 'revoke', moderatorId: 1 });
    expect(world.act({ kind: 'undo', entryId: revoked }, mod)).toBe('not-allowed');
    expect(world.moderation.moderatorFor({ viewerId: 'mod' })).toBeUndefined();
  });

  it('lets moderators lift what moderators and the house have done, not what the broadcaster has', () => {
    const world = new World();
    const mod = world.appoint('mod');
    const own = world.done({ kind: 'ban', viewerId: 'ann' }, { kind: 'house' });
    expect(world.act({ kind: 'lift', sanctionId: own }, mod)).toMatchObject({ target: 'ann #abc' });
    const ban = world.done({ kind: 'ban', viewerId: 'ann' });
    expect(world.act({ kind: 'lift', sanctionId: ban }, mod)).toBe('protected');
    expect(world.act({ kind: 'undo', entryId: ban }, mod)).toBe('protected');
    expect(world.act({ kind: 'time-out', viewerId: 'ann', forMs: minute }, mod)).toMatchObject({ act: 'time-out' });
  });

  it('knows moderators by tripcode, but never by a weak one', () => {
    const world = new World();
    world.done({ kind: 'appoint', by: { kind: 'tripcode', code: 'k3f9' }, label: 'Ann' });
    const by = (isWeak: boolean) =>
      world.moderation.moderatorFor({ viewerId: 'x', tripcode: { code: 'k3f9', isWeak } })?.label;
    expect([by(false), by(true)]).toEqual(['Ann', undefined]);
  });

  it('lets an invitation be redeemed once, in time, and unless it was revoked', () => {
    const world = new World();
    const { moderation } = world;
    const redeem = (secretHash: string, viewerId: string) => {
      const decision = moderation.decideRedeem({ secretHash, viewerId }, world.nowMs);
      if (decision.kind === 'acted') moderation.accept(decision);
      return decision.kind === 'acted' ? decision.entry.act : decision.rule;
    };
    for (const secretHash of ['a', 'b', 'c']) {
      world.done({ kind: 'invite', label: `Friend ${secretHash}`, secretHash, forMs: 60 * minute });
    }
    world.done({ kind: 'revoke-invitation', invitationId: 2 });
    expect(redeem('a', 'ann')).toBe('redeem');
    expect(moderation.moderatorFor({ viewerId: 'ann' })).toMatchObject({ label: 'Friend a' });
    expect(['a', 'b', 'unknown'].map((hash) => redeem(hash, 'bob'))).toEqual(Array(3).fill('invitation-void'));
    expect(redeem('c', 'ann')).toBe('moderator-already');
    world.nowMs += 60 * minute;
    expect(redeem('c', 'bob')).toBe('invitation-void');
    const redeemed = moderation.audit.find(({ act }) => act === 'redeem')?.id ?? 0;
    world.done({ kind: 'undo', entryId: redeemed });
    expect(moderation.moderators).toEqual([]);
    expect(redeem('a', 'ann')).toBe('invitation-void');
    expect(JSON.stringify(moderation.audit)).not.toContain('secretHash');
  });

  it('takes one appeal for each sanction', () => {
    const world = new World();
    const { moderation } = world;
    const appeal = (text: string) => {
      const decision = moderation.decideAppeal({ viewerId: 'ann' }, text, world.nowMs);
      if (decision.kind === 'appealed') moderation.acceptAppeal(decision.sanctionId, decision.appeal);
      return decision.kind === 'appealed' ? decision.appeal.text : decision.rule;
    };
    expect(appeal('why?')).toBe('not-sanctioned');
    const id = world.done({ kind: 'ban', viewerId: 'ann' });
    expect(appeal('  ')).toBe('text-empty');
    expect(appeal('x'.repeat(301))).toBe('text-too-long');
    expect(appeal('I am\nsorry')).toBe('I am sorry');
    expect(appeal('again')).toBe('appealed-already');
    expect(moderation.appealOf(id)?.text).toBe('I am sorry');
    world.done({ kind: 'unban', viewerId: 'ann' });
    expect(moderation.appealOf(id)).toBeUndefined();
  });

  it('refuses texts that are too long or hold what no text may hold', () => {
    const world = new World();
    const ban = (reason: string) => world.act({ kind: 'ban', viewerId: 'ann', reason });
    expect(ban('x'.repeat(maxReasonCharacters))).toMatchObject({ act: 'ban' });
    expect(ban('x'.repeat(maxReasonCharacters + 1))).toBe('text-too-long');
    expect(ban('a\u202Eb')).toBe('text-forbidden');
  });

  it('keeps a bounded log', () => {
    const world = new World();
    for (let n = 0; n <= moderationLimits.audit; n += 1)
      world.done({ kind: 'note', viewerId: 'ann', text: `note ${n}` });
    expect(world.moderation.audit).toHaveLength(moderationLimits.audit);
    expect(world.moderation.audit.at(-1)?.id).toBe(moderationLimits.audit + 1);
  });
});

const people = fc.constantFrom('ann', 'bob', 'cid');
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
const commands: fc.Arbitrary<ModerationCommand> = fc.oneof(
  fc.record({ kind: fc.constantFrom('hide' as const, 'unhide' as const), messageIds: ids }),
  fc.record({
    kind: fc.constant('time-out' as const),
    viewerId: people,
    forMs: fc.integer({ min: 600_000, max: 900_000 }),
  }),
  fc.record({ kind: fc.constant('ban' as const), viewerId: people, hideAll: fc.boolean(), endVideo: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('kick' as const, 'unban' as const, 'purge' as const), viewerId: people }),
  fc.record({ kind: fc.constant('note' as const), viewerId: people, text: fc.constantFrom('', 'kind', 'loud') }),
  fc.record({ kind: fc.constant('pin' as const), messageId: fc.integer({ min: 1, max: 20 }) }),
  fc.constant<ModerationCommand>({ kind: 'unpin' }),
  fc.record({
    kind: fc.constant('mode' as const),
    changes: fc.constantFrom<ModeWords>({ slow: '5s' }, { slow: 'off', locked: 'on' }),
  }),
  fc.record({
    kind: fc.constant('decline' as const),
    heldIds: fc.constantFrom([1], [2], [1, 2]),
  }),
  fc.record({
    kind: fc.constant('appoint' as const),
    by: fc.record({ kind: fc.constant('viewer' as const), viewerId: people }),
    label: fc.constant('Friend'),
  }),
  fc.record({ kind: fc.constant('revoke' as const), moderatorId: fc.integer({ min: 1, max: 8 }) }),
);

describe('taking back', () => {
  it('brings back exactly what was before, whatever was done, and can itself be taken back', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 8 }), commands, (history, last) => {
        const world = new World();
        for (const command of history) {
          world.act(command);
          world.nowMs += 1000;
        }
        const before = world.snapshot;
        const entry = world.act(last);
        if (typeof entry === 'string') {
          expect(world.snapshot).toEqual(before);
          return;
        }
        const after = world.snapshot;
        const undone = world.done({ kind: 'undo', entryId: entry.id });
        expect(world.snapshot).toEqual(before);
        world.done({ kind: 'undo', entryId: undone });
        expect(world.snapshot).toEqual(after);
      }),
    );
  });

  it('never touches the broadcaster, whoever does whatever', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 12 }), (history) => {
        const world = new World();
        const mod = world.appoint('mod');
        for (const command of history) {
          const aimed = 'viewerId' in command ? { ...command, viewerId: 'cast' } : command;
          world.act(aimed, mod);
        }
        expect(world.moderation.standingOf({ viewerId: 'cast' }, world.nowMs)).toBeUndefined();
        expect([...world.hidden].filter((id) => id % 5 === 0)).toEqual([]);
      }),
    );
  });

  it('takes an approval back by hiding what the message became', () => {
    const world = new World();
    expect(world.act({ kind: 'approve', heldIds: [3] })).toBe('unknown-held');
    const entry = world.done({ kind: 'approve', heldIds: [2, 1] });
    expect(world.act({ kind: 'decline', heldIds: [1] })).toBe('unknown-held');
    world.done({ kind: 'undo', entryId: entry });
    expect([...world.hidden]).toEqual([21, 22]);
  });

  it('takes an announcement back by hiding it', () => {
    const world = new World();
    const entry = world.done({ kind: 'announce', text: ' Break until nine ' });
    world.done({ kind: 'undo', entryId: entry });
    expect([...world.hidden]).toEqual([21]);
  });

  it('leaves alone what somebody has changed since', () => {
    const world = new World();
    const first = world.done({ kind: 'note', viewerId: 'ann', text: 'kind' });
    world.done({ kind: 'note', viewerId: 'ann', text: 'loud' });
    expect(world.act({ kind: 'undo', entryId: first })).toBe('nothing-to-undo');
    expect(world.act({ kind: 'undo', entryId: 999 })).toBe('unknown-entry');
  });
});
