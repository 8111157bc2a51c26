import { describe, expect, it } from 'vitest';
import type { Actor } from '../chat/moderation/actor.ts';
import type { ModerationCommand } from '../chat/moderation/command.ts';
import type { ModerationFacts } from '../chat/moderation/facts.ts';
import { Moderation } from '../chat/moderation/moderation.ts';
import { openModes } from '../chat/modes.ts';
import { Database } from './database.ts';
import { MessageRepository } from './messages.ts';
import { ModerationRepository } from './moderation.ts';

const nowMs = 1_800_000_000_000;
const mod: Actor = { kind: 'moderator', moderatorId: 1, label: 'Ann', viewerId: 'ann' };
const facts: ModerationFacts = {
  message: () => ({ viewerId: 'bob', isHidden: false }),
  shownMessagesOf: () => [1, 2],
  person: (viewerId) => ({
    label: viewerId,
    circuitIds: [777_777],
    tripcode: { code: `t-${viewerId}`, isWeak: false },
  }),
  nextMessageId: 9,
  cleanAnnouncement: (text) => ({ kind: 'clean', text }),
  heldState: () => 'waiting',
  filters: [],
  modes: openModes,
};

function open() {
  const database = Database.open({ path: ':memory:', onWarning: () => undefined });
  const repository = new ModerationRepository(database);
  const moderation = new Moderation();
  return {
    database,
    repository,
    moderation,
    act: (command: ModerationCommand, actor: Actor = { kind: 'broadcaster' }, atMs = nowMs): number => {
      const decision = moderation.decide(actor, command, facts, atMs);
      if (decision.kind === 'refused') throw new Error(decision.rule);
      database.commit(() => repository.append(decision));
      moderation.accept(decision, [777_777]);
      return decision.entry.id;
    },
  };
}

function everythingOf(moderation: Moderation) {
  const { moderators, invitations, notes, audit, pinnedId } = moderation;
  const sanctions = moderation.sanctionsAt(nowMs).map((one) => ({ ...one, appeal: moderation.appealOf(one.id) }));
  return { moderators, invitations, notes, audit, pinnedId, sanctions };
}

describe('moderation on disk', () => {
  it('brings everything back after a restart', () => {
    const { database, repository, moderation, act } = open();
    act({ kind: 'appoint', by: { kind: 'viewer', viewerId: 'ann' }, label: 'Ann' });
    act({ kind: 'appoint', by: { kind: 'tripcode', code: 'k3f9' }, label: 'Cid' });
    act({ kind: 'invite', label: 'Friend', secretHash: 'hash', forMs: 3_600_000 });
    const revoked = act({ kind: 'invite', label: 'Other', secretHash: 'hash 2', forMs: 3_600_000 });
    act({ kind: 'revoke-invitation', invitationId: revoked });
    const ban = act({ kind: 'ban', viewerId: 'bob', endVideo: true, hideAll: true, reason: 'spam' }, mod);
    act({ kind: 'time-out', viewerId: 'eve', forMs: 60_000 });
    act({ kind: 'unban', viewerId: 'eve' });
    act({ kind: 'note', viewerId: 'bob', text: 'second time' }, mod);
    act({ kind: 'note', viewerId: 'eve', text: 'kind' });
    act({ kind: 'note', viewerId: 'eve', text: '' });
    act({ kind: 'pin', messageId: 3 });
    act({ kind: 'mode', changes: { slow: '5s' } });
    act({ kind: 'undo', entryId: ban });
    act({ kind: 'undo', entryId: ban + 8 });
    const appeal = { text: 'sorry', atMs: nowMs };
    database.commit(() => repository.appendAppeal(ban, appeal));
    moderation.acceptAppeal(ban, appeal);
    const restarted = new Moderation(repository.load());
    expect(everythingOf(restarted)).toEqual(everythingOf(moderation));
    expect(restarted.appealOf(ban)).toEqual(appeal);
    expect(restarted.standingOf({ viewerId: 'new', tripcode: { code: 't-bob', isWeak: false } }, nowMs)?.id).toBe(ban);
  });

  it('keeps no circuits', () => {
    const { repository, act, database } = open();
    act({ kind: 'ban', viewerId: 'bob' });
    const tables = ['sanctions', 'audit', 'notes', 'moderators', 'invitations', 'settings'];
    const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
    expect(JSON.stringify(rows)).not.toContain('777777');
    expect(repository.load().sanctions).toHaveLength(1);
  });

  it('forgets sanctions that are over with the next act', () => {
    const { repository, act } = open();
    act({ kind: 'time-out', viewerId: 'bob', forMs: 60_000 });
    act({ kind: 'note', viewerId: 'bob', text: 'loud' }, mod, nowMs + 60_000);
    expect(repository.load().sanctions).toEqual([]);
  });

  it('keeps hidden messages, so that they can be shown again', () => {
    const { database } = open();
    const messages = new MessageRepository(database, 10);
    const author = { name: 'Bob', colour: 1 };
    database.commit(() => {
      for (const id of [1, 2, 3]) {
        const message = { id, atMs: nowMs, author, text: `text ${id}` };
        messages.append({ message, viewerId: id === 2 ? 'eve' : 'bob', nonce: `nonce-${id}` });
      }
      messages.setHidden([1, 2], true);
    });
    expect(messages.newest().map(({ isHidden }) => isHidden)).toEqual([true, true, undefined]);
    expect([messages.shownOf('bob'), messages.shownOf('eve')]).toEqual([[3], []]);
    expect(messages.find(1)).toMatchObject({ viewerId: 'bob', isHidden: true, message: { text: 'text 1' } });
    expect(messages.find(4)).toBeUndefined();
    expect(messages.newestOf('bob', 1).map(({ message }) => message.id)).toEqual([3]);
    database.commit(() => messages.setHidden([1], false));
    expect(messages.shownOf('bob')).toEqual([1, 3]);
  });
});
