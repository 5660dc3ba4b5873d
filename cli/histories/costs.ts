import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { actionsOf, type CountedHistory } from './actions.ts';
import { BUDGETS, type Budget } from './budgets.ts';

export interface Cost extends Budget {
  readonly workflow: string;
  readonly path: string;
  /** The version under which the history was kept. */
  readonly version: string;
  /** Attempts of remote steps beyond the first. */
  readonly retries: number;
  readonly budget: Budget;
}

/** What the newest kept history of each path has cost, beside what it may. Throws where a path has none. */
export function keptCosts(folder: string): readonly Cost[] {
  return Object.entries(BUDGETS).flatMap(([workflow, paths]) => {
    const kept = readdirSync(path.join(folder, workflow));
    return Object.entries<Budget>(paths).map(([each, budget]) => {
      const file = newestOf(kept, each);
      const history = readHistory(path.join(folder, workflow, file));
      const version = file.slice(each.length + 1, -'.json'.length);
      return { workflow, path: each, version, budget, ...costOf(history) };
    });
  });
}

export function costOf(history: CountedHistory): Budget & { readonly retries: number } {
  const events = history.events ?? [];
  const started = events.flatMap((event) => event.activityTaskStartedEventAttributes ?? []);
  const retries = started.reduce((sum, { attempt }) => sum + (attempt ?? 1) - 1, 0);
  return { actions: actionsOf(history), events: events.length, retries };
}

function newestOf(files: readonly string[], each: string): string {
  const versions = files.filter((file) => file.startsWith(`${each}@`));
  const [newest] = versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (newest === undefined) throw new Error(`no history of the path ${each}`);
  return newest;
}

function readHistory(file: string): CountedHistory {
  const history: CountedHistory = JSON.parse(readFileSync(file, 'utf8'));
  return history;
}
