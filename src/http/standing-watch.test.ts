import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fieldOf, StaffedClient } from '../../test/support/staffed-client.ts';
import { staffedServer } from '../../test/support/staffed-server.ts';
import type { Actor } from '../chat/moderation/actor.ts';

const broadcaster: Actor = { kind: 'broadcaster' };
/** What open responses get to feel an act, on a busy machine; that it is two seconds is shown with the whole program. */
const soonMs = 10_000;

let directory: string;
let socketPath: string;
let world: Awaited<ReturnType<typeof staffedServer>>;
const clients: StaffedClient[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'standing-'));
  socketPath = join(directory, 'web.sock');
  world = await staffedServer(socketPath);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await world.close();
  rmSync(directory, { recursive: true });
});

/** Somebody who comes by this circuit. */
function by(circuitId: number, cookie: string): StaffedClient {
  const client = new StaffedClient(socketPath, cookie, circuitId);
  clients.push(client);
  return client;
}

const open = (path: string, cookie: string, circuitId: number) => by(circuitId, cookie).open(path);
const get = (path: string, cookie: string, circuitId: number) => by(circuitId, cookie).get(path);
const write = (text: string, cookie: string, circuitId: number) => by(circuitId, cookie).write(text);
const post = (path: string, cookie: string, circuitId: number, form: Record<string, string>) =>
  by(circuitId, cookie).post(path, form);

describe('what holds against a person', () => {
  it('ends their video, chat and events when video is to end, within two seconds, and nobody else\u2019s', async () => {
    const [ann, bob] = [world.newViewer(), world.newViewer()];
    const theirs = await Promise.all(['/player', '/chat', '/events'].map((path) => open(path, ann.cookie, 7)));
    const others = await Promise.all(['/player', '/chat', '/events'].map((path) => open(path, bob.cookie, 8)));
    world.moderation.moderate(broadcaster, { kind: 'ban', viewerId: ann.id, endVideo: true, reason: 'spam <b>' });
    await Promise.all(theirs.map((connection) => connection.untilClosed(soonMs)));
    expect(theirs[2]?.received).toContain('event: standing\ndata: {"isOut":true}');
    expect(others.map(({ isClosed }) => isClosed)).toEqual([false, false, false]);
    for (const path of ['/player', '/chat', '/events']) expect((await get(path, ann.cookie, 7)).status).toBe(403);
    const page = (await get('/chat', ann.cookie, 7)).body;
    expect(page).toContain('You are banned from this chat.');
    expect(page).toContain('spam &lt;b>');
    world.moderation.moderate(broadcaster, { kind: 'unban', viewerId: ann.id });
    await open('/chat', ann.cookie, 7);
  });

  it('ends all of another session on the same circuit, and refuses a new one', async () => {
    const [ann, again] = [world.newViewer(), world.newViewer()];
    await open('/chat', ann.cookie, 7);
    const second = await open('/player', again.cookie, 7);
    world.moderation.moderate(broadcaster, { kind: 'kick', viewerId: ann.id });
    await second.untilClosed(soonMs);
    const fresh = world.newViewer();
    expect((await get('/player', fresh.cookie, 7)).status).toBe(403);
    await open('/player', fresh.cookie, 9);
  });

  it('tells those who are timed out, lets them watch and read on, and gives what they write back', async () => {
    const ann = world.newViewer();
    const [player, chat, events] = await Promise.all(
      ['/player', '/chat', '/events'].map((path) => open(path, ann.cookie, 7)),
    );
    expect((await write('hello', ann.cookie, 7)).status).toBe(303);
    world.moderation.moderate(broadcaster, { kind: 'time-out', viewerId: ann.id, forMs: 600_000 });
    await chat?.until(() => chat.received.includes('You are timed out until'), 'the notice', soonMs);
    await events?.until(() => events.received.includes('data: {"isOut":false}'), 'the event', soonMs);
    expect(player?.isClosed).toBe(false);
    const answer = await write('one more <thing>', ann.cookie, 7);
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^(599|600)$/);
    expect(answer.body).toContain('rule-timed-out');
    expect(answer.body).toContain('You are timed out. Try again in 10 min.');
    expect(answer.body).toContain('one more &lt;thing>');
    expect((await write('hello', world.newViewer().cookie, 7)).body).toContain('rule-timed-out');
  });

  it('takes back what it told an open page, as soon as that does not hold any more', async () => {
    const ann = world.newViewer();
    const chat = await open('/chat', ann.cookie, 7);
    const outcome = world.moderation.moderate(broadcaster, { kind: 'time-out', viewerId: ann.id, forMs: 600_000 });
    await chat.until(() => chat.received.includes('class="standing-row s1"'), 'the notice', soonMs);
    expect(chat.received).not.toContain('class="l1"');
    if (outcome.kind !== 'done') throw new Error(outcome.rule);
    world.moderation.moderate(broadcaster, { kind: 'undo', entryId: outcome.entry.id });
    await chat.until(
      () => chat.received.includes('<i class="l1"></i><style>.s1:has(~.l1){display:none}</style>'),
      'the end of it',
      soonMs,
    );
  });

  it('takes one appeal, and says that it was taken', async () => {
    const ann = world.newViewer();
    world.moderation.moderate(broadcaster, { kind: 'ban', viewerId: ann.id });
    const page = (await get('/chat/appeal', ann.cookie, 7)).body;
    const token = fieldOf(page, 'token');
    expect((await post('/chat/appeal', ann.cookie, 7, { token: 'x', appeal: 'sorry' })).status).toBe(403);
    expect((await post('/chat/appeal', ann.cookie, 7, { token, appeal: 'x'.repeat(301) })).status).toBe(422);
    expect((await post('/chat/appeal', ann.cookie, 7, { token, appeal: 'sorry' })).body).toContain('have your message');
    expect((await post('/chat/appeal', ann.cookie, 7, { token, appeal: 'again' })).status).toBe(422);
    const [ban] = world.moderation.record.sanctionsAt(Date.now());
    expect(world.moderation.record.appealOf(ban?.id ?? 0)?.text).toBe('sorry');
  });

  it('gives whoever becomes a moderator the log of staff at once, and takes it from whoever is one no longer', async () => {
    const ann = world.newViewer();
    await write('to be hidden', world.newViewer().cookie, 8);
    const before = await open('/chat', ann.cookie, 7);
    world.moderation.moderate(broadcaster, { kind: 'hide', messageIds: [1] });
    const by = { kind: 'viewer', viewerId: ann.id } as const;
    const made = world.moderation.moderate(broadcaster, { kind: 'appoint', by, label: 'Ann' });
    await before.untilClosed(soonMs);
    const staff = await open('/chat', ann.cookie, 7);
    await staff.until(() => staff.received.includes('row-removed'), 'the hidden row', soonMs);
    world.moderation.moderate(broadcaster, { kind: 'revoke', moderatorId: made.kind === 'done' ? made.entry.id : 0 });
    await staff.untilClosed(soonMs);
    const after = await open('/chat', ann.cookie, 7);
    await after.until(() => after.received.includes('chat-log'), 'the log');
    expect(after.received).not.toContain('to be hidden');
  });

  it('marks what moderators write, and says so in their form', async () => {
    const ann = world.newViewer();
    world.moderation.moderate(broadcaster, { kind: 'appoint', by: { kind: 'viewer', viewerId: ann.id }, label: 'Ann' });
    expect((await get('/chat/form', ann.cookie, 7)).body).toContain('badge-moderator');
    expect((await write('order!', ann.cookie, 7)).status).toBe(303);
    expect(world.room.messages[0]?.author).toMatchObject({ capcode: 'moderator', name: 'Anonymous' });
    expect((await get('/chat/form', world.newViewer().cookie, 8)).body).not.toContain('badge-moderator');
  });
});
