import { PROCESSES } from '../../contracts/processes.ts';
import { QUEUES } from '../../contracts/queues.ts';
import type { SeenWorker } from '../../db/workers.ts';
import { type Finding, finding } from './finding.ts';
import type { Where } from './where.ts';

/** The worker processes by their rows: who lives, which build, which queues, which loops turn. */
export function workerFindings(
  workers: readonly SeenWorker[],
  { apiBuild, runBy }: { apiBuild: string | undefined; runBy: Where['runBy'] },
): readonly Finding[] {
  const alive = workers.filter((worker) => worker.alive);
  const told = alive.map(({ pid, build, queues, serves, startedAt }) => {
    return `pid ${pid}, build ${build}${serves ? '' : ' (not current)'},${polls(queues)} since ${time(startedAt)}`;
  });
  return [
    alive.length > 0
      ? finding('process.worker', 'ok', `${alive.length} alive: ${told.join('; ')}`)
      : finding('process.worker', 'red', noneAlive(workers, runBy), 'no-worker'),
    ...Object.values(QUEUES).map((queue) => {
      const polling = alive.filter((worker) => worker.serves && worker.queues.includes(queue)).length;
      return finding(`queue.${queue}`, polling > 0 ? 'ok' : 'red', `polled by ${polling} live workers`, 'no-worker');
    }),
    ...buildFinding(alive, apiBuild),
    ...versionFinding(alive),
    ...loopFindings(alive),
  ];
}

/** Who does not poll all queues is told with the names of those it does. */
function polls(queues: readonly string[]): string {
  const all = Object.values(QUEUES);
  return all.every((queue) => queues.includes(queue)) ? '' : ` for ${queues.join(' and ')},`;
}

function noneAlive(workers: readonly SeenWorker[], runBy: Where['runBy']): string {
  const { startedAs, without } = PROCESSES.worker;
  const [last] = workers;
  const seen = last ? `the last one, pid ${last.pid}, was seen ${time(last.seenAt)}` : 'none was seen within a day';
  const start =
    runBy === 'npm start'
      ? `\`npm start\` keeps it as ${startedAs.npmStart}`
      : `\`docker compose up -d ${startedAs.compose.join(' ')}\``;
  return `none alive; ${seen}; without it ${without}; ${start}`;
}

function buildFinding(alive: readonly SeenWorker[], apiBuild: string | undefined): readonly Finding[] {
  if (alive.length === 0) return [];
  if (apiBuild === undefined)
    return [finding('worker.build', 'unknown', 'the build of the API is not known', 'api-away')];
  const others = alive.filter(({ build }) => build !== apiBuild);
  if (others.length === 0) return [finding('worker.build', 'ok', `that of the API, ${apiBuild}`)];
  const told = others.map(({ pid, build }) => `pid ${pid} runs ${build}`);
  return [finding('worker.build', 'warning', `the API runs ${apiBuild}, ${told.join(', ')}`, 'no-worker')];
}

/** Workers that live and get no work: while a release is under way, or after a rollback. */
function versionFinding(alive: readonly SeenWorker[]): readonly Finding[] {
  if (alive.length === 0) return [];
  const named = ({ pid, buildId }: SeenWorker) => `pid ${pid} of ${buildId ?? 'no version'}`;
  const waiting = alive.filter(({ serves }) => !serves).map(named);
  if (waiting.length > 0)
    return [finding('worker.version', 'warning', `not current: ${waiting.join(', ')}`, 'release')];
  return [finding('worker.version', 'ok', `current: ${alive.map(named).join(', ')}`)];
}

function loopFindings(alive: readonly SeenWorker[]): readonly Finding[] {
  const names = new Set([...(alive.length > 0 ? PROCESSES.worker.loops : []), ...alive.flatMap(namesOfLoops)]);
  return [...names].map((name) => {
    const loops = alive.map((worker) => ({ pid: worker.pid, loop: worker.loops.find((loop) => loop.name === name) }));
    const detail = loops.map(({ pid, loop }) => {
      return `pid ${pid}: ${loop ? `last tick ${loop.lastTickAt}, ${loop.turns} turns` : 'not told'}`;
    });
    const state = loops.some(({ loop }) => loop?.dead) ? 'red' : loops.some(({ loop }) => !loop) ? 'unknown' : 'ok';
    return finding(`worker.loop.${name.replaceAll(' ', '-')}`, state, detail.join('; '), 'dead-loop');
  });
}

function namesOfLoops({ loops }: SeenWorker): readonly string[] {
  return loops.map(({ name }) => name);
}

function time(at: Date): string {
  return at.toISOString();
}
