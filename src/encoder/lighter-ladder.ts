import type { LadderRung } from './encoder-types.ts';

/** Remembers which rungs are too much for this machine beside all else that it does. The last one with a picture always stays. */
export class LighterLadder {
  readonly #leftOut = new Set<string>();

  /** What is left of a ladder. */
  of(ladder: readonly LadderRung[]): readonly LadderRung[] {
    const left = ladder.filter(({ name }) => !this.#leftOut.has(name));
    return left.length > 0 ? left : ladder.slice(-1);
  }

  /** Leaves out what costs most of a ladder, the largest first, from now on. Returns it; absent when only one is left. */
  lighten(ladder: readonly LadderRung[]): LadderRung | undefined {
    const [costliest, ...rest] = ladder;
    if (costliest === undefined || rest.length === 0) return undefined;
    this.#leftOut.add(costliest.name);
    return costliest;
  }
}
