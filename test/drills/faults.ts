/**
 * Drill: the faults of docs/reference/drills.md that have no drill of their own. `npm run drill:faults -- --fault F6 --seed 1` runs one,
 * `--fault F6,F7` several, without it all; `--list` names them. Prints what was asked, how often the fault struck, what was lost,
 * doubled or left over, and how long it took to be as before; exits 1 when anything was not as expected. With `--without <fence>`
 * it runs on a copy of the project without that guard, and must then exit 1: a drill that cannot fail proves nothing.
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { projectRoot } from '../support/servers.ts';
import type { FaultDrill, FaultFigures } from './support/faults/fault.ts';
import { FAULT_DRILLS } from './support/faults/table.ts';
import { fenceOf, treeWithout } from './support/fences.ts';
import { machineFacts } from './support/figures.ts';

const { values } = parseArgs({
  options: {
    fault: { type: 'string' },
    list: { type: 'boolean', default: false },
    size: { type: 'string' },
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    without: { type: 'string' },
    json: { type: 'string' },
  },
});
const names = values.fault?.split(',') ?? Object.keys(FAULT_DRILLS);
if (values.list || names.some((name) => !FAULT_DRILLS[name])) {
  for (const [name, { about, size, redWithout }] of Object.entries(FAULT_DRILLS)) {
    console.log(`${name.padEnd(4)} ${about}; --size ${size.full} ${size.of}; red --without ${redWithout.join(', ')}`);
  }
  process.exit(values.list ? 0 : 2);
}
console.log(machineFacts());
const kept: Record<string, FaultFigures> = {};
for (const name of names) {
  const drill = FAULT_DRILLS[name];
  if (!drill) throw new Error(`there is no drill ${name}`);
  const figures = await runDrill(name, drill);
  const { requests, struck, lost, doubled, ghosts, recoveryS, good, more } = figures;
  console.log(
    `${name} --seed ${values.seed}: requests ${requests}, struck ${struck}, lost ${lost}, doubled ${doubled}, ghosts ${ghosts}, recovery ${recoveryS} s`,
  );
  console.log(JSON.stringify(more));
  console.log(`${name} verdict ${good ? 'good' : 'RED'}`);
  kept[name] = figures;
}
if (values.json) {
  await writeFile(values.json, `${JSON.stringify({ machine: machineFacts(), asked: values, ...kept }, null, 2)}\n`);
}
process.exitCode = Object.values(kept).every(({ good }) => good) ? 0 : 1;

async function runDrill(name: string, { size, hurries = [], run }: FaultDrill): Promise<FaultFigures> {
  const without = values.without?.split(',') ?? [];
  const fences = [...without, ...hurries.filter((each) => !without.includes(each))];
  for (const fence of fences) console.log(`${name} without ${fence}: ${fenceOf(fence).about}`);
  const tree = fences.length > 0 ? await treeWithout(projectRoot, fences) : undefined;
  const startedAt = performance.now();
  try {
    return await run({
      tree: tree?.folder ?? projectRoot,
      seed: Number(values.seed),
      size: Number(values.size ?? (values.short ? size.short : size.full)),
      say: (what) => console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${what}`),
    });
  } finally {
    await tree?.remove();
  }
}
