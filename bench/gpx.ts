/**
 * How fast is GPX read and derived, beside what else one could take? Each reader runs in a process of its own, one after
 * the other, several rounds; the first times of each process, before the code is hot, are left out. Milliseconds are
 * of CPU, garbage collection included, and only ratios of one run mean anything. Run: `npm run bench:gpx [points]`, after
 * `npm run bench:peers`; who is not installed is named.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateGpx } from '../domain/sample/generate-gpx.ts';

const POINTS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 3;
const MB = 1_000_000;

interface Contender {
  readonly name: string;
  /** What must be there. */
  readonly needs: string;
  readonly command: readonly string[];
  readonly repeats: number;
}

const CONTENDERS: readonly Contender[] = [
  node('cairn', 15),
  node('cairn, derived', 45),
  node('(deriving alone)', 40),
  node('cairn, strict', 6),
  node('saxes, events', 6),
  node('sax, events', 4, 'node_modules/sax'),
  node('fast-xml-parser', 3, 'node_modules/fast-xml-parser'),
  { name: 'gpxgo', needs: peer('gpx-gpxgo'), command: [peer('gpx-gpxgo')], repeats: 3 },
  {
    name: 'gpxpy',
    needs: peer('python/bin/python'),
    command: [peer('python/bin/python'), peer('gpx-python.py')],
    repeats: 1,
  },
];

const home = await mkdtemp(path.join(tmpdir(), 'cairn-bench-'));
try {
  const file = path.join(home, 'walk.gpx');
  const bytes = generateGpx({ points: POINTS, sensors: ['heartRate', 'cadence'] });
  await writeFile(file, bytes);
  console.log(
    `${POINTS} points, ${(bytes.length / MB).toFixed(1)} MB, median of ${ROUNDS} rounds, Node ${process.version}`,
  );
  const present = CONTENDERS.filter(
    ({ name, needs }) => existsSync(needs) || console.log(`skipped, not installed: ${name}`),
  );
  const rounds = Array.from({ length: ROUNDS }, () => present.map((contender) => measure(contender, file)));
  const first = median(rounds.map((round) => round[0]?.ms ?? Number.NaN));
  present.forEach(({ name }, c) => {
    const ms = median(rounds.map((round) => round[c]?.ms ?? Number.NaN));
    const peakMb = median(rounds.map((round) => round[c]?.peakMb ?? Number.NaN));
    const columns = [
      `${ms.toFixed(0)} ms`,
      `${(bytes.length / ms / 1000).toFixed(1)} MB/s`,
      `${(ms / first).toFixed(1)} x`,
    ];
    console.log(
      name.padEnd(18),
      ...columns.map((text) => text.padStart(12)),
      `${peakMb.toFixed(0)} MB peak`.padStart(14),
    );
  });
} finally {
  await rm(home, { recursive: true, force: true });
}

function measure({ command, repeats, name }: Contender, file: string): { ms: number; peakMb: number } {
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, [...args, file, String(repeats)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  const lines = stdout.trim().split('\n');
  const times = lines.slice(0, -1).map((line) => Number(line.split(' ')[0]));
  return { ms: median(times.slice(Math.floor(times.length / 3))), peakMb: Number(lines.at(-1)?.split(' ')[1]) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function node(name: string, repeats: number, needs = 'package.json'): Contender {
  const script = fileURLToPath(new URL('./gpx-readers.ts', import.meta.url));
  return { name, needs: peer(needs), command: [process.execPath, '--import', 'tsx', script, name], repeats };
}

function peer(name: string): string {
  return fileURLToPath(new URL(`./peers/${name}`, import.meta.url));
}
