import type { TorsState } from '../../serve-event.ts';
import { bind } from './bind.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';

/** Our own tors. */
export interface TorControls {
  /** Absent without tors of our own. */
  tors(): TorsState | undefined;
  /** Takes one out of use for newcomers, or back; undefined: it is done. */
  drain(number: number, isDraining: boolean): 'unknown-tor' | 'last-tor' | 'nothing-to-do' | undefined;
}

/** The tors that carry the public service. */
export function torOperations({ tors, drain }: TorControls): readonly BoundOperation[] {
  const state = (): TorsState => tors() ?? { spread: 'none', tors: [] };
  const done = (number: number, isDraining: boolean): TorsState => {
    const refusal = drain(number, isDraining);
    if (refusal !== undefined) throw new ControlRefusal(refusal);
    return state();
  };
  return [
    bind(operations.tors, state),
    bind(operations.drainTor, ({ number }) => done(number, true)),
    bind(operations.undrainTor, ({ number }) => done(number, false)),
  ];
}
