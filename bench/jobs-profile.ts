/**
 * Where a job of Cairn's spends its processor time: `npm run bench:jobs:profile -- --jobs 500`, and with `--bulk` a job of a bulk
 * reprocess. By process and thread, by package and
 * function in API and worker, and by statement in Postgres. What is profiled is slower: shares count, not times.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machineFacts } from '../test/drills/support/figures.ts';
import { openClient } from './jobs/client.ts';
import { watchFinishes } from './jobs/finish-watch.ts';
import { acknowledged } from './jobs/measures/acknowledged.ts';
import { bulk } from './jobs/measures/bulk.ts';
import { drain } from './jobs/measures/drain.ts';
import type { Measuring } from './jobs/measuring.ts';
import { timeSpent } from './jobs/profile/read-profile.ts';
import { COUNTING, statementsOf } from './jobs/profile/statements.ts';
import { cpuMsByThread } from './jobs/profile/threads.ts';
import { createRecordings } from './jobs/recordings.ts';
import type { Site } from './jobs/site.ts';
import { openCairn } from './jobs/targets/cairn.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '500' },
    warm: { type: 'string', default: '150' },
    bulk: { type: 'boolean', default: false },
    'dev-server': { type: 'boolean', default: false },
  },
});
const jobs = Number(values.jobs);
const folder = await mkdtemp(path.join(tmpdir(), 'cairn-profile-'));
const profiled = `${new URL('./jobs/profile/profiled.mjs', import.meta.url).href}?folder=${folder}`;
const temporal = values['dev-server'] ? 'dev-server' : 'server';
const site = await openCairn({ temporal, cairn: { NODE_OPTIONS: `--import=${profiled}` }, postgres: COUNTING });
try {
  console.log(`${machineFacts()}; ${jobs} jobs, ${values.bulk ? 'by one order' : '32 in flight'}`);
  await profile(site);
} finally {
  await site.stop();
  await rm(folder, { recursive: true, force: true });
}

async function profile(cairn: Site): Promise<void> {
  const client = openClient(cairn);
  const finishes = watchFinishes(cairn.databaseUrl);
  const measuring: Measuring = { site: cairn, client, finishes, nextRecording: createRecordings() };
  const statements = statementsOf(cairn.databaseUrl);
  try {
    const uploads = values.bulk ? jobs : Number(values.warm);
    const { accepted } = await acknowledged(measuring, { uploads, inFlight: 8 });
    await finishes.untilAllReady(accepted.map(({ id }) => id));
    await statements.begin();
    const threadsBefore = threadsOf(cairn);
    signal(cairn);
    const { cpuMs, jobsPerS } = (values.bulk ? await bulk(measuring) : await drain(measuring, jobs)) ?? NOTHING;
    signal(cairn);
    console.log(`CPU ms per job, by part; ${Math.round(jobsPerS)} jobs/s while profiled`);
    console.table(cpuMs);
    printThreads(threadsBefore, threadsOf(cairn));
    console.table(await statements.end(jobs, 40));
    await pause(3_000); // they are being written
    await printProfiles(cairn);
  } finally {
    client.close();
    await finishes.close();
  }
}

const NOTHING = { cpuMs: {}, jobsPerS: 0 };

function signal(cairn: Site): void {
  for (const { pid } of nodeProcesses(cairn)) process.kill(pid, 'SIGUSR2');
}

function nodeProcesses(cairn: Site) {
  return cairn.counted().filter(({ name }) => name === 'api' || name === 'worker');
}

type Threads = ReadonlyMap<string, Readonly<Record<string, number>>>;

function threadsOf(cairn: Site): Threads {
  const roots = cairn.counted().filter(({ name }) => name !== 'postgres');
  return new Map(roots.map(({ name, pid }) => [name, cpuMsByThread(pid)]));
}

function printThreads(before: Threads, after: Threads): void {
  for (const [name, threads] of after) {
    const spent = Object.entries(threads).map(([thread, ms]) => [
      thread,
      (ms - (before.get(name)?.[thread] ?? 0)) / jobs,
    ]);
    console.log(`${name}: CPU ms per job by thread`, Object.fromEntries(spent.filter(([, ms]) => Number(ms) > 0.01)));
  }
}

async function printProfiles(cairn: Site): Promise<void> {
  for (const { name, pid } of nodeProcesses(cairn)) {
    for (const file of (await readdir(folder)).filter((entry) => entry.startsWith(`${pid}-`))) {
      const { byPlace, byOurFunction } = timeSpent(JSON.parse(await readFile(path.join(folder, file), 'utf8')));
      console.log(`${name}, thread ${/-(\d+)\./.exec(file)?.[1]}: ms per job in the code itself`);
      console.table(largest(byPlace, 20));
      console.log('ms per job in functions of ours, with what they called');
      console.table(largest(byOurFunction, 40));
    }
  }
}

function largest(sums: ReadonlyMap<string, number>, atMost: number): Readonly<Record<string, number>> {
  const sorted = [...sums].sort(([, one], [, other]) => other - one).slice(0, atMost);
  return Object.fromEntries(sorted.map(([name, ms]) => [name, Math.round((ms / jobs) * 1_000) / 1_000]));
}
