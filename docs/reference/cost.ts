/** Prints docs/reference/cost.md: `node --import tsx docs/reference/cost.ts > docs/reference/cost.md`. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Cost, keptCosts } from '../../cli/histories/costs.ts';
import { markdownTable } from './table.ts';

const HISTORIES = fileURLToPath(new URL('../../test/histories/', import.meta.url));

export function costPage(): string {
  return `# What a run costs

<!-- Made from test/histories and cli/histories/budgets.ts by docs/reference/cost.ts; do not edit. -->

Actions are what Temporal Cloud bills, and elsewhere the measure of what its server has to do. They are counted from the newest kept
history of each path (\`cli/histories/actions.ts\`), by Temporal's published rules:

- 1 for the start; search attributes that are given with it are free, and so is a start that finds its run there already.
- 1 for each attempt of a remote step. A retry adds no event to the history, so events do not tell of it.
- 1 for all local steps of one workflow task, however often they are tried in it; 1 more for each further task that waits for them.
- 1 for each upsert of search attributes or of the memo, each timer, signal, update and child.
- Not in any history: 1 for each query, and 1 for each heart-beat that reaches the server. Steps beat every 1.5 s from 1.5 s on,
  of which the SDK passes on one in 80 % of the time-out: a step that is shorter sends none.
- A slot costs 2 more, which its schedule takes to start it.

${markdownTable(['Workflow', 'Path', 'Actions', 'At most', 'Events', 'At most', 'Of them retries', 'Kept as'], keptCosts(HISTORIES).map(rowOf))}

\`At most\` is the budget of a first attempt: a retry may cost what it costs. Tests hold the histories above and runs on a real server
to it (test/workflows), so a change that makes a run dearer fails until the budget says so.
`;
}

function rowOf({ workflow, path, version, actions, events, retries, budget }: Cost): string[] {
  const figures = [actions, budget.actions, events, budget.events, retries].map(String);
  return [`\`${workflow}\``, path, ...figures, version];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(costPage());
