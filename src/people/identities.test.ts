import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Database } from '../store/database.ts';
import { MessageRepository } from '../store/messages.ts';
import { ViewerRepository } from '../store/viewers.ts';
import { chatStoreOf } from '../talk/chat-store.ts';
import { Identities, type IdentitiesOptions, nameHoldMs } from './identities.ts';
import { TripcodeMaker } from './tripcode-maker.ts';

const hourMs = 3_600_000;
const startMs = 500_000 * hourMs;

function build(
  wish: {
    file?: string;
    broadcasterName?: string;
    atMs?: number;
    tripcodes?: Pick<TripcodeMaker, 'make'>;
    moderators?: IdentitiesOptions['moderators'];
    holdsPlace?: IdentitiesOptions['holdsPlace'];
  } = {},
) {
  const database = Database.open({ path: wish.file ?? ':memory:', onWarning: () => expect.fail('the disk fails') });
  let time = wish.atMs ?? 0;
  const viewers = new ViewerRepository(database);
  const identities = new Identities({
    store: chatStoreOf(database, new MessageRepository(database, 10), viewers),
    names: { defaultName: 'Anonymous', broadcasterName: wish.broadcasterName ?? 'Lantern Street' },
    limit: { count: 3, windowMs: 60_000 },
    tripcodes: wish.tripcodes ?? new TripcodeMaker({ secret: Buffer.alloc(32, 7), allowsClassic: true }),
    tagKey: Buffer.alloc(32, 1),
    ...(wish.moderators === undefined ? {} : { moderators: wish.moderators }),
    ...(wish.holdsPlace === undefined ? {} : { holdsPlace: wish.holdsPlace }),
    recentColours: () => [],
    now: () => ({ wallMs: startMs + time, monotonicMs: time }),
    random: () => 0,
  });
  return { identities, viewers, database, later: (ms: number) => (time += ms) };
}

const secretly = (password: string) => ({ tripcode: { kind: 'set', password } }) as const;
const tea = { code: 'nbvsb890z5', isWeak: false };

describe('identities', () => {
  it('makes a tripcode of a password, a classic one behind #, and takes it away again', async () => {
    const { identities } = build();
    expect(await identities.change('a', secretly('tea'))).toMatchObject({ kind: 'done', identity: { tripcode: tea } });
    expect(identities.appearanceOf('a')).toMatchObject({ name: '', tripcode: tea });
    await identities.change('a', secretly('#tea'));
    expect(identities.appearanceOf('a').tripcode).toEqual({ code: 'WokonZwxw2', isWeak: true });
    await identities.change('a', secretly(''));
    expect(identities.appearanceOf('a').tripcode).toBeUndefined();
  });

  it('asks once before a tripcode takes away what somebody may do here, and grants it when it is wished again', async () => {
    const maker = new TripcodeMaker({ secret: Buffer.alloc(32, 7), allowsClassic: true });
    const member = await maker.make('oar');
    const { identities, later } = build({ holdsPlace: (_viewerId, tripcode) => tripcode?.code === member?.code });
    const wish = (password: string) => identities.change('a', secretly(password));
    expect(await wish('tea')).toMatchObject({ kind: 'done' });
    expect(await wish('oar')).toMatchObject({ kind: 'done' });
    expect(await wish('tea')).toEqual({ kind: 'refused', rule: 'tripcode-loses-place' });
    expect(identities.appearanceOf('a').tripcode).toEqual(member);
    later(60_000);
    expect(await wish('')).toEqual({ kind: 'refused', rule: 'tripcode-loses-place' });
    expect(await wish('cup')).toEqual({ kind: 'refused', rule: 'tripcode-loses-place' });
    expect(await wish('cup')).toMatchObject({ kind: 'done' });
    expect(identities.appearanceOf('a').tripcode).not.toEqual(member);
    later(60_000);
    expect(await wish('oar')).toMatchObject({ kind: 'done' });
    expect(await wish('cup')).toEqual({ kind: 'refused', rule: 'tripcode-loses-place' });
  });

  it('takes # for any other character while classic ones are off', async () => {
    const maker = new TripcodeMaker({ secret: Buffer.alloc(32, 7), allowsClassic: false });
    expect(await maker.make('#tea')).toMatchObject({ isWeak: false });
    expect((await maker.make('#tea'))?.code).not.toBe((await maker.make('tea'))?.code);
  });

  it('changes nothing of a wish that is refused in part', async () => {
    const { identities } = build();
    expect(await identities.change('a', { name: 'Moderator', colour: 'red', ...secretly('tea') })).toEqual({
      kind: 'refused',
      rule: 'name-reserved',
      also: ['colour'],
    });
    expect(identities.find('a')).toBeUndefined();
  });

  it('gives everything back after an absence and a restart', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'identities-'));
    const file = path.join(directory, 'test.sqlite');
    const before = build({ file });
    await before.identities.change('a', { name: 'Willow', colour: '5', ...secretly('tea') });
    before.database.close();
    const after = build({ file, atMs: 29 * 24 * hourMs });
    after.viewers.forgetBefore(startMs - hourMs);
    expect(after.identities.appearanceOf('a')).toMatchObject({ name: 'Willow', chosenColour: 5, tripcode: tea });
    after.database.close();
    rmSync(directory, { recursive: true });
  });

  it('keeps a name from others over a restart, and gives it to whoever has the tripcode', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'identities-'));
    const file = path.join(directory, 'test.sqlite');
    const before = build({ file });
    await before.identities.change('a', { name: 'Willow', ...secretly('tea') });
    before.database.close();
    const { identities, database } = build({ file, atMs: hourMs });
    expect(await identities.change('b', { name: 'VVillow' })).toMatchObject({ rule: 'name-taken' });
    expect(await identities.change('b', { name: 'Willow', ...secretly('coffee') })).toMatchObject({
      rule: 'name-taken',
    });
    expect(identities.find('b')).toBeUndefined();
    expect(await identities.change('b', { name: 'Willow', ...secretly('tea') })).toMatchObject({ kind: 'done' });
    database.close();
    rmSync(directory, { recursive: true });
  });

  it('takes nothing over with a tripcode alone', async () => {
    const { identities } = build();
    await identities.change('a', { name: 'Willow', colour: '5', ...secretly('tea') });
    await identities.change('b', { name: 'Aspen', colour: '9', ...secretly('tea') });
    expect(identities.appearanceOf('a')).toMatchObject({ name: 'Willow', chosenColour: 5, tripcode: tea });
    expect(identities.appearanceOf('b')).toMatchObject({ name: 'Aspen', chosenColour: 9, tripcode: tea });
  });

  it('keeps the names of moderators for them, also while they are away', async () => {
    const anna = { label: 'Willow Moon', by: { kind: 'tripcode', code: tea.code } } as const;
    const { identities } = build({ moderators: () => [anna] });
    expect(await identities.change('b', { name: 'VVillow M00n' })).toMatchObject({ rule: 'name-taken' });
    expect(await identities.change('a', { name: 'Willow Moon', ...secretly('tea') })).toMatchObject({ kind: 'done' });
  });

  it('frees the name of somebody who has not been here for a day, and lets both keep it then', async () => {
    const { identities, later } = build();
    await identities.change('a', { name: 'Willow' });
    later(nameHoldMs - 1);
    expect(await identities.change('b', { name: 'willow' })).toMatchObject({ rule: 'name-taken' });
    later(1);
    expect(await identities.change('b', { name: 'willow' })).toMatchObject({ kind: 'done' });
    expect(identities.appearanceOf('a').name).toBe('Willow');
    expect(await identities.change('a', { name: 'Willow', colour: '3' })).toMatchObject({ kind: 'done' });
  });

  it('does not show a kept name that has become the broadcaster\u2019s', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'identities-'));
    const file = path.join(directory, 'test.sqlite');
    const before = build({ file });
    await before.identities.change('a', { name: 'Wi11ow', colour: '5' });
    before.database.close();
    const { identities, database } = build({ file, broadcasterName: 'Willow' });
    expect(identities.appearanceOf('a')).toMatchObject({ name: '', chosenColour: 5 });
    expect(identities.authorOf('a', identities.of('a'))).toMatchObject({ name: 'Anonymous', tag: expect.any(String) });
    database.close();
    rmSync(directory, { recursive: true });
  });

  it('lets three changes through in a minute, attempts at tripcodes among them', async () => {
    const { identities, later } = build();
    await identities.change('a', { name: 'Willow', ...secretly('tea') });
    for (const password of ['one', 'two', 'three']) {
      expect(await identities.change('b', { name: 'Willow', ...secretly(password) })).toMatchObject({
        rule: 'name-taken',
      });
    }
    later(1000);
    expect(await identities.change('b', { name: 'Willow', ...secretly('tea') })).toEqual({
      kind: 'refused',
      rule: 'appearance-too-often',
      waitMs: 59_000,
    });
    expect(await identities.change('b', { name: '' })).toMatchObject({ kind: 'done' });
    later(59_000);
    expect(await identities.change('b', { name: 'Willow', ...secretly('tea') })).toMatchObject({ kind: 'done' });
  });

  it('makes one tripcode at a time, lets eight wait, and hashes nothing for the ninth', async () => {
    const { identities } = build();
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => identities.change(`v${n}`, secretly(`password ${n}`))),
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'done' ? 'done' : outcome.rule))).toEqual([
      ...Array.from({ length: 9 }, () => 'done'),
      ...Array.from({ length: 3 }, () => 'tripcode-busy'),
    ]);
    expect(outcomes[11]).toMatchObject({ waitMs: 2000 });
  });

  it('hashes nothing for a wish that is refused anyway', async () => {
    const make = () => expect.fail('hashed');
    const { identities } = build({ tripcodes: { make } });
    expect(await identities.change('a', { name: 'Admin', ...secretly('tea') })).toMatchObject({
      rule: 'name-reserved',
    });
    expect(await identities.change('a', secretly('x'.repeat(1025)))).toMatchObject({ rule: 'tripcode-too-long' });
    expect(await identities.change('a', secretly(''))).toMatchObject({ kind: 'done' });
  });

  it('keeps the event loop free while it hashes', async () => {
    const { identities } = build();
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    // Several, so that even on a busy machine the loop has its turns meanwhile.
    await Promise.all(Array.from({ length: 8 }, (_, n) => identities.change(`v${n}`, secretly(`tea ${n}`))));
    clearInterval(turning);
    expect(turns).toBeGreaterThan(3);
  });
});
