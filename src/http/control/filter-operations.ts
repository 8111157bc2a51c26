import type { FilterAction, FilterRule } from '../../chat/word-filter.ts';
import { bind } from './bind.ts';
import { act, type ControlDeps } from './control-deps.ts';
import type { BoundOperation } from './control-server.ts';
import { operations } from './operations.ts';
import { ControlRefusal } from './refusals.ts';

/** The word filters: those of the configuration are shown, those that were added while live can be removed. */
export function filterOperations(deps: ControlDeps): readonly BoundOperation[] {
  const { fairness } = deps.room;
  return [
    bind(operations.filters, () => ({
      filters: [...fairness.configuredFilters, ...fairness.liveFilters.map(({ id, rule }) => ({ id, ...rule }))],
    })),
    bind(operations.addFilter, (wish) => act(deps, { kind: 'add-filter', rule: ruleOf(deps, wish) })),
    bind(operations.removeFilter, ({ filterId }) => act(deps, { kind: 'remove-filter', filterId })),
  ];
}

interface FilterWish {
  readonly action: FilterAction;
  readonly text?: string | undefined;
  readonly pattern?: string | undefined;
  readonly wholeWords?: boolean | undefined;
}

function ruleOf({ filterProblem }: ControlDeps, { action, text, pattern, wholeWords = true }: FilterWish): FilterRule {
  const problem = filterProblem({ text, pattern });
  if (problem !== undefined) throw new ControlRefusal('filter', `The word filter cannot be used: ${problem}.`);
  return text === undefined ? { action, pattern: pattern ?? '' } : { action, text, wholeWords };
}
