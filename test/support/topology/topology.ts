import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { connect, type Pool } from '../../../db/pool.ts';
import type { Running } from '../../../platform/embedded/processes.ts';
import type { Service } from '../../rooms/support/compose-file.ts';
import { leaveNothingBehind, projectRoot, testHome } from '../servers.ts';
import { type Container, runToEnd } from './container.ts';
import { containerFor, type Ground, INNER_PORTS, madeUpValues, programOf } from './ground.ts';
import { ensureBuilt, readImage } from './image.ts';
import { addressOf, reserve } from './machine.ts';
import { isJob, type PlanOptions, partOf, planOf, runs } from './plan.ts';
import { createTemporalRole, startPostgres } from './postgres.ts';
import { startDevServer } from './temporal-dev-server.ts';
import { temporalPrograms } from './temporal-programs.ts';

/** docker-compose.yml as processes of this machine, each of which may be killed and started again. */
export interface Topology {
  readonly home: string;
  readonly databaseUrl: string;
  readonly db: Pool;
  /** Addresses of the API's replicas. */
  readonly apis: readonly string[];
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly codecKeys: string;
  readonly blobDir: string;
  /** Starts these services and what they depend on, as far as they do not run; without names all of them. */
  up(names?: readonly string[]): Promise<void>;
  /** Everything that was started and stays. */
  containers(): readonly Container[];
  container(name: string): Container;
  stop(options: { keepHome: boolean }): Promise<void>;
}

export interface TopologyOptions extends PlanOptions {
  /** Where the code is that our processes run: this project, or a copy with a guard taken out. */
  readonly tree?: string;
  /** What our processes are told besides what docker-compose.yml tells them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of another installation, whose rows are to be read here. */
  readonly codecKeys?: string;
  /** On the ports that docker-compose.yml publishes, where they are free. */
  readonly published?: boolean;
  readonly say?: (what: string) => void;
}

/** With Postgres running; the rest is started by `up`. */
export async function openTopology(options: TopologyOptions): Promise<Topology> {
  const plan = planOf(options);
  const home = await testHome('cairn-topology-');
  await mkdir(path.join(home, 'logs'));
  const crew = createCrew(home);
  const { ground, databaseUrl } = await openGround(home, options, crew);
  const { machine, db, values, settings } = ground;
  const apis = [...plan].flatMap(([name, service]) => (runs(service, 'dist/api/main.js') ? [name] : []));
  return {
    home,
    databaseUrl,
    db,
    apis: apis.map((name) => `http://${addressOf(machine, `${name}:3000`)}`),
    temporal: { address: addressOf(machine, 'temporal:7233'), namespace: settings.CAIRN_TEMPORAL_NAMESPACE ?? '' },
    codecKeys: values.CAIRN_CODEC_KEYS ?? '',
    blobDir: machine.folders.get('/var/lib/cairn/blobs') ?? '',
    up: async (names = [...plan.keys()]) => {
      for (const name of partOf(plan, names)) {
        const service = plan.get(name);
        if (service && !crew.isThere(name)) await bringUp(name, service, ground, crew, options.say ?? (() => {}));
      }
    },
    containers: crew.all,
    container: crew.byName,
    stop: async ({ keepHome }) => {
      await db.end();
      for (const container of [...crew.all()].reverse()) await container.stop();
      crew.dismiss();
      if (!keepHome) await rm(home, { recursive: true, force: true });
    },
  };
}

/** Whoever runs, and which jobs are done. */
interface Crew {
  add(container: Container): void;
  hasDone(job: string): void;
  isThere(name: string): boolean;
  all(): readonly Container[];
  byName(name: string): Container;
  /** From now on an end of this process kills nobody. */
  dismiss(): void;
}

function createCrew(home: string): Crew {
  const containers = new Map<string, Container>();
  const done = new Set<string>();
  const running: Running[] = [];
  const dismiss = leaveNothingBehind(home, running);
  return {
    add: (container) => {
      containers.set(container.name, container);
      running.push(asRunning(container));
    },
    hasDone: (job) => void done.add(job),
    isThere: (name) => containers.has(name) || done.has(name),
    all: () => [...containers.values()],
    byName: (name) => {
      const container = containers.get(name);
      if (!container) throw new Error(`${name} does not run; there are ${[...containers.keys()].join(', ')}`);
      return container;
    },
    dismiss,
  };
}

/** NaN is nobody's pid; 0 and -1 would be everybody's. */
function asRunning(container: Container): Running {
  return {
    get pid() {
      return container.pid() ?? Number.NaN;
    },
    ended: new Promise(() => {}),
    stop: container.stop,
    stopOrder: { first: 'SIGTERM', graceMs: 10_000, last: 'SIGKILL' },
  };
}

async function openGround(
  home: string,
  { tree = projectRoot, published = false, say = () => {}, ...options }: TopologyOptions,
  crew: Crew,
): Promise<{ ground: Ground; databaseUrl: string }> {
  const { container, databaseUrl } = await startPostgres(home);
  crew.add(container);
  const { host, password } = new URL(databaseUrl);
  const machine = await reserve({ home, projectRoot: tree, published, extra: INNER_PORTS });
  machine.addresses.set('postgres:5432', host);
  const values = madeUpValues(password, options.codecKeys);
  const db = connect(databaseUrl, { max: 4 });
  const ground = { home, tree, machine, values, db, image: readImage(tree, 'topology') };
  if (options.temporal === 'dev-server') {
    const server = await startDevServer(home);
    crew.add(server.container);
    machine.addresses.set('temporal:7233', server.address);
    const settings = { ...options.settings, CAIRN_TEMPORAL_NAMESPACE: 'default' };
    return { ground: { ...ground, settings, programs: home }, databaseUrl };
  }
  await createTemporalRole({ databaseUrl, projectRoot: tree, password: values.TEMPORAL_POSTGRES_PASSWORD ?? '' });
  const settings = { ...options.settings, CAIRN_TEMPORAL_NAMESPACE: 'cairn' };
  return { ground: { ...ground, settings, programs: await temporalPrograms(home, say) }, databaseUrl };
}

async function bringUp(
  name: string,
  service: Service,
  ground: Ground,
  crew: Crew,
  say: (what: string) => void,
): Promise<void> {
  if (service.build) await ensureBuilt(ground.tree, say);
  const startedAt = performance.now();
  if (isJob(name)) {
    await runToEnd(name, programOf(name, service, ground), path.join(ground.home, 'logs', `${name}.log`));
    crew.hasDone(name);
  } else {
    const container = containerFor(name, service, ground);
    crew.add(container);
    await container.start();
  }
  say(`${name}: ${isJob(name) ? 'done' : 'well'} after ${Math.round(performance.now() - startedAt)} ms`);
}
