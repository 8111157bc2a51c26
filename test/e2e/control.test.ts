import { once } from 'node:events';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationName, type OperationOutput, operations } from '../../src/http/control/operations.ts';
import { onioncast } from '../support/command-line.ts';
import { askControl } from '../support/control.ts';
import { EventLines } from '../support/event-lines.ts';
import { readEndless } from '../support/media.ts';
import { Onioncast } from '../support/onioncast.ts';
import { patience } from '../support/patience.ts';
import { beforeSecondTry } from '../support/second-try.ts';
import { stranger } from '../support/stranger.ts';

const env = {
  ONIONCAST_SOURCE: 'none',
  ONIONCAST_CHAT_MODES_NEW_SPEAKERS: '0',
  ONIONCAST_PEOPLE_REFRESH: '10s',
  ONIONCAST_CHAT_FLOOD_MESSAGES: '100',
  ONIONCAST_CHAT_FLOOD_LINES: '1000',
};

let data: string;
let server: Onioncast;

async function start(): Promise<void> {
  data = await mkdtemp(path.join(tmpdir(), 'onioncast-control-'));
  server = await Onioncast.start({ data, env });
}

async function stop(): Promise<void> {
  await server?.close();
  await rm(data, { recursive: true, force: true });
}

beforeAll(start);
afterAll(stop);

beforeSecondTry(async () => {
  await stop();
  await start();
});

/** Runs a command that must succeed, and checks its answer against the written schema. */
async function done<Name extends OperationName>(name: Name, args: readonly string[]): Promise<OperationOutput<Name>> {
  const isNested = args[0] === 'poll' || args[0] === 'filter';
  const [head, tail] = isNested ? [args.slice(0, 2), args.slice(2)] : [args.slice(0, 1), args.slice(1)];
  const { code, stdout, stderr } = await onioncast(data, [...head, '--json', ...tail]);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return operations[name].output.parse(JSON.parse(stdout)) as OperationOutput<Name>;
}

async function lastMessage() {
  const { messages } = await done('log', ['log', '--count', '1']);
  const message = messages[0];
  if (message === undefined) throw new Error('nothing was said');
  return message;
}

/** Text of the public log, as everybody reads it. */
async function page(): Promise<string> {
  return await (await fetch(`${server.url}/chat/log`)).text();
}

describe('the control socket', () => {
  it('is its owner\u2019s alone, in a directory that nobody else enters', async () => {
    const socket = await stat(path.join(data, 'run', 'control.sock'));
    expect(socket.mode & 0o777).toBe(0o600);
    expect((await stat(path.join(data, 'run'))).mode & 0o777).toBe(0o700);
  });

  it('has routes that no web listener has', async () => {
    for (const { method, path: target } of Object.values(operations)) {
      const body = method === 'GET' ? {} : { body: '{}' };
      const answer = await fetch(server.url + target, {
        method,
        redirect: 'manual',
        headers: { 'Content-Type': 'application/json', Origin: server.url },
        ...body,
      });
      await answer.arrayBuffer();
      const isPage = target === '/people' && method === 'GET';
      const expected = isPage ? [200] : [403, 404, 405, 415];
      expect({ target, isRefused: expected.includes(answer.status) }).toEqual({ target, isRefused: true });
      expect(answer.headers.get('content-type') ?? '').not.toContain('json');
    }
  });

  it('answers everything that is not asked properly with 400 and stays alive', async () => {
    const bodies = [
      '['.repeat(5000),
      '{"text":"x","__proto__":{"polluted":true}}',
      '{"messageIds":[1e999]}',
      'null',
      '[]',
      '"x"',
      '{"text":"a","text":"b"}',
      '{"text":"a","te\\u0078t":"b"}',
      '{"text":7}',
      '{"text":"x","more":1}',
      '{"text":"x"',
      '',
    ];
    for (const body of bodies) {
      const { status, body: answer } = await askControl(
        data,
        'POST',
        body.includes('Ids') ? '/hide' : '/announce',
        body,
      );
      expect({ body, status }).toEqual({ body, status: 400 });
      expect(JSON.parse(answer)).toMatchObject({ error: { code: 'bad-request' } });
    }
    const deep = await askControl(data, 'POST', '/announce', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]));
    expect(deep.status).toBe(400);
    expect((await askControl(data, 'POST', '/announce', `{"text":"${'9'.repeat(16_384)}"}`)).status).toBe(413);
    // Whoever sends far more may find the connection closed before the answer is read.
    const huge = askControl(data, 'POST', '/hide', `{"messageIds":[${'9'.repeat(1_000_000)}]}`);
    expect(
      await huge.then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413);
    expect((await askControl(data, 'POST', '/announce', '{"text":"x"}', {})).status).toBe(415);
    const packed = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    expect((await askControl(data, 'POST', '/announce', '{"text":"x"}', packed)).status).toBe(415);
    expect((await askControl(data, 'GET', '/announce')).status).toBe(405);
    expect((await askControl(data, 'GET', '/nothing')).status).toBe(404);
    expect((await askControl(data, 'GET', '/log?count=1&count=2')).status).toBe(400);
    expect((await askControl(data, 'GET', '/log?count=-1')).status).toBe(400);
    expect((await askControl(data, 'GET', '/events?sinc=1')).status).toBe(400);
    expect((await askControl(data, 'GET', '/status')).status).toBe(200);
  });
});

describe('commands about the talk', () => {
  it('show and change the title', async () => {
    expect((await done('setTitle', ['title', 'Radio', 'Free', 'Attic'])).title).toBe('Radio Free Attic');
    expect((await done('title', ['title'])).title).toBe('Radio Free Attic');
    expect(await page()).toContain('Radio Free Attic');
  });

  it('say, announce, reply, from arguments and from standard input', async () => {
    const { messageId } = await done('say', ['say', 'good', 'evening']);
    await done('say', ['say', '--reply', String(messageId), 'indeed']);
    expect((await lastMessage()).quote?.messageId).toBe(messageId);
    expect((await lastMessage()).author.capcode).toBe('broadcaster');
    expect((await onioncast(data, ['say', '-'], '$(reboot) `x`\n')).code).toBe(0);
    expect((await lastMessage()).text).toBe('$(reboot) `x`');
    const { entry } = await done('announce', ['announce', 'back', 'soon']);
    expect(entry).toMatchObject({ act: 'announce', by: { kind: 'operator' } });
    expect(await lastMessage()).toMatchObject({ text: 'back soon', isAnnouncement: true });
  });

  it('hide, show again, pin, and take back', async () => {
    const { messageId } = await done('say', ['say', 'to be hidden']);
    const { entry } = await done('hide', ['hide', String(messageId)]);
    expect(entry.messageIds).toEqual([messageId]);
    expect(await page()).not.toContain('to be hidden');
    await done('unhide', ['unhide', `#${messageId}`]);
    expect(await page()).toContain('to be hidden');
    await done('undo', ['undo', String(entry.id)]).catch(() => undefined);
    const pinned = await done('pin', ['pin', String(messageId)]);
    expect((await done('status', ['status'])).pinned?.id).toBe(messageId);
    await done('undo', ['undo', String(pinned.entry.id)]);
    expect((await done('status', ['status'])).pinned).toBeUndefined();
    await done('pin', ['pin', String(messageId)]);
    await done('unpin', ['unpin']);
    const { entries } = await done('audit', ['audit', '--count', '3']);
    expect(entries.map(({ act }) => act)).toEqual(['undo', 'pin', 'unpin']);
  });

  it('page and search the log', async () => {
    for (const words of [
      ['one', 'before'],
      ['fair', 'winds', 'tonight'],
      ['one', 'behind'],
    ])
      await done('say', ['say', ...words]);
    const { messages, hasOlder } = await done('log', ['log', '--count', '2']);
    expect(messages).toHaveLength(2);
    expect(hasOlder).toBe(true);
    const before = await done('log', ['log', '--before', String(messages[0]?.id), '--count', '1']);
    expect(before.messages[0]?.id).toBe((messages[0]?.id ?? 0) - 1);
    const found = await done('log', ['log', '--search', 'Tonight fair']);
    expect(found.messages.map(({ text }) => text)).toEqual(['fair winds tonight']);
    await done('log', ['log', '--no-hidden']);
  });

  it('open, show and close a poll', async () => {
    const { poll } = await done('openPoll', ['poll', 'open', 'Tea or coffee?', 'Tea', 'Coffee', '--for', '5m']);
    expect(poll.options).toEqual([
      { text: 'Tea', votes: 0 },
      { text: 'Coffee', votes: 0 },
    ]);
    expect((await done('poll', ['poll', 'show'])).poll?.question).toBe('Tea or coffee?');
    const again = await onioncast(data, ['poll', 'open', 'Another?', 'a', 'b']);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('[poll-is-open]');
    await done('closePoll', ['poll', 'close']);
    expect((await done('poll', ['poll', 'show'])).poll).toBeUndefined();
  });

  it('turn every switch', async () => {
    await done('setModes', ['slow', '30s']);
    await done('setModes', ['lock']);
    await done('setModes', ['members', 'on']);
    await done('setModes', ['hold', 'on']);
    await done('setModes', ['modes', 'captcha=flood', 'min_age=5m']);
    const on = { slow: '30s', locked: 'on', members: 'on', hold_first: 'on', min_age: '5m', captcha: 'flood' };
    expect(await done('modes', ['modes'])).toMatchObject(on);
    await done('setModes', ['unlock']);
    await done('setModes', ['modes', 'slow=off', 'members=off', 'hold_first=off', 'min_age=off', 'captcha=off']);
    const wrong = await onioncast(data, ['slow', 'soon']);
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('slow must be off, or a time');
  });

  it('let in and decline what waits', async () => {
    await done('setModes', ['hold', 'on']);
    const [one, other] = [await stranger(server.url), await stranger(server.url)];
    expect(await one.say('let me in')).toBe(true);
    expect(await other.say('spam spam')).toBe(true);
    const { held } = await done('held', ['held']);
    expect(held.map(({ text }) => text)).toEqual(['let me in', 'spam spam']);
    await done('approve', ['approve', String(held[0]?.heldId)]);
    await done('decline', ['decline', String(held[1]?.heldId)]);
    expect((await lastMessage()).text).toBe('let me in');
    expect((await done('held', ['held'])).held).toEqual([]);
    await done('setModes', ['hold', 'off']);
  });
});

describe('word filters', () => {
  it('are added and removed while live, survive a restart, and can be taken back', async () => {
    const someone = await stranger(server.url);
    const { entry } = await done('addFilter', ['filter', 'add', 'block', 'casino']);
    expect(await someone.say('a casino here')).toBe(false);
    const wrong = await onioncast(data, ['filter', 'add', 'hold', '(', '--pattern']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('RE2');
    await server.close();
    server = await Onioncast.start({ data, env });
    const { filters } = await done('filters', ['filter', 'list']);
    expect(filters).toEqual([{ id: entry.id, action: 'block', text: 'casino', wholeWords: true }]);
    const other = await stranger(server.url);
    expect(await other.say('a casino here')).toBe(false);
    const removed = await done('removeFilter', ['filter', 'remove', String(entry.id)]);
    expect(await other.say('a casino here')).toBe(true);
    await done('undo', ['undo', String(removed.entry.id)]);
    expect(await other.say('the casino again')).toBe(false);
    await done('removeFilter', ['filter', 'remove', String(entry.id)]);
  });
});

describe('emotes', () => {
  it('are listed and read again', async () => {
    expect((await done('emotes', ['emotes'])).codes).toEqual([]);
    expect((await done('reloadEmotes', ['emotes', '--reload'])).codes).toEqual([]);
  });
});

describe('commands about people', () => {
  it('time out, ban, kick, note, purge, and lift it again', async () => {
    const someone = await stranger(server.url);
    expect(await someone.say('first words')).toBe(true);
    const { id, viewerId = '' } = await lastMessage();
    const number = String(id);
    await done('timeOut', ['timeout', number, '10m', '--reason', 'caps']);
    expect(await someone.say('am I out')).toBe(false);
    const { sanctions } = await done('sanctions', ['sanctions']);
    expect(sanctions).toMatchObject([{ kind: 'time-out', viewerId, reason: 'caps' }]);
    await done('lift', ['lift', String(sanctions[0]?.id)]);
    expect(await someone.say('back again')).toBe(true);
    await done('ban', ['ban', viewerId, '--hide-all', '--end-video', '--reason', 'spam']);
    expect(await page()).not.toContain('back again');
    expect(await someone.say('and now')).toBe(false);
    await done('unban', ['unban', number]);
    await done('kick', ['kick', number]);
    await done('unban', ['unban', number]);
    expect(await someone.say('last words')).toBe(true);
    await done('purge', ['purge', number]);
    expect(await page()).not.toContain('last words');
    await done('note', ['note', number, 'sells', 'shoes']);
    const chat = await readEndless(`${server.url}/chat`, { Cookie: someone.cookie });
    await expect
      .poll(async () => (await done('people', ['people'])).people.find((one) => one.viewerId === viewerId)?.note, {
        timeout: 90_000,
      })
      .toBe('sells shoes');
    chat.close();
  });

  it('appoint, invite and revoke moderators', async () => {
    const someone = await stranger(server.url);
    await someone.say('make me one');
    const { id } = await lastMessage();
    await done('appoint', ['appoint', 'Ann', '--person', String(id)]);
    await done('appoint', ['appoint', 'Bob', '--tripcode', 'abcdefghij']);
    const { moderators } = await done('moderators', ['moderators']);
    expect(moderators.map(({ label }) => label)).toEqual(['Ann', 'Bob']);
    await done('revoke', ['revoke', String(moderators[0]?.id)]);
    const { path: link, entry } = await done('invite', ['invite-moderator', 'Cid', '--for', '2h']);
    expect(link).toMatch(/^\/moderate\/[\w-]{22}$/u);
    expect((await done('invitations', ['invitations'])).invitations).toMatchObject([{ label: 'Cid', state: 'open' }]);
    await done('revokeInvitation', ['revoke-invitation', String(entry.id)]);
    expect((await done('invitations', ['invitations'])).invitations).toMatchObject([{ state: 'revoked' }]);
  });
});

describe('the operator\u2019s guests', () => {
  const guests = async () => (await done('guests', ['invite', '--list'])).guests;

  it('are invited past the door, in bounds, and put out again', async () => {
    const args = ['invite', 'Rowing club', '--link', '--uses', '2', '--for', '30d'];
    const { path: link = '', key } = await done('inviteGuest', args);
    expect(link).toMatch(/^\/invitation\/[\w-]{22}$/u);
    expect(key).toBeUndefined();
    expect((await fetch(server.url + link)).status).toBe(200);
    expect(await guests()).toMatchObject([{ name: 'Rowing club', hasKey: false, links: [{ uses: 0, maxUses: 2 }] }]);
    expect(await done('revokeGuest', ['invite', '--revoke', 'Rowing club'])).toEqual({ hadKey: false, links: 1 });
    expect(await guests()).toMatchObject([{ links: [{ state: 'revoked' }] }]);
    for (const wrong of [
      { name: 'x', uses: 0 },
      { name: 'x', uses: 1001 },
      { name: 'x', forMs: 1 },
      { name: 'x'.repeat(61) },
      { name: '' },
    ]) {
      expect((await askControl(data, 'POST', '/guests/invite', JSON.stringify(wrong))).status).toBe(400);
    }
    expect((await askControl(data, 'POST', '/guests/revoke', '{"name":"Nobody"}')).status).toBe(404);
  });

  it('need no invitation where everybody may come in, and no key where everybody finds the address', async () => {
    const refused = async (wish: object) => {
      const { body } = await askControl(data, 'POST', '/guests/invite', JSON.stringify(wish));
      return JSON.parse(body).error.code;
    };
    expect(await refused({ name: 'Ann' })).toBe('nothing-closed');
    expect(await refused({ name: 'Ann', only: 'key' })).toBe('address-open');
  });

  it('may share a password, which is made or chosen', async () => {
    const { password = '', mode } = await done('setDoorPassword', ['invite', '--password']);
    expect([password, mode]).toEqual([expect.stringMatching(/^(?:[a-z0-9]{5}-){2}[a-z0-9]{5}$/u), 'open']);
    const set = (wish: object) => askControl(data, 'POST', '/door/password', JSON.stringify(wish));
    expect((await set({ password: 'seven77' })).status).toBe(400);
    expect((await set({ password: 'x'.repeat(257) })).status).toBe(400);
    expect((await set({ password: 'eight888' })).status).toBe(200);
  });
});

describe('what a person reads on the terminal', () => {
  it('obeys nothing that strangers wrote', async () => {
    const someone = await stranger(server.url);
    await someone.say('\u05e9\u05dc\u05d5\u05dd plain\nsecond line');
    const { stdout } = await onioncast(data, ['log', '--count', '1']);
    expect(stdout).toContain('second line');
    expect(stdout.trim().split('\n')).toHaveLength(1);
    for (const args of [
      ['log'],
      ['audit'],
      ['people'],
      ['status'],
      ['sanctions'],
      ['held'],
      ['moderators'],
      ['modes'],
    ]) {
      const { code, stdout: shown } = await onioncast(data, args);
      expect({ args, code }).toEqual({ args, code: 0 });
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    }
  });
});

describe('where no server can be reached', () => {
  it('says so, with the directory, and ends with 3', async () => {
    const empty = await mkdtemp(path.join(tmpdir(), 'onioncast-empty-'));
    const missing = await onioncast(empty, ['status']);
    expect(missing).toMatchObject({ code: 3, stdout: '' });
    expect(missing.stderr).toContain(`No Onioncast is running with the data directory ${empty}`);
    await rm(empty, { recursive: true });
  });

  it('ends with 2 for what is typed wrong', async () => {
    expect((await onioncast(data, ['hide', 'all'])).code).toBe(2);
    expect((await onioncast(data, ['timeout', '1', 'soon'])).code).toBe(2);
  });
});

describe('the stream of events', () => {
  it('tells of a message, its removal and its return, a name, the title, switches, a poll and what waits', async () => {
    const events = new EventLines(data);
    const { cursor } = await events.next('hello');
    const someone = await stranger(server.url);
    expect(await someone.say('seen by a bot', { name: 'Zoe' })).toBe(true);
    const { message } = await events.next('message', (event) => event.message.text === 'seen by a bot');
    expect(message.viewerId).toMatch(/^[\w-]{22}$/u);
    expect((await events.next('name')).author.name).toBe('Zoe');
    await done('hide', ['hide', String(message.id)]);
    expect((await events.next('removed')).messageIds).toEqual([message.id]);
    expect((await events.next('act', ({ entry }) => entry.act === 'hide')).entry.viewerId).toBe(message.viewerId);
    await done('unhide', ['unhide', String(message.id)]);
    expect((await events.next('restored')).messageIds).toEqual([message.id]);
    await done('setTitle', ['title', 'another']);
    expect((await events.next('stream')).stream.title).toBe('another');
    await done('setModes', ['modes', 'slow=1s', 'hold_first=on']);
    expect((await events.next('modes')).modes).toMatchObject({ slow: '1s', hold_first: 'on' });
    const other = await stranger(server.url);
    await other.say('me too');
    const { held } = await events.next('held');
    await done('decline', ['decline', String(held.heldId)]);
    expect((await events.next('unheld')).heldIds).toEqual([held.heldId]);
    await done('setModes', ['modes', 'slow=off', 'hold_first=off']);
    await done('openPoll', ['poll', 'open', 'Well?', 'a', 'b']);
    expect((await events.next('poll')).poll?.question).toBe('Well?');
    await done('closePoll', ['poll', 'close']);
    await events.next('poll', ({ poll }) => poll === undefined);
    await done('pin', ['pin', String(message.id)]);
    expect((await events.next('pinned')).messageId).toBe(message.id);
    await done('unpin', ['unpin']);
    await events.stop();
    const again = new EventLines(data, ['--since', cursor]);
    await again.next('removed', ({ messageIds }) => messageIds.includes(message.id));
    expect(again.lines.map(({ event }) => event).slice(0, 3)).toEqual(['hello', 'name', 'message']);
    await again.stop();
    const stale = new EventLines(data, ['--since', 'elsewhere-7']);
    await stale.next('gap');
    await stale.stop();
    expect(JSON.stringify(events.lines)).not.toContain(someone.cookie.slice(2));
  });

  it('takes no more than eight readers, and lets the next one in when one has gone', async () => {
    const socketPath = path.join(data, 'run', 'control.sock');
    const open = async () => {
      const socket = connect(socketPath);
      socket.write('GET /events HTTP/1.1\r\nHost: control\r\n\r\n');
      const [first] = await once(socket, 'data');
      return { socket, isIn: String(first).startsWith('HTTP/1.1 200') };
    };
    // Those of before may still be on their way out.
    const readers: Awaited<ReturnType<typeof open>>[] = [];
    await expect
      .poll(async () => {
        readers.push(await open());
        return readers.filter(({ isIn }) => isIn).length;
      }, patience)
      .toBe(8);
    expect((await askControl(data, 'GET', '/events')).status).toBe(503);
    for (const { socket } of readers) socket.destroy();
    await expect
      .poll(async () => {
        const { socket, isIn } = await open();
        socket.destroy();
        return isIn;
      }, patience)
      .toBe(true);
  });
});

describe('signals', () => {
  it('read title and emotes again at SIGHUP without dropping anybody, and open no inspector at SIGUSR1', async () => {
    const chat = await readEndless(`${server.url}/chat`);
    await chat.atLeast(100);
    await writeFile(path.join(data, 'title.txt'), 'from the file\n');
    const note = server.nextEvent('note', ({ message }) => message.includes('read again'));
    process.kill(server.pid, 'SIGUSR1');
    process.kill(server.pid, 'SIGHUP');
    await note;
    expect((await done('title', ['title'])).title).toBe('from the file');
    const before = chat.bytes().length;
    await done('say', ['say', 'still here']);
    await chat.atLeast(before + 10);
    chat.close();
    expect(server.errors).not.toMatch(/debugger|inspector/iu);
    await expect(fetch('http://127.0.0.1:9229/json')).rejects.toThrow(/fetch failed/u);
  });
});

describe('the end of the server', () => {
  it('is told to readers in the last line; the next start replaces what is left of the socket and knows what was done', async () => {
    await done('announce', ['announce', 'before the end']);
    const events = new EventLines(data);
    await events.next('hello');
    await server.kill();
    expect((await events.next('end')).reason).toBe('lost');
    expect(await events.ended).toBe(3);
    const gone = await onioncast(data, ['status']);
    expect(gone).toMatchObject({ code: 3 });
    expect(gone.stderr).toContain('is gone');
    server = await Onioncast.start({ data, env });
    expect((await done('audit', ['audit'])).entries.some(({ act }) => act === 'announce')).toBe(true);
    const last = new EventLines(data);
    await last.next('hello');
    await server.close();
    expect((await last.next('end')).reason).toBe('closed');
    expect(await last.ended).toBe(0);
  });

  it('is refused a socket on which somebody answers', async () => {
    await server.close();
    const socketPath = path.join(data, 'run', 'control.sock');
    const alive = createServer().listen(socketPath);
    await once(alive, 'listening');
    await chmod(socketPath, 0o600);
    await expect(Onioncast.start({ data, env })).rejects.toThrow(/answers/u);
    alive.close();
    server = await Onioncast.start({ data, env });
  });
});
