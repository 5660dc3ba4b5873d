import type { HealthPart } from '../../../../api/health.ts';
import { BY_RANK, type Severity, VERDICTS, type Verdict } from '../../../../domain/schedules/verdicts.ts';
import type { AuditView, ScheduleView } from '../../../../schedules/audit-view.ts';
import type { Site } from './site.ts';

/** What everybody who tells of schedules said at one moment; undefined: no answer. */
export interface Heard {
  readonly view: AuditView | undefined;
  readonly metrics: Metrics | undefined;
  /** The part `scheduled work` of `/health`. */
  readonly health: Pick<HealthPart, 'status' | 'detail'> | undefined;
}

export interface Metrics {
  /** Verdicts that hold, by schedule. */
  readonly holding: ReadonlyMap<string, readonly Verdict[]>;
  readonly severity: ReadonlyMap<string, number>;
  /** NaN: there is no audit that is fresh. */
  readonly auditAgeS: number;
}

export async function hear({ url, operatorKey }: Pick<Site, 'url' | 'operatorKey'>): Promise<Heard> {
  const [view, metrics, health] = await Promise.all([
    ask(`${url}/v1/ops/schedules`, auditOf, operatorKey),
    ask(`${url}/metrics`, async (answer) => metricsOf(await answer.text())),
    ask(`${url}/health`, healthPartsOf),
  ]);
  return { view, metrics, health: health?.find(({ name }) => name === 'scheduled work') };
}

async function auditOf(answer: Response): Promise<AuditView> {
  return JSON.parse(await answer.text());
}

async function healthPartsOf(answer: Response): Promise<readonly HealthPart[]> {
  return JSON.parse(await answer.text()).parts;
}

/** An audit has deadlines of its own, some seconds in all. */
const ANSWER_WITHIN_MS = 20_000;

async function ask<T>(url: string, read: (answer: Response) => Promise<T>, key?: string): Promise<T | undefined> {
  try {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return answer.ok ? await read(answer) : undefined;
  } catch {
    return undefined;
  }
}

function metricsOf(text: string): Metrics {
  const holding = new Map<string, Verdict[]>();
  for (const [, schedule = '', name = '', value] of text.matchAll(
    /^cairn_schedule_verdict\{schedule="([^"]+)",verdict="([^"]+)"\} (\S+)$/gm,
  )) {
    const verdict = BY_RANK.find((each) => each === name);
    if (verdict === undefined || value !== '1') continue;
    holding.set(schedule, [...(holding.get(schedule) ?? []), verdict]);
  }
  const severities = text.matchAll(/^cairn_schedule_severity\{schedule="([^"]+)"\} (\S+)$/gm);
  const severity = new Map([...severities].map(([, schedule = '', value]) => [schedule, Number(value)]));
  const [, age] = /^cairn_schedule_audit_age_seconds (\S+)$/m.exec(text) ?? [];
  return { holding, severity, auditAgeS: Number(age) };
}

export const nameOf = ({ schedule, temporalId }: ScheduleView): string => schedule ?? temporalId;

/** Worst first; undefined: none is told. */
export function metricVerdict({ metrics }: Heard, schedule: string): Verdict | undefined {
  const holding = metrics?.holding.get(schedule);
  return BY_RANK.find((verdict) => holding?.includes(verdict));
}

const SEVERITIES: Readonly<Record<Severity, number>> = { green: 0, amber: 1, red: 2 };

/** How metrics and health contradict the API. A watchdog's turn may lie between them: asked again, they agree. */
export function disagreements({ view, metrics, health }: Heard): readonly string[] {
  if (!view || !metrics || !health) return ['not everybody answers'];
  const ofMetrics = view.schedules.flatMap((one) => {
    const name = nameOf(one);
    const said = metricVerdict({ view, metrics, health }, name);
    const isSo = said === one.verdict && metrics.severity.get(name) === SEVERITIES[one.severity];
    return isSo ? [] : [`${name}: API ${one.verdict}, metric ${said}`];
  });
  const wanted = healthOf(view);
  const isSo = health.status === wanted.status && health.detail === wanted.detail;
  return [...ofMetrics, ...(isSo ? [] : [`API ${wanted.detail}, health ${health.detail}`])];
}

/** What `/health` must say of this. */
function healthOf({ schedules }: AuditView): { status: string; detail: string } {
  const unwell = schedules.filter(({ verdict }) => VERDICTS[verdict].health === 'degraded');
  if (unwell.length === 0) return { status: 'healthy', detail: `${schedules.length} schedules` };
  return { status: 'degraded', detail: unwell.map((one) => `${nameOf(one)} ${one.verdict}`).join(', ') };
}

export interface CliWord {
  readonly code: number | null;
  readonly contradicts: readonly string[];
}

/** What `cairn schedules status` says, asked now, against these verdicts. */
export async function askCli(site: Site, expected: Readonly<Record<string, Verdict>>): Promise<CliWord> {
  const { code, text } = await site.status();
  const said = new Map(
    [...text.matchAll(/^(\S+) +([A-Z_]+) /gm)].map(([, name = '', verdict = '']) => [name, verdict]),
  );
  const wrong = Object.entries(expected).filter(([name, verdict]) => said.get(name) !== verdict);
  const worst = BY_RANK.find((verdict) => [...said.values()].includes(verdict));
  const wantedCode = worst === undefined ? null : VERDICTS[worst].exitCode;
  const contradicts = wrong.map(([name, verdict]) => `${name}: CLI ${said.get(name)}, not ${verdict}`);
  return { code, contradicts: code === wantedCode ? contradicts : [...contradicts, `CLI ended with ${code}`] };
}
