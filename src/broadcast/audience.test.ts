import { expect, test } from 'vitest';
import { Audience } from './audience.ts';

const ann = { viewerId: 'ann', circuitId: 1 };
const bob = { viewerId: 'bob', circuitId: 2 };

test('whoever takes bytes is watching, and no longer is when they stop taking them', () => {
  const audience = new Audience();
  const reception = { lastDrainAtMs: 1000 };
  audience.receive(ann, reception, 5000);
  expect(audience.count(6000)).toBe(1);
  expect(audience.count(6001)).toBe(0);
  reception.lastDrainAtMs = 6001;
  expect(audience.count(11_001)).toBe(1);
});

test('one viewer with several responses and playlists counts once', () => {
  const audience = new Audience();
  audience.receive(ann, { lastDrainAtMs: 0 }, 5000);
  audience.receive(ann, { lastDrainAtMs: 0 }, 5000);
  audience.fetchPlaylist(ann, 2000, 0);
  audience.fetchPlaylist(bob, 2000, 0);
  expect(audience.watching(100)).toEqual([ann, ann, ann, bob]);
  expect(audience.count(100)).toBe(2);
});

test('where only so many may watch, whoever does may go on, and nobody new may begin', () => {
  const audience = new Audience();
  audience.receive(ann, { lastDrainAtMs: 0 }, 5000);
  expect(audience.hasRoomFor(bob, 2, 100)).toBe(true);
  expect(audience.hasRoomFor(bob, 1, 100)).toBe(false);
  expect(audience.hasRoomFor(ann, 1, 100)).toBe(true);
  expect(audience.hasRoomFor(bob, 1, 5001)).toBe(true);
});

test('a response that ended no longer counts, and its end may be told twice', () => {
  const audience = new Audience();
  const leave = audience.receive(ann, { lastDrainAtMs: 0 }, 5000);
  const leaveAgain = audience.receive(ann, { lastDrainAtMs: 0 }, 5000);
  leave();
  leave();
  expect(audience.count(1)).toBe(1);
  leaveAgain();
  expect(audience.count(1)).toBe(0);
});

test('a playlist counts for three target durations from the last fetch', () => {
  const audience = new Audience();
  audience.fetchPlaylist(bob, 2000, 0);
  audience.fetchPlaylist(bob, 2000, 5000);
  expect(audience.count(11_000)).toBe(1);
  expect(audience.count(11_001)).toBe(0);
  expect(audience.count(11_000)).toBe(0);
});

test('it remembers a bounded number of playlist viewers, the newest', () => {
  const audience = new Audience();
  for (let viewer = 0; viewer < 5000; viewer += 1) audience.fetchPlaylist({ viewerId: String(viewer) }, 2000, 0);
  const watching = audience.watching(0);
  expect(watching.length).toBe(4096);
  expect(watching[0]).toEqual({ viewerId: '904' });
});

test('many identities on one circuit are one viewer, and take a place each of what the server can carry (T33)', () => {
  const audience = new Audience();
  for (let viewer = 0; viewer < 20; viewer += 1) {
    audience.receive({ viewerId: `v${viewer}`, circuitId: 7 }, { lastDrainAtMs: 0 }, 5000);
  }
  expect(audience.count(1)).toBe(1);
  expect(audience.isFull(20, 1)).toBe(true);
  expect(audience.hasRoomFor({ viewerId: 'v20', circuitId: 7 }, 20, 1)).toBe(false);
  expect(audience.hasRoomFor({ viewerId: 'v19', circuitId: 8 }, 20, 1)).toBe(true);
});

test('a visit counts as being here until its time is over, and never as watching', () => {
  const audience = new Audience();
  audience.visit(ann, 30_000, 0);
  audience.visit(ann, 30_000, 10_000);
  expect(audience.visiting(40_000)).toEqual([ann]);
  expect(audience.visiting(40_001)).toEqual([]);
  expect(audience.count(10_000)).toBe(0);
});
