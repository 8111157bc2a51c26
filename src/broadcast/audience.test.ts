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
  // Nothing may be sent to anybody, between two broadcasts: what is open is carried all the same.
  expect(audience.hasRoomFor(bob, 1, 500_000)).toBe(false);
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

test('T33 many identities on one circuit are one viewer, and take a place each of what the server can carry', () => {
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

test('T33 ten identities on one circuit take as many places as one circuit may, and those keep theirs', () => {
  const audience = new Audience();
  const admitted: string[] = [];
  for (let viewer = 0; viewer < 10; viewer += 1) {
    const who = { viewerId: `v${viewer}`, circuitId: 7 };
    if (!audience.hasRoomFor(who, 300, 1, 3)) continue;
    audience.receive(who, { lastDrainAtMs: 0 }, 5000);
    admitted.push(who.viewerId);
  }
  expect(admitted).toEqual(['v0', 'v1', 'v2']);
  expect(audience.count(1)).toBe(1);
  expect(audience.hasRoomFor({ viewerId: 'v1', circuitId: 7 }, 300, 1, 3)).toBe(true);
  expect(audience.hasRoomFor({ viewerId: 'v3', circuitId: 8 }, 300, 1, 3)).toBe(true);
  expect(audience.hasRoomFor({ viewerId: 'v3', circuitId: 'local' }, 300, 1, 3)).toBe(true);
});

test('a place is kept for half a minute for whoever was watching, and for no longer than they had', () => {
  const audience = new Audience();
  const long = { lastDrainAtMs: 0 };
  const leave = audience.receive(ann, long, 5000);
  long.lastDrainAtMs = 100_000;
  leave();
  expect(audience.count(100_001)).toBe(0);
  expect(audience.hasRoomFor(bob, 1, 130_000)).toBe(false);
  expect(audience.hasRoomFor(ann, 1, 130_000)).toBe(true);
  expect(audience.hasRoomFor(bob, 1, 130_001)).toBe(true);
  const short = { lastDrainAtMs: 200_000 };
  const leaveSoon = audience.receive(ann, short, 5000);
  short.lastDrainAtMs = 201_000;
  leaveSoon();
  expect(audience.hasRoomFor(bob, 1, 202_000)).toBe(false);
  expect(audience.hasRoomFor(bob, 1, 202_001)).toBe(true);
});

test('whether somebody watches on a circuit goes by what drains there', () => {
  const audience = new Audience();
  const reception = { lastDrainAtMs: 0 };
  audience.receive(ann, reception, 5000);
  audience.fetchPlaylist(bob, 2000, 0);
  expect([1, 2, 3].map((circuitId) => audience.isWatchingOn(circuitId, 5000))).toEqual([true, true, false]);
  expect([1, 2].map((circuitId) => audience.isWatchingOn(circuitId, 6001))).toEqual([false, false]);
});
