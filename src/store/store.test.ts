import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PostedMessage } from '../chat/room.ts';
import { Database, type StoreWarning } from './database.ts';
import { MessageRepository } from './messages.ts';
import { migrate, migrations } from './migrations.ts';
import { SettingRepository } from './settings.ts';
import { ViewerRepository } from './viewers.ts';

let directory = '';
let file = '';
let warnings: StoreWarning[] = [];
const onWarning = (warning: StoreWarning) => warnings.push(warning);
const open = (at = file) => Database.open({ path: at, onWarning });

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'onioncast-store-'));
  file = path.join(directory, 'onioncast.sqlite');
  warnings = [];
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function posted(id: number, wish: Partial<PostedMessage['message']> = {}): PostedMessage {
  const message = {
    id,
    atMs: 1_800_000_000_000 + id,
    author: { name: 'Mallow', colour: 3 },
    text: `text ${id}`,
    ...wish,
  };
  return { message, viewerId: `viewer ${id % 3}`, nonce: `nonce ${id}` };
}

function fill(database: Database, count: number, keep = 256): MessageRepository {
  const messages = new MessageRepository(database, keep);
  for (let id = 1; id <= count; id += 1) database.commit(() => messages.append(posted(id)));
  return messages;
}

describe('messages', () => {
  it('come back after a restart, the newest, in order, with their ids', () => {
    const before = open();
    fill(before, 300);
    before.close();
    before.close();
    const after = open();
    const rows = new MessageRepository(after, 256).newest();
    expect(rows.map(({ message }) => message.id)).toEqual(Array.from({ length: 256 }, (_, index) => 45 + index));
    expect(rows[0]).toEqual(posted(45));
    expect(warnings).toEqual([]);
    after.close();
  });

  it('leave nothing of themselves in the file once they are too old', () => {
    const database = open();
    const messages = new MessageRepository(database, 2);
    for (let id = 1; id <= 4; id += 1) database.commit(() => messages.append(posted(id, { text: `canary-${id}` })));
    database.close();
    const bytes = readFileSync(file);
    expect(bytes.includes('canary-4')).toBe(true);
    expect(bytes.includes('canary-1')).toBe(false);
    expect(readdirSync(directory)).toEqual(['onioncast.sqlite']);
  });

  it('come back as they were, whatever they hold', () => {
    const database = open(':memory:');
    const messages = new MessageRepository(database, 1);
    const text = fc.string({ unit: 'grapheme' });
    const optional = { requiredKeys: ['name', 'colour'] as ['name', 'colour'] };
    const author = fc.record(
      {
        name: text,
        tag: text,
        colour: fc.nat({ max: 15 }),
        capcode: fc.constantFrom('broadcaster' as const, 'moderator' as const),
      },
      optional,
    );
    let id = 0;
    fc.assert(
      fc.property(author, text, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (writer, words, atMs) => {
        id += 1;
        const row = posted(id, { author: { ...writer }, text: words, atMs });
        database.commit(() => messages.append(row));
        expect(messages.newest()).toEqual([row]);
      }),
    );
    database.close();
  });
});

describe('viewers', () => {
  it('are remembered over a restart and forgotten in time', () => {
    const before = open();
    const hour = 3_600_000;
    before.commit(() => {
      const viewers = new ViewerRepository(before);
      viewers.save('old', { name: 'Old', colour: 1, isColourChosen: true }, 10 * hour);
      viewers.save('new', { colour: 2, isColourChosen: false }, 10 * hour);
      viewers.save('new', { name: 'New', colour: 4, isColourChosen: false }, 50 * hour + 1);
    });
    before.close();
    const after = open();
    const viewers = new ViewerRepository(after);
    expect(viewers.find('old')).toEqual({ name: 'Old', colour: 1, isColourChosen: true });
    viewers.forgetBefore(20 * hour);
    expect(viewers.find('old')).toBeUndefined();
    expect(viewers.find('new')).toEqual({ name: 'New', colour: 4, isColourChosen: false });
    after.close();
  });

  it('are forgotten, longest unseen first, when there are too many', () => {
    const database = open(':memory:');
    const viewers = new ViewerRepository(database);
    for (let n = 0; n < 10; n += 1) viewers.save(`v${n}`, { colour: 0, isColourChosen: false }, n * 3_600_000);
    viewers.forgetBefore(0, 4);
    expect([5, 6, 9].map((n) => viewers.find(`v${n}`) !== undefined)).toEqual([false, true, true]);
    database.close();
  });
});

describe('settings', () => {
  it('keep the last value', () => {
    const database = open();
    const settings = new SettingRepository(database);
    expect(settings.get('broadcaster-password-hash')).toBeUndefined();
    settings.set('broadcaster-password-hash', 'one');
    settings.set('broadcaster-password-hash', "two'; DROP TABLE settings; --");
    expect(settings.get('broadcaster-password-hash')).toBe("two'; DROP TABLE settings; --");
    database.close();
  });
});

describe('the database file', () => {
  it('T26 can be read by its owner only, whatever the umask says', () => {
    const umask = process.umask(0);
    try {
      const database = open();
      fill(database, 1);
      for (const name of readdirSync(directory)) expect(statSync(path.join(directory, name)).mode & 0o777).toBe(0o600);
      database.close();
    } finally {
      process.umask(umask);
    }
  });

  it('is refused to a second server while the first one runs', () => {
    const first = open();
    fill(first, 1);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'DATA_DIRECTORY' }));
    first.close();
    open().close();
  });

  it.each([
    ['flipped bytes in its header', (bytes: Buffer) => bytes.fill(0x5a, 0, 64)],
    ['flipped bytes in its pages', (bytes: Buffer) => bytes.fill(0x5a, 4096, 4096 * 4)],
    ['half of it missing', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['something else altogether', () => Buffer.from('this is a shopping list, milk and bread\n'.repeat(20))],
  ])('is set aside when damaged by %s, and a fresh one begun', (_what, damage) => {
    const before = open();
    fill(before, 200);
    before.close();
    const bytes = damage(readFileSync(file));
    writeFileSync(file, bytes);
    const after = open();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain(`${file}.damaged-1`);
    expect(readFileSync(`${file}.damaged-1`).equals(bytes)).toBe(true);
    const messages = new MessageRepository(after, 10);
    expect(messages.newest()).toEqual([]);
    expect(after.commit(() => messages.append(posted(1)))).toBe(true);
    after.close();
  });

  it('opens when its write-ahead log is lost', () => {
    const before = open();
    fill(before, 5);
    before.close();
    rmSync(`${file}-wal`, { force: true });
    const after = open();
    expect(new MessageRepository(after, 10).newest()).toHaveLength(5);
    after.close();
  });

  it('is left alone when a newer version wrote it', () => {
    open().close();
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 999');
    newer.close();
    expect(() => open()).toThrow(
      expect.objectContaining({ code: 'DATA_DIRECTORY', message: expect.stringContaining('newer version') }),
    );
    expect(readdirSync(directory).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it.each([
    ['its directory is missing', () => path.join(directory, 'nowhere', 'x.sqlite')],
    ['a directory has its name', () => directory],
  ])('gives way to memory when %s', (_what, at) => {
    const database = open(at());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain('in memory only');
    const messages = new MessageRepository(database, 10);
    expect(database.commit(() => messages.append(posted(1)))).toBe(true);
    expect(messages.newest()).toHaveLength(1);
    database.close();
  });

  it('says once that the disk is full, goes on, and says when there is room again', () => {
    const database = open();
    const messages = new MessageRepository(database, 1000);
    const limit = (pages: number) => database.prepare(`PRAGMA max_page_count = ${pages}`).get();
    limit(12);
    const stored = Array.from({ length: 40 }, (_, index) =>
      database.commit(() => messages.append(posted(index + 1, { text: 'x'.repeat(2000) }))),
    );
    expect(stored[0]).toBe(true);
    expect(stored.at(-1)).toBe(false);
    expect(warnings).toHaveLength(1);
    limit(1_000_000);
    expect(database.commit(() => messages.append(posted(41)))).toBe(true);
    expect(warnings.map(({ message }) => message).at(-1)).toBe('The database can be written again.');
    expect(warnings).toHaveLength(2);
    expect(messages.newest().map(({ message }) => message.id)).toEqual([
      ...stored.flatMap((ok, index) => (ok ? [index + 1] : [])),
      41,
    ]);
    database.close();
  });

  it('does not take a mistake in the program for a failing disk', () => {
    const database = open(':memory:');
    const messages = fill(database, 1);
    expect(() => database.commit(() => messages.append(posted(1)))).toThrow(/UNIQUE/);
    expect(database.commit(() => messages.append(posted(2)))).toBe(true);
    database.close();
  });
});

/** The schema of the first release with a row in each table. Do not change it: databases like this are out there. */
const frozenVersion1 = `
  CREATE TABLE messages (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, viewer TEXT NOT NULL, nonce TEXT NOT NULL, name TEXT NOT NULL,
    tag TEXT, colour INTEGER NOT NULL, capcode TEXT, text TEXT NOT NULL) STRICT;
  CREATE TABLE viewers (id TEXT PRIMARY KEY, name TEXT, colour INTEGER NOT NULL, is_colour_chosen INTEGER NOT NULL,
    seen_at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX viewers_by_seen ON viewers (seen_at_ms);
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO messages VALUES (7, 1800000000000, 'v', 'n', 'Anonymous', 'k3f', 5, NULL, 'hello');
  INSERT INTO viewers VALUES ('v', NULL, 5, 0, 1799996400000);
  INSERT INTO settings VALUES ('broadcaster-password-hash', 'scrypt$...');
  PRAGMA user_version = 1;`;

describe('migrations', () => {
  it('bring a database of the first release up to date with everything in it', () => {
    const old = new DatabaseSync(file);
    old.exec(frozenVersion1);
    old.close();
    const database = open();
    expect(new MessageRepository(database, 10).newest()).toEqual([
      {
        message: {
          id: 7,
          atMs: 1_800_000_000_000,
          author: { name: 'Anonymous', tag: 'k3f', colour: 5 },
          text: 'hello',
        },
        viewerId: 'v',
        nonce: 'n',
      },
    ]);
    expect(new ViewerRepository(database).find('v')).toEqual({ colour: 5, isColourChosen: false });
    expect(new SettingRepository(database).get('broadcaster-password-hash')).toBe('scrypt$...');
    database.close();
  });

  it('take all steps or none', () => {
    const database = new DatabaseSync(':memory:');
    expect(() => migrate(database, [...migrations, 'CREATE TABLE later (x)', 'nonsense'])).toThrow(/syntax/);
    expect(database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()).toEqual({ n: 0 });
    expect(migrate(database)).toBe('current');
    expect(migrate(database, [...migrations, 'CREATE TABLE later (x)'])).toBe('current');
    expect(migrate(database)).toBe('newer');
    database.close();
  });
});
