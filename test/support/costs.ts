import { expect } from 'vitest';
import type { CountedHistory } from '../../cli/histories/actions.ts';
import type { Budget } from '../../cli/histories/budgets.ts';
import { costOf } from '../../cli/histories/costs.ts';

/** A run costs what docs/reference/cost.md says: the budget at the first attempt, one action more for each retry, and no event. */
export function expectCost(history: CountedHistory, budget: Budget, retries = 0): void {
  expect(costOf(history)).toEqual({ actions: budget.actions + retries, events: budget.events, retries });
}
