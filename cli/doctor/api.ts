import { PROCESSES } from '../../contracts/processes.ts';
import { type Finding, finding, reasonOf } from './finding.ts';

export interface ApiFindings {
  readonly findings: readonly Finding[];
  /** Of the API that answered. */
  readonly build: string | undefined;
}

const ASK_TIMEOUT_MS = 5_000;

interface HealthPart {
  readonly name: string;
  readonly status: string;
  readonly detail: string;
}

/** What the API says of itself: whether it lives and is ready, each part of its health, each of its loops. */
export async function examineApi(url: string): Promise<ApiFindings> {
  try {
    const live = await ask(url, '/live');
    if (live.status !== 200) throw new Error(`/live answered ${live.status}`);
    const [ready, version, health] = [await ask(url, '/ready'), await ask(url, '/version'), await ask(url, '/health')];
    const build = String(version.body.build);
    const parts = partsOf(health.body.parts);
    return {
      build,
      findings: [
        finding('process.api', 'ok', `alive at ${url}, build ${build}`),
        ready.status === 200
          ? finding('api.ready', 'ok', 'serves requests')
          : finding(
              'api.ready',
              'red',
              String(ready.body.detail ?? `/ready answered ${ready.status}`),
              'database-away',
            ),
        ...parts.filter(({ name }) => !name.startsWith(LOOP)).map(partFinding),
        ...loopFindings(parts),
      ],
    };
  } catch (error) {
    const cannot = `cannot be asked at ${url}: ${reasonOf(error)}; without it ${PROCESSES.api.without}`;
    const loops = PROCESSES.api.loops.map((name) =>
      finding(`api.loop.${slug(name)}`, 'unknown', 'not told', 'api-away'),
    );
    return { build: undefined, findings: [finding('process.api', 'unknown', cannot, 'api-away'), ...loops] };
  }
}

const LOOP = 'loop ';

/** Loops of the table that are not there are as bad as dead ones; those that are there and in no table are told as well. */
function loopFindings(parts: readonly HealthPart[]): readonly Finding[] {
  const told = parts.filter(({ name }) => name.startsWith(LOOP));
  const names = new Set<string>([...PROCESSES.api.loops, ...told.map(({ name }) => name.slice(LOOP.length))]);
  return [...names].map((name) => {
    const part = told.find((each) => each.name === LOOP + name);
    const state = part?.status === 'healthy' ? 'ok' : 'red';
    return finding(`api.loop.${slug(name)}`, state, part?.detail ?? 'does not run', 'dead-loop');
  });
}

const RUNBOOKS: Readonly<Record<string, string>> = {
  database: 'database-away',
  temporal: 'temporal-away',
  workers: 'no-worker',
  'inline path': 'inline-path',
  'uploads waiting': 'backlog',
};

function partFinding({ name, status, detail }: HealthPart): Finding {
  return finding(`api.${slug(name)}`, status === 'healthy' ? 'ok' : 'red', detail, RUNBOOKS[name]);
}

function partsOf(value: unknown): readonly HealthPart[] {
  if (!Array.isArray(value)) throw new Error('/health told no parts');
  return value.map((part) => ({ name: String(part.name), status: String(part.status), detail: String(part.detail) }));
}

async function ask(url: string, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(url + path, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
  return { status: answer.status, body: Object(await answer.json()) };
}

function slug(name: string): string {
  return name.replaceAll(' ', '-');
}
