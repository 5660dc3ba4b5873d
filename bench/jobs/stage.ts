import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isAlive, type Running } from '../../platform/embedded/processes.ts';
import { type DrillPostgres, openPostgres } from '../../test/drills/support/postgres.ts';
import { leaveNothingBehind, testHome } from '../../test/support/servers.ts';
import { type Container, createContainer, type Program } from '../../test/support/topology/container.ts';
import type { Counted } from './accounting.ts';
import { settle } from './servers/postgres.ts';

/** A folder of its own, a new Postgres, and the programs of one target. */
export interface Stage {
  readonly home: string;
  readonly databaseUrl: string;
  /** Resolves when it is well. Counted by this name. */
  start(name: string, what: { program: Program; isWell: (pid: number) => Promise<boolean> }): Promise<void>;
  /** One that is started and stopped again while the rest runs. Nobody asks whether it is well: its work tells. */
  later(name: string, program: Program): Startable;
  counted(): readonly Counted[];
  /** Ends what was started here, by pid, the last first. */
  stop(): Promise<void>;
}

export interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a stage stands on. */
export interface Ground {
  readonly home: string;
  readonly databaseUrl: string;
  counted(): readonly Counted[];
  stop(): Promise<void>;
}

const GRACE_MS = 10_000;

export function stageOn(ground: Ground): Stage {
  const { home, databaseUrl } = ground;
  const containers: Container[] = [];
  const running: Running[] = [];
  const forget = leaveNothingBehind(path.join(home, 'programs'), running);
  const add = (name: string, program: Program, isWell: (pid: number) => Promise<boolean>) => {
    const logFile = path.join(home, 'logs', `${name}.log`);
    const container = createContainer({ name, program, logFile, graceMs: GRACE_MS, isWell });
    containers.push(container);
    running.push(asRunning(container));
    return container;
  };
  return {
    home,
    databaseUrl,
    start: (name, { program, isWell }) => add(name, program, isWell).start(),
    later: (name, program) => add(name, program, async () => true),
    counted: () => [...ground.counted(), ...countedOf(containers)],
    stop: async () => {
      for (const container of [...containers].reverse()) await container.stop();
      forget();
      await ground.stop();
    },
  };
}

/** Nothing but a Postgres. */
export async function openGround(): Promise<Ground> {
  const home = await testHome('cairn-bench-jobs-');
  await mkdir(path.join(home, 'logs'));
  const running: Running[] = [];
  const forget = leaveNothingBehind(home, running);
  const postgres = await openPostgres(home);
  running.push(asRunning(postgres));
  await withSettings(postgres.databaseUrl, postgres);
  return {
    home,
    databaseUrl: postgres.databaseUrl,
    counted: () => [{ name: 'postgres', pid: postgres.pid() }],
    stop: async () => {
      await postgres.stop();
      forget();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Starts a Postgres again with the settings that all targets have. */
export async function withSettings(
  databaseUrl: string,
  postgres: Pick<DrillPostgres, 'start' | 'stop'>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  await settle(databaseUrl, more);
  await postgres.stop();
  await postgres.start();
}

/** What was started so far is ended when `open` fails. */
export async function opened<Opened>(ground: { stop(): Promise<void> }, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    await ground.stop();
    throw error;
  }
}

/** Those that run; `api-1` counts as `api`. */
export function countedOf(containers: readonly Container[]): readonly Counted[] {
  return containers.flatMap((container) => {
    const pid = container.pid();
    return pid !== undefined && isAlive(pid) ? [{ name: container.name.replace(/-\d+$/, ''), pid }] : [];
  });
}

/** Its pid changes with every start. */
function asRunning(of: { pid(): number | undefined; stop(): Promise<void> }): Running {
  return {
    get pid() {
      return of.pid() ?? Number.NaN; // 0 would be our own group
    },
    ended: new Promise(() => {}),
    stop: of.stop,
    stopOrder: { first: 'SIGTERM', graceMs: GRACE_MS, last: 'SIGKILL', group: true },
  };
}
