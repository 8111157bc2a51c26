import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fieldOf, StaffedClient } from '../../../test/support/staffed-client.ts';
import { staffedServer } from '../../../test/support/staffed-server.ts';

let directory: string;
let socketPath: string;
let world: Awaited<ReturnType<typeof staffedServer>>;
let ann: StaffedClient;
let annId: string;
let owner: StaffedClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'staff-'));
  socketPath = join(directory, 'web.sock');
  world = await staffedServer(socketPath);
  const viewer = world.newViewer();
  annId = viewer.id;
  ann = new StaffedClient(socketPath, viewer.cookie, 7);
  owner = new StaffedClient(socketPath, world.newViewer().cookie, 1, 'x-test-broadcaster: yes\r\n');
});

afterEach(async () => {
  ann.close();
  owner.close();
  await world.close();
  rmSync(directory, { recursive: true });
});

/** Uses a button of the panel of a message, as the broadcaster unless somebody else does. */
async function use(what: string, fields: Record<string, string> = {}, who = owner) {
  const token = fieldOf((await who.get('/chat/tools?m=1')).body, 'token');
  return await who.post('/chat/tools', { token, m: '1', person: annId, do: what, ...fields });
}

async function usePage(what: string, fields: Record<string, string> = {}, who = owner) {
  const token = fieldOf((await who.get('/staff')).body, 'token');
  return await who.post('/staff', { token, tab: 'staff', do: what, ...fields });
}

describe('the tools of staff', () => {
  it('are for staff alone, and need a form of their own', async () => {
    await ann.write('hello');
    for (const path of ['/chat/tools?m=1', '/staff']) expect((await ann.get(path)).status).toBe(403);
    expect((await ann.post('/staff', { do: 'announce', announcement: 'x' })).status).toBe(403);
    expect((await owner.post('/chat/tools', { token: 'x', m: '1', do: 'hide:1' })).status).toBe(403);
    expect(world.room.messages).toHaveLength(1);
    expect((await use('no-such-thing')).status).toBe(400);
  });

  it('show the message, its writer, and what was just done with the way back', async () => {
    await ann.write('some <b>words</b>');
    const panel = (await owner.get('/chat/tools?m=1')).body;
    expect(panel).toContain('some &lt;b>words&lt;/b>');
    expect(panel).toContain(annId);
    const hidden = (await use('hide:1')).body;
    expect(world.room.messages).toEqual([]);
    expect(hidden).toContain('Show again');
    const undo = /value="(undo:\d+)"/.exec(hidden)?.[1] ?? '';
    expect((await use(undo)).body).toContain('Taken back.');
    expect(world.room.messages).toHaveLength(1);
  });

  it('time out, ban with options, send out, lift and note, each with what was typed', async () => {
    await ann.write('hello');
    expect((await use('time-out', { for: '600', reason: 'shouting' })).status).toBe(200);
    expect((await ann.write('more')).body).toContain('rule-timed-out');
    expect((await use('ban', { 'hide-all': 'yes', 'end-video': 'yes' })).body).toContain('video too');
    expect(world.room.messages).toEqual([]);
    expect((await ann.get('/chat')).status).toBe(403);
    expect((await use('unban')).status).toBe(200);
    expect((await use('kick', { for: '5' })).status).toBe(422);
    expect((await use('note', { note: 'twice now' })).body).toContain('value="twice now"');
    expect((await use('note', { note: 'x'.repeat(501) })).status).toBe(422);
    const sanctions = (await owner.get('/staff?tab=sanctions')).body;
    expect(sanctions).toContain('twice now');
    expect(sanctions).toContain('Nobody is banned');
  });

  it('list everything with paging, and turn switches', async () => {
    for (let n = 1; n <= 51; n += 1) {
      world.moderation.moderate({ kind: 'broadcaster' }, { kind: 'note', viewerId: 'someone', text: `note ${n}` });
    }
    expect((await owner.get('/staff?tab=log')).body).toContain('page=2');
    expect((await owner.get('/staff?tab=log&page=2')).body.match(/value="undo:/g)).toHaveLength(1);
    const answer = await usePage('mode', { 'mode-slow': '5s', 'mode-locked': 'on' });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/staff\?tab=staff&done=\d+$/);
    expect(world.room.fairness.modes).toMatchObject({ slowMs: 5000, isLocked: true });
    expect((await usePage('mode', { 'mode-slow': 'soon' })).status).toBe(422);
  });

  it('invite somebody, who becomes a moderator by confirming, once, and can be revoked', async () => {
    const made = (await usePage('invite', { label: 'Ann', for: '3600' })).body;
    const path = /example\.onion(\/moderate\/[\w-]{22})</.exec(made)?.[1] ?? '';
    expect(path).not.toBe('');
    expect((await owner.get('/staff?tab=staff')).body).not.toContain(path);
    expect((await ann.get(path)).status).toBe(200);
    expect((await ann.get('/staff')).status).toBe(403);
    const token = fieldOf((await ann.get(path)).body, 'token');
    expect((await ann.post(path, { token: 'x' })).status).toBe(403);
    expect((await ann.post(path, { token })).body).toContain('You are a moderator now.');
    expect((await ann.get('/staff')).body).toContain('What moderators may do');
    const other = new StaffedClient(socketPath, world.newViewer().cookie, 9);
    const otherToken = fieldOf((await other.get(path)).body, 'token');
    expect((await other.post(path, { token: otherToken })).body).toContain('has been used');
    expect((await usePage('invite', { label: 'Bob', for: '3600' }, ann)).body).toContain('Only the broadcaster');
    const [moderator] = world.moderation.record.moderators;
    expect((await usePage(`revoke:${moderator?.id}`)).status).toBe(303);
    expect((await ann.get('/staff')).status).toBe(403);
  });

  it('let moderators act on viewers, not on the broadcaster or each other', async () => {
    await owner.write('welcome');
    world.moderation.moderate(
      { kind: 'broadcaster' },
      { kind: 'appoint', by: { kind: 'viewer', viewerId: annId }, label: 'Ann' },
    );
    const bob = world.newViewer();
    await new StaffedClient(socketPath, bob.cookie, 8).write('hi');
    expect((await use('hide:1', {}, ann)).body).toContain('cannot be done to the broadcaster');
    expect((await use('time-out', { person: bob.id, m: '2', for: '60' }, ann)).status).toBe(200);
    expect((await use('ban', { person: annId }, ann)).status).toBe(422);
  });
});
