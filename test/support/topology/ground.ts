import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Connection } from '@temporalio/client';
import type { Pool } from '../../../db/pool.ts';
import { liveWorkers } from '../../../db/workers.ts';
import { environment } from '../../../platform/environment.ts';
import { environmentOf, type Service } from '../../rooms/support/compose-file.ts';
import { type Container, createContainer, type Program } from './container.ts';
import type { Image } from './image.ts';
import { addressOf, environmentHere, here, type Machine } from './machine.ts';
import { runs } from './plan.ts';

/** What the processes of a topology stand on. */
export interface Ground {
  readonly home: string;
  readonly tree: string;
  readonly machine: Machine;
  /** What the env file of docker-compose.yml would give. */
  readonly values: Readonly<Record<string, string>>;
  /** For our own processes, over what docker-compose.yml says. */
  readonly settings: Readonly<Record<string, string>>;
  readonly image: Image;
  /** Where Temporal's programs are. */
  readonly programs: string;
  readonly db: Pool;
}

/** What deploy/example.env asks for, but for the password of Postgres, which that has made itself. */
export function madeUpValues(password: string, codecKeys: string | undefined): Record<string, string> {
  return {
    POSTGRES_PASSWORD: password,
    TEMPORAL_POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
    CAIRN_CODEC_KEYS: codecKeys ?? `k1:${randomBytes(32).toString('base64')}`,
    CAIRN_CODEC_UI_TOKEN: randomBytes(24).toString('hex'),
  };
}

export function containerFor(name: string, service: Service, ground: Ground): Container {
  return createContainer({
    name,
    program: programOf(name, service, ground),
    cpuShares: service.cpu_shares,
    logFile: path.join(ground.home, 'logs', `${name}.log`),
    graceMs: Number.parseInt(service.stop_grace_period ?? '10', 10) * 1_000,
    isWell: healthOf(name, service, ground),
  });
}

export function programOf(name: string, service: Service, ground: Ground): Program {
  const { machine, programs, tree, image } = ground;
  const given = environmentHere(machine, name, environmentOf(service, ground.values));
  const env = { PATH: `${programs}:${environment().PATH ?? ''}`, ...given };
  if (service.build) {
    const args = [...image.nodeOptions, ...(service.command ?? [])];
    const defaults = environmentHere(machine, name, image.environment);
    return { file: process.execPath, args, env: { ...defaults, ...env, ...ground.settings }, cwd: tree };
  }
  if (service.image.startsWith('temporalio/server:')) {
    const file = path.join(programs, 'temporal-server');
    return { file, args: ['start'], env: { ...env, ...portsOfTemporal(machine) }, cwd: ground.home };
  }
  const [file, ...args] = (service.entrypoint ?? []).map((word) => here(machine, word));
  if (file === undefined) throw new Error(`nothing is known of how ${service.image} begins`);
  return { file, args, env: { ...env, HOME: ground.home }, cwd: ground.home };
}

/** In a container each of its parts has the port that it always has; here several servers may run at once. */
export const INNER_PORTS = ['FRONTEND_MEMBERSHIP', 'FRONTEND_HTTP'].concat(
  ['HISTORY', 'MATCHING', 'WORKER'].flatMap((part) => [`${part}_GRPC`, `${part}_MEMBERSHIP`]),
);

function portsOfTemporal(machine: Machine): Record<string, string> {
  const portOf = (inside: string) => addressOf(machine, inside).split(':')[1] ?? '';
  const inner = INNER_PORTS.map((name) => [`${name}_PORT`, portOf(name)]);
  return {
    ...Object.fromEntries(inner),
    FRONTEND_GRPC_PORT: portOf('temporal:7233'),
    TEMPORAL_BROADCAST_ADDRESS: '127.0.0.1', // of its image's entry point
  };
}

/** The API's is that of the image; a worker, of which a container only knows that it runs, has written its row. */
function healthOf(name: string, service: Service, { machine, db }: Ground): (pid: number) => Promise<boolean> {
  if (runs(service, 'dist/api/main.js')) {
    const url = `http://${addressOf(machine, `${name}:3000`)}/ready`;
    return async () => (await fetch(url, { signal: AbortSignal.timeout(4_000) })).ok;
  }
  if (runs(service, 'dist/workers/main.js')) {
    return async (pid) => (await liveWorkers(db, 60)).some((row) => row.pid === pid);
  }
  return () => frontendAnswers(addressOf(machine, 'temporal:7233'));
}

async function frontendAnswers(address: string): Promise<boolean> {
  const connection = await Connection.connect({ address, connectTimeout: 1_000 });
  try {
    await connection.withDeadline(Date.now() + 1_000, () => connection.workflowService.getSystemInfo({}));
    return true;
  } finally {
    await connection.close();
  }
}
