import { type Service, services } from '../../rooms/support/compose-file.ts';

/** Services of docker-compose.yml that are not run as processes, and why. */
export const NOT_REHEARSED: Readonly<Record<string, string>> = {
  'temporal-ui': 'it reads and shows; `npm start` has the same one, in the dev server',
};

export interface PlanOptions {
  /** The full server on Postgres, or the dev server on a file of its own. */
  readonly temporal: 'server' | 'dev-server';
  /** So many workers that poll every queue, in place of one for each kind of work. */
  readonly workers?: number;
}

/** What is to be started, each after what it depends on. */
export type Plan = ReadonlyMap<string, Service>;

export function planOf({ temporal, workers }: PlanOptions): Plan {
  const left = Object.entries(services).filter(([name]) => !Object.hasOwn(NOT_REHEARSED, name));
  const kept = temporal === 'server' ? left : withDevServer(left);
  return inOrder(new Map(workers === undefined ? kept : withWorkers(kept, workers)));
}

/** These services and what they depend on. */
export function partOf(plan: Plan, names: readonly string[]): readonly string[] {
  const wanted = new Set<string>();
  const want = (name: string) => {
    const service = plan.get(name);
    if (!service) throw new Error(`there is no service ${name}; there are ${[...plan.keys()].join(', ')}`);
    wanted.add(name);
    for (const other of Object.keys(service.depends_on ?? {})) want(other);
  };
  for (const name of names) want(name);
  return [...plan.keys()].filter((name) => wanted.has(name));
}

/** Others wait for its end: it does something once. */
export function isJob(name: string): boolean {
  return Object.values(services).some(
    ({ depends_on = {} }) => depends_on[name]?.condition === 'service_completed_successfully',
  );
}

export function runs(service: Service, program: string): boolean {
  return service.command?.includes(program) ?? false;
}

type Entry = readonly [string, Service];

/** It brings its own schema and namespace. */
function withDevServer(entries: readonly Entry[]): readonly Entry[] {
  const needless = ['temporal-schema', 'temporal-namespace'];
  return entries
    .filter(([name]) => !needless.includes(name))
    .map(([name, { depends_on = {}, ...service }]) => {
      const kept = Object.entries(depends_on).filter(([other]) => !needless.includes(other));
      const server = depends_on['temporal-namespace'] ? { temporal: { condition: 'service_healthy' } } : {};
      return [name, { ...service, depends_on: { ...Object.fromEntries(kept), ...server } }];
    });
}

function withWorkers(entries: readonly Entry[], count: number): readonly Entry[] {
  const isWorker = ([, service]: Entry) => runs(service, 'dist/workers/main.js');
  const model = entries.find(isWorker)?.[1];
  if (!model) throw new Error('docker-compose.yml has no worker');
  const { CAIRN_WORKER_QUEUES: _, ...environment } = model.environment ?? {};
  const workers = Array.from({ length: count }, (_, i): Entry => [`worker-${i + 1}`, { ...model, environment }]);
  return [...entries.filter((entry) => !isWorker(entry)), ...workers];
}

function inOrder(plan: Plan): Plan {
  const ordered = new Map<string, Service>();
  const add = (name: string) => {
    const service = plan.get(name);
    if (!service || ordered.has(name)) return;
    for (const other of Object.keys(service.depends_on ?? {})) add(other);
    ordered.set(name, service);
  };
  for (const name of plan.keys()) add(name);
  return ordered;
}
