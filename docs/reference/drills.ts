/** Prints docs/reference/drills.md: `node --import tsx docs/reference/drills.ts > docs/reference/drills.md`. */
import { pathToFileURL } from 'node:url';
import { DRILLS, MACHINE } from '../../test/drills/support/drills.ts';
import { markdownTable } from './table.ts';

export function drillsPage(): string {
  const rows = DRILLS.map(({ fault, done, run, expects, redWithout }) => {
    const red = redWithout.map((fence) => `\`${fence}\``).join(', ');
    return [fault, done, run.map((each) => `\`${each}\``).join(', '), expects, red || '–'];
  });
  const figures = DRILLS.flatMap(({ fault, figures = [] }) => figures.map((figure) => [fault, figure.of, figure.seen]));
  return `# Drills

<!-- Made from test/drills/support/drills.ts by docs/reference/drills.ts; do not edit. -->

What can go wrong, what is done to show what becomes of it, and how it would be seen if it went otherwise. Real processes and servers;
faults come from outside, by signals, proxies, triggers in the database and full disks, and nothing in the product knows of them. Each
drill prints a seed that repeats it, and ends with 1 when it is red. *Lost* is what was acknowledged and is not as it should be in the
end, *doubled* what had an effect twice, a *ghost* what nobody asked for: a ledger of the driver is held against every store.

Red without: \`--without <fence>\` runs the same on a copy of the project in which that guard is taken out. A drill that cannot fail
proves nothing. Each guard of \`drill:faults\` was taken out once: what was seen then is among the figures below. F21 and \`drill:release\` have none of
their own to take out.

${markdownTable(['Fault', 'What is done', 'Run by', 'Expected', 'Red without'], rows)}

\`npm run drill:faults -- --list\` names its own, with what \`--size\` counts; \`--short\` makes each as small as CI has it
(test/workflows/fault-drills.test.ts). What depends on what is [blast radius](blast-radius.md), of schedules
[schedule-faults](schedule-faults.md).
${figures.length === 0 ? '' : lastFigures(figures)}`;
}

function lastFigures(figures: readonly (readonly string[])[]): string {
  return `
## Last figures

${MACHINE} A row without figures was not measured here.

${markdownTable(['Fault', 'Of what', 'Seen'], figures)}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(drillsPage());
