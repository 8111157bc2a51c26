import { describe, expect, it } from 'vitest';
import { renewIntroductions, visitorCircuits } from './introductions.ts';

const own = 'a'.repeat(56);
const other = 'b'.repeat(56);
const times = { lookMs: 1, patienceMs: 3 };

/** A tor that launches a circuit in the place of each one that is closed, to another point once one was lost four times. */
class FakeTor {
  readonly circuits = new Map<number, { point: string; service: string; state: string }>();
  readonly losses = new Map<string, number>();
  readonly #isStuck: boolean;
  #next = 1;

  constructor(isStuck = false) {
    this.#isStuck = isStuck;
    for (const point of ['p1', 'p2', 'p3']) this.launch(point, own);
    this.launch('q1', other);
  }

  get points(): string[] {
    return [...this.circuits.values()].filter(({ service }) => service === own).map(({ point }) => point);
  }

  launch(point: string, service: string): void {
    this.circuits.set(this.#next, { point, service, state: 'HSSI_ESTABLISHED' });
    this.#next += 1;
  }

  async command(line: string): Promise<never> {
    const id = Number(line.split(' ')[1]);
    const { point = '', service = '' } = this.circuits.get(id) ?? {};
    this.circuits.delete(id);
    const losses = (this.losses.get(point) ?? 0) + 1;
    this.losses.set(point, losses);
    if (!this.#isStuck) this.launch(losses < 4 ? point : `new-${point}`, service);
    return undefined as never;
  }

  async getInfo(): Promise<string> {
    const lines = [...this.circuits].map(
      ([id, { service, state }]) => `${id} BUILT $A~a PURPOSE=HS_SERVICE_INTRO HS_STATE=${state} REND_QUERY=${service}`,
    );
    return [...lines, `90 BUILT $A~a PURPOSE=HS_SERVICE_REND HS_STATE=HSSR_JOINED REND_QUERY=${own}`].join('\n');
  }
}

describe('introduction points', () => {
  it('are others once tor has lost each of them four times, and those of other services stay', async () => {
    const tor = new FakeTor();
    expect(await renewIntroductions(tor, `${own}.onion`, times)).toBe(true);
    expect(tor.points).toEqual(['new-p1', 'new-p2', 'new-p3']);
    expect(tor.losses.has('q1')).toBe(false);
    expect(await visitorCircuits(tor, `${own}.onion`)).toEqual(['90']);
  });

  it('are said to be missing where tor launches no more circuits', async () => {
    expect(await renewIntroductions(new FakeTor(true), `${own}.onion`, times)).toBe(false);
  });
});
