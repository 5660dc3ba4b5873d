/**
 * Our FIT reader beside others, in one run, on generated recordings: `npm run bench:fit [-- <folder of peers>]`. npm
 * readers are looked for in `<folder>/node_modules` (default `bench/peers`), Python ones with `<folder>/python/bin/python`
 * or python3, Go ones with `go`; what is not installed is named and left out. Times are process CPU (Go: wall), the best
 * of many; the machine's speed cancels in the ratios only. Others read every field, ours those of a track.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { crcOf } from '../domain/fit/crc.ts';
import { readFit } from '../domain/fit/read-fit.ts';
import { longRide } from './support/long-ride.ts';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PEERS = path.resolve(process.argv[2] ?? path.join(HERE, 'peers'));
const POINTS = 100_000;

interface Timed {
  readonly reader: string;
  readonly ms: number;
  readonly records: number;
}

for (const kind of ['plain', 'all sensors'] as const) {
  const bytes = longRide(POINTS, kind);
  const own = await timed('Cairn', () => readFit(bytes, { receivedAtMs: Date.now() }).lat.length);
  const floor = await timed('(its checksum alone)', () => crcOf(bytes, 0, bytes.length) * 0 + POINTS);
  const others = [...(await npmReaders(bytes)), ...(await outside(bytes))];
  console.log(`\n${kind}: ${(bytes.length / 1e6).toFixed(1)} MB, ${POINTS} records`);
  for (const { reader, ms, records } of [floor, own, ...others]) {
    const mbPerS = bytes.length / 1000 / ms;
    const line = [
      `${ms.toFixed(1)} ms`,
      `${mbPerS.toFixed(mbPerS < 10 ? 1 : 0)} MB/s`,
      `${(ms / own.ms).toFixed(1)} x`,
    ];
    console.log(`  ${reader.padEnd(28)}${line.map((cell) => cell.padStart(12)).join('')}`);
    if (records !== POINTS) console.log(`    but it found ${records} records`);
  }
}

/** The best of a second's worth of runs, and of three at least. */
async function timed(reader: string, read: () => number | Promise<number>): Promise<Timed> {
  let ms = Number.POSITIVE_INFINITY;
  let records = 0;
  const until = performance.now() + 1000;
  for (let run = 0; run < 3 || performance.now() < until; run++) {
    const before = process.cpuUsage();
    records = await read();
    const { user, system } = process.cpuUsage(before);
    ms = Math.min(ms, (user + system) / 1000);
  }
  return { reader, ms, records };
}

async function npmReaders(bytes: Buffer): Promise<Timed[]> {
  const require = createRequire(path.join(PEERS, 'x.js'));
  const found: Timed[] = [];
  for (const name of ['easy-fit', 'fit-file-parser']) {
    if (!existsSync(path.join(PEERS, 'node_modules', name))) {
      console.log(`${name}: not installed in ${PEERS}, left out`);
      continue;
    }
    const module: unknown = require(name);
    found.push(await timed(name, () => recordsBy(parserOf(module), bytes)));
  }
  return found;
}

interface Parser {
  parse(bytes: unknown, done: (error: unknown, data: { records?: unknown[] }) => void): void;
}

/** An edge: these packages bring no types that could be trusted. */
function parserOf(module: unknown): Parser {
  const Made = Reflect.get(Object(module), 'default') ?? module;
  return Reflect.construct(Made, [{ force: true, mode: 'list' }]);
}

function recordsBy(parser: Parser, bytes: Buffer): Promise<number> {
  const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new Promise((resolve, reject) => {
    parser.parse(own, (error, data) => (error ? reject(error) : resolve(data.records?.length ?? 0)));
  });
}

/** Readers of other languages are run in processes of their own, and time themselves. */
async function outside(bytes: Buffer): Promise<Timed[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cairn-bench-fit-'));
  const file = path.join(folder, 'ride.fit');
  try {
    await writeFile(file, bytes);
    const python = path.join(PEERS, 'python', 'bin', 'python');
    return [
      ...readersOf('Go readers', 'go', ['run', '.', file], path.join(HERE, 'peers', 'fit-go')),
      ...readersOf('Python readers', existsSync(python) ? python : 'python3', [
        path.join(HERE, 'peers', 'fit.py'),
        file,
      ]),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readersOf(what: string, command: string, args: readonly string[], cwd = HERE): Timed[] {
  try {
    const answer: Timed[] = JSON.parse(
      execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    if (answer.length === 0) console.log(`${what}: none installed, left out`);
    return answer;
  } catch (error) {
    console.log(`${what}: not run (${error instanceof Error ? error.message.split('\n')[0] : error})`);
    return [];
  }
}
