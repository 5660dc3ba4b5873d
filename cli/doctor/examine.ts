import { examineApi } from './api.ts';
import { examineDatabase } from './database.ts';
import { EXIT_CODES, type Finding, type Verdict, verdictOf } from './finding.ts';
import { examineBlobs, examineTemporal, examineValhalla } from './outside.ts';
import { examineSchedules } from './schedules.ts';
import { examineStripe } from './stripe.ts';
import type { Where } from './where.ts';

/** What `cairn doctor --json` prints; members are added, never changed (docs/reference/doctor.md). */
export interface Report {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly checkedAt: string;
  readonly runBy: Where['runBy'];
  readonly api: string;
  readonly findings: readonly Finding[];
}

/** Asks everybody; nobody's silence keeps the others from being heard. */
export async function examine(where: Where): Promise<Report> {
  const asked = Promise.all([examineTemporal(where.temporal), examineBlobs(where.blobDir)]);
  const [upstreams, schedules] = [examineValhalla(where.valhallaUrl), examineSchedules(where)];
  const stripe = examineStripe(where.stripe);
  const api = await examineApi(where.api);
  const rows = await examineDatabase(where, api.build);
  const findings = [
    ...api.findings,
    ...(await stripe),
    ...rows,
    ...(await asked),
    ...(await upstreams),
    ...(await schedules),
  ];
  const verdict = verdictOf(findings);
  return {
    verdict,
    exitCode: EXIT_CODES[verdict],
    checkedAt: new Date().toISOString(),
    runBy: where.runBy,
    api: where.api,
    findings: [...findings].sort((one, other) => areaOrder(one) - areaOrder(other)),
  };
}

/** The processes first, then what each tells. */
const AREAS = [
  'process',
  'queue',
  'worker',
  'api',
  'schedule',
  'postgres',
  'uploads',
  'keys',
  'webhooks',
  'stripe',
  'blobs',
  'upstream',
];

function areaOrder({ id }: Finding): number {
  const at = AREAS.indexOf(id.split('.')[0] ?? '');
  return at < 0 ? AREAS.length : at;
}
