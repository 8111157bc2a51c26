import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalBus } from '../bus/local.ts';
import { defaultFloodPolicy } from '../chat/flood.ts';
import { messageTextLimits } from '../chat/message-text.ts';
import { Room } from '../chat/room.ts';
import { Database } from '../store/database.ts';
import { MessageRepository } from '../store/messages.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { ChatService } from './chat-service.ts';
import { chatStoreOf } from './chat-store.ts';
import { TripcodeMaker } from '../people/tripcode-maker.ts';

const names = { defaultName: 'Anonymous', broadcasterName: 'Lantern' };
const rules = { history: 8, text: messageTextLimits(512), flood: defaultFloodPolicy, names };

function build(database: Database, wish: { failing?: boolean } = {}) {
  const messages = new MessageRepository(database, rules.history);
  const store = chatStoreOf(database, messages, new ViewerRepository(database));
  let time = 0;
  const chat = new ChatService({
    room: new Room(rules, messages.newest()),
    store: wish.failing === true ? { ...store, commit: () => false } : store,
    bus: new LocalBus((error) => {
      throw error;
    }),
    tripcodes: new TripcodeMaker({ secret: Buffer.alloc(32, 1), allowsClassic: false }),
    tagKey: Buffer.alloc(32, 1),
    now: () => ({ wallMs: 1_800_000_000_000 + time, monotonicMs: time }),
    random: () => 0.5,
  });
  let nonce = 0;
  return {
    chat,
    messages,
    later: (ms: number) => {
      time += ms;
    },
    say: (text: string, more: Partial<Parameters<typeof chat.submit>[0]> = {}) => {
      time += 10_000;
      nonce += 1;
      return chat.submit({
        requester: { viewerId: 'v1' },
        wish: {},
        post: { text, nonce: `nonce-${nonce}` },
        ...more,
      });
    },
  };
}

const memory = () => Database.open({ path: ':memory:', onWarning: () => undefined });

describe('the chat service', () => {
  it('gives the nameless a tag that stays, and tells them apart', async () => {
    const { chat, say } = build(memory());
    await say('one');
    await say('two', { requester: { viewerId: 'v2' } });
    await say('three');
    const [one, two, three] = chat.messages.map(({ author }) => author);
    expect(one).toMatchObject({ name: 'Anonymous', tag: chat.appearanceOf('v1').tag });
    expect(three).toEqual(one);
    expect(two?.tag).not.toBe(one?.tag);
    expect(two?.colour).not.toBe(one?.colour);
  });

  it('lets the broadcaster write under the configured name and mark, whatever the form says', async () => {
    const { chat, say } = build(memory());
    await say('welcome', {
      requester: { viewerId: 'v1', role: 'broadcaster' },
      wish: { name: 'Mallow', colour: '999' },
    });
    expect(chat.messages[0]?.author).toMatchObject({ name: 'Lantern', capcode: 'broadcaster' });
    expect(await say('me too', { wish: { name: 'lantern' } })).toEqual({
      kind: 'refused',
      rule: 'name-reserved',
      also: [],
      text: 'me too',
    });
    expect(chat.messages).toHaveLength(1);
  });

  it('brings rows, ids, names and used forms back after a restart', async () => {
    const database = memory();
    const before = build(database);
    for (let n = 1; n <= 10; n += 1) await before.say(`text ${n}`, { wish: { name: 'Mallow', colour: '7' } });
    const after = build(database);
    expect(after.chat.messages).toEqual(before.chat.messages);
    expect(after.chat.appearanceOf('v1')).toMatchObject({ name: 'Mallow', chosenColour: 7 });
    expect(await after.say('again', { post: { text: 'again', nonce: 'nonce-10' } })).toEqual({ kind: 'done' });
    expect(after.chat.messages.at(-1)?.id).toBe(10);
    await after.say('next', { post: { text: 'next', nonce: 'nonce-fresh' } });
    expect(after.chat.messages.at(-1)).toMatchObject({ id: 11, text: 'next', author: { name: 'Mallow', colour: 7 } });
  });

  it('goes on from memory when nothing can be stored', async () => {
    const { chat, say, messages } = build(memory(), { failing: true });
    expect(await say('hello', { wish: { name: 'Mallow' } })).toEqual({ kind: 'done' });
    expect(await say('still here')).toEqual({ kind: 'done' });
    expect(chat.messages.map(({ author, text }) => `${author.name}: ${text}`)).toEqual([
      'Mallow: hello',
      'Mallow: still here',
    ]);
    expect(messages.newest()).toEqual([]);
  });

  it('does nothing of a submission that is refused for its name', async () => {
    const { chat, say } = build(memory());
    expect(await say('hello', { wish: { name: 'moderator', colour: '3' } })).toMatchObject({
      kind: 'refused',
      rule: 'name-reserved',
    });
    expect(chat.messages).toEqual([]);
    expect(chat.appearanceOf('v1')).toEqual({ name: '', tag: chat.appearanceOf('v1').tag });
  });
});

describe('a server that is killed', () => {
  const directories: string[] = [];
  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  const newFile = () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'onioncast-kill-'));
    directories.push(directory);
    return path.join(directory, 'onioncast.sqlite');
  };
  const child = (file: string, killAt: string) =>
    spawn(
      process.execPath,
      [fileURLToPath(new URL('../../test/support/posting-server.ts', import.meta.url)), file, killAt],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  const storedIn = (file: string) => {
    const warnings: unknown[] = [];
    const database = Database.open({ path: file, onWarning: (warning) => warnings.push(warning) });
    const rows = new MessageRepository(database, 100_000).newest();
    database.close();
    expect(warnings).toEqual([]);
    return rows.map(({ message }) => message);
  };

  it('between commit and publish keeps what was committed, once and whole', async () => {
    const file = newFile();
    const victim = child(file, '5');
    await once(victim, 'exit');
    expect(victim.signalCode).toBe('SIGKILL');
    expect(storedIn(file).map(({ id, text }) => [id, text])).toEqual(
      [1, 2, 3, 4, 5].map((id) => [id, `message ${id}`]),
    );
  });

  it('at any moment keeps every message it has acknowledged, in order', async () => {
    const file = newFile();
    let known = 0;
    for (const patience of [1, 40, 173]) {
      const victim = child(file, 'never');
      let acknowledged = 0;
      for await (const line of createInterface({ input: victim.stdout })) {
        acknowledged += 1;
        expect(Number(line)).toBe(known + acknowledged);
        if (acknowledged === patience) victim.kill('SIGKILL');
      }
      expect(acknowledged).toBeGreaterThanOrEqual(patience);
      const stored = storedIn(file);
      expect(stored.length).toBeGreaterThanOrEqual(known + acknowledged);
      expect(stored.map(({ id, text }) => [id, text])).toEqual(
        stored.map((_, index) => [index + 1, `message ${index + 1}`]),
      );
      known = stored.length;
    }
  });
});
