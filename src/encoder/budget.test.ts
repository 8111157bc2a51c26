import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EncodingCosts, planEncoding, type PlanOptions, type RungCost } from './budget.ts';
import { knownRungs, rungOf } from './ladder.ts';

/** Two cores of a rented server, as measured there. */
const veryfast = [0.06, 0.085, 0.14, 0.235].map((cores, index) => costAt(index, 'veryfast', cores));
const medium = [0.1, 0.18, 0.39, 0.61].map((cores, index) => costAt(index, 'medium', cores));

function costAt(index: number, preset: RungCost['preset'], cores: number): RungCost {
  return { height: knownRungs[index]?.height ?? 0, preset, cores };
}

/** A machine with this many cores, each so many times as slow. */
function machine(cores: number, slowness = 1): EncodingCosts {
  return { cores, rungs: [...veryfast, ...medium].map((cost) => ({ ...cost, cores: cost.cores * slowness })) };
}

const choice = { rungs: knownRungs, frameRate: 30, mayLeaveOut: true };

function chosen(costs: EncodingCosts, more: Partial<PlanOptions> = {}): string[] {
  return planEncoding(costs, { ...choice, ...more }).ladder.map(({ name, preset }) => `${name} ${preset}`);
}

describe('the plan of encoding', () => {
  it('takes all rungs where they fit, and spends what is left on the small ones first', () => {
    expect(chosen(machine(2))).toEqual(['720p veryfast', '480p medium', '360p medium', '240p medium']);
    expect(chosen(machine(4))).toEqual(['720p medium', '480p medium', '360p medium', '240p medium']);
  });

  it('leaves the largest out where they do not', () => {
    expect(chosen(machine(1))).toEqual(['480p veryfast', '360p veryfast', '240p medium']);
    expect(chosen(machine(1, 2))).toEqual(['240p medium']);
  });

  it('asks no rung of a core that could not follow, however many cores there are', () => {
    expect(chosen(machine(64, 4))).toEqual(['480p veryfast', '360p veryfast', '240p medium']);
  });

  it('always keeps the smallest, at the fastest preset, and says that it is too much', () => {
    const plan = planEncoding(machine(1, 20), choice);
    expect(plan.ladder).toEqual([{ ...knownRungs[0], preset: 'superfast' }]);
    expect(plan.tooMuch).toEqual(['240p']);
    expect(plan.cores).toBeGreaterThan(plan.allowedCores);
  });

  it('counts with the rate of pictures', () => {
    expect(chosen(machine(2), { frameRate: 60 })).toEqual(['480p veryfast', '360p veryfast', '240p medium']);
    expect(chosen(machine(2), { frameRate: 10 })).toEqual(['720p medium', '480p medium', '360p medium', '240p medium']);
  });

  it('counts with a preset that somebody has chosen, and keeps it', () => {
    expect(chosen(machine(4), { preset: 'superfast' })).toEqual(
      knownRungs.map(({ name }) => `${name} superfast`).toReversed(),
    );
    expect(chosen(machine(2), { preset: 'medium' })).toEqual(['480p medium', '360p medium', '240p medium']);
  });

  it('keeps what somebody has chosen, and says what is too much', () => {
    const plan = planEncoding(machine(1), { ...choice, mayLeaveOut: false });
    expect(plan.ladder.map(({ name }) => name)).toEqual(['720p', '480p', '360p', '240p']);
    expect(plan.tooMuch).toEqual(['720p']);
    expect(planEncoding(machine(2), { ...choice, mayLeaveOut: false }).tooMuch).toEqual([]);
  });

  it('estimates what was not measured on the dear side', () => {
    const scarce: EncodingCosts = { cores: 2, rungs: veryfast.slice(0, 2) };
    expect(chosen(scarce)).toEqual(['720p veryfast', '480p veryfast', '360p medium', '240p medium']);
    expect(chosen({ cores: 2, rungs: [] })).toEqual(['240p superfast']);
    const own = [rungOf({ height: 1080 }), rungOf({ height: 540 })];
    expect(chosen(machine(2), { rungs: own })).toEqual(['1080p veryfast', '540p veryfast']);
  });

  it('never spends more than it may unless a single rung is too much', () => {
    const costs = fc.record({
      cores: fc.integer({ min: 1, max: 128 }),
      slowness: fc.double({ min: 0.05, max: 30, noNaN: true }),
    });
    fc.assert(
      fc.property(costs, fc.integer({ min: 1, max: 60 }), ({ cores, slowness }, frameRate) => {
        const plan = planEncoding(machine(cores, slowness), { ...choice, frameRate });
        expect(plan.ladder.length).toBeGreaterThan(0);
        if (plan.ladder.length > 1) expect(plan.cores).toBeLessThanOrEqual(plan.allowedCores);
      }),
    );
  });
});
