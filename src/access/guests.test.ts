import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessMode } from '../admission/admission.ts';
import { AccessInvitationRepository } from '../store/access-invitations.ts';
import { Database } from '../store/database.ts';
import { AccessInvitations } from './access-invitations.ts';
import { type GuestKeys, Guests } from './guests.ts';

const week = { uses: 1, forMs: 7 * 24 * 60 * 60 * 1000 };

class FakeKeys implements GuestKeys {
  readonly max = 3;
  readonly address = undefined;
  readonly names: string[] = [];
  readonly removed: [name: string, everybody: boolean][] = [];

  isName(name: string): boolean {
    return /^\w+$/u.test(name);
  }

  async list(): Promise<readonly string[]> {
    return [...this.names];
  }

  async add(name: string): Promise<string> {
    this.names.push(name);
    return `key of ${name}`;
  }

  async remove(name: string, everybody: boolean): Promise<void> {
    this.names.splice(this.names.indexOf(name), 1);
    this.removed.push([name, everybody]);
  }

  cutOff(): void {}
}

let mode: AccessMode;
let keys: FakeKeys;
let invitations: AccessInvitations;

beforeEach(() => {
  mode = 'members';
  keys = new FakeKeys();
  const database = Database.open({ path: ':memory:', onWarning: () => undefined });
  let drawn = 0;
  invitations = new AccessInvitations({
    store: new AccessInvitationRepository(database),
    randomBytes: (size) => Buffer.alloc(size, (drawn += 1)),
    now: () => 1_000_000,
  });
});

const open = (isPrivate: boolean) => new Guests({ ...(isPrivate && { keys }), invitations, mode: () => mode });

describe('who is invited', () => {
  it('is given what stands in the way: a key, a link, or both', async () => {
    const secret = expect.stringMatching(/^[\w-]{22}$/u);
    expect(await open(true).invite({ name: 'Ann', ...week })).toEqual({ kind: 'invited', key: 'key of Ann', secret });
    expect(await open(false).invite({ name: 'Bob & Co', ...week })).toEqual({ kind: 'invited', secret });
    mode = 'open';
    expect(await open(true).invite({ name: 'Cid', ...week })).toEqual({ kind: 'invited', key: 'key of Cid' });
    expect(await open(false).invite({ name: 'Dan', ...week })).toEqual({ kind: 'refused', rule: 'nothing-closed' });
    expect(await open(false).invite({ name: 'Dan', only: 'link', ...week })).toMatchObject({ kind: 'invited' });
  });

  it('needs a name of their own for a key, and a place', async () => {
    const guests = open(true);
    const invite = async (name: string) => await guests.invite({ name, only: 'key', ...week });
    expect(await open(false).invite({ name: 'Ann', only: 'key', ...week })).toMatchObject({ rule: 'address-open' });
    const outcomes = await Promise.all(['Ann', 'ann', 'a b', 'Bob', 'Cid', 'Dan'].map(invite));
    expect(outcomes.map((outcome) => ('rule' in outcome ? outcome.rule : 'in'))).toEqual([
      ...['in', 'guest-known', 'guest-name', 'in', 'in', 'guest-many'],
    ]);
    expect(await guests.invite({ name: 'Eve', only: 'link', uses: 0, forMs: 1 })).toMatchObject({ kind: 'refused' });
  });

  it('is put out with all that bears the name, without the others where it is known who came by it', async () => {
    const guests = open(true);
    await guests.invite({ name: 'Ann', ...week });
    await guests.invite({ name: 'Bob', only: 'key', ...week });
    expect((await guests.list()).map(({ name, hasKey, links }) => [name, hasKey, links.length])).toEqual([
      ['Ann', true, 1],
      ['Bob', true, 0],
    ]);
    expect(await guests.revoke('Ann')).toEqual({ hadKey: true, links: 1 });
    expect(invitations.list()).toMatchObject([{ label: 'Ann', isRevoked: true }]);
    expect(await guests.revoke('Bob')).toEqual({ hadKey: true, links: 0 });
    mode = 'open';
    await guests.invite({ name: 'Cid', ...week });
    await guests.revoke('Cid');
    expect(keys.removed).toEqual([
      ['Ann', false],
      ['Bob', true],
      ['Cid', true],
    ]);
    expect(await guests.revoke('Ann')).toBeUndefined();
  });
});
