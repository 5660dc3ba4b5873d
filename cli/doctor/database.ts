import { OLDEST_WAIT_S_AT_MOST } from '../../api/health.ts';
import { PROCESSES, WORKER_SILENCE_S } from '../../contracts/processes.ts';
import { isRejectionCode, REJECTIONS } from '../../contracts/rejections.ts';
import { keyOverview } from '../../db/api-keys.ts';
import { appliedMigrations } from '../../db/health.ts';
import { knownMigrations } from '../../db/migrate.ts';
import { failedUploads } from '../../db/operations.ts';
import { connect, type Db, REQUEST_POOL } from '../../db/pool.ts';
import { dispatchBacklog } from '../../db/upload-dispatch.ts';
import { seenWorkers } from '../../db/workers.ts';
import { type Finding, finding, reasonOf } from './finding.ts';
import { stripeEventFindings } from './stripe.ts';
import { webhookFindings } from './webhooks.ts';
import type { Where } from './where.ts';
import { workerFindings } from './workers.ts';

/** What the rows say: migrations, workers, backlog, failures, keys. All of it is unknown when Postgres cannot be asked. */
export async function examineDatabase(where: Where, apiBuild: string | undefined): Promise<readonly Finding[]> {
  const db = connect(where.databaseUrl, { max: 1, ...REQUEST_POOL });
  try {
    return [...(await answers(db)), ...(await rows(db, where, apiBuild))];
  } finally {
    await db.end();
  }
}

async function answers(db: Db): Promise<readonly Finding[]> {
  try {
    return await migrations(db);
  } catch (error) {
    const cannot = `cannot be asked: ${reasonOf(error)}; without it ${PROCESSES.postgres.without}`;
    return [finding('process.postgres', 'unknown', cannot, 'database-away')];
  }
}

async function rows(db: Db, where: Where, apiBuild: string | undefined): Promise<readonly Finding[]> {
  try {
    const workers = await seenWorkers(db, WORKER_SILENCE_S);
    const ofWorkers = workerFindings(workers, { apiBuild, runBy: where.runBy });
    const ofOutside = [...(await webhookFindings(db)), ...(await stripeEventFindings(db, where.stripe))];
    return [...ofWorkers, await backlog(db), await failures(db), ...(await keys(db)), ...ofOutside];
  } catch (error) {
    const untold = ['process.worker', 'uploads.waiting', 'uploads.failed', 'keys.operator', 'webhooks.endpoint'];
    if (where.stripe) untold.push('stripe.silence', 'stripe.waiting', 'stripe.dead');
    return untold.map((id) => finding(id, 'unknown', `Postgres does not tell: ${reasonOf(error)}`, 'database-away'));
  }
}

async function migrations(db: Db): Promise<readonly Finding[]> {
  const [applied, known] = [await appliedMigrations(db), await knownMigrations()];
  const lacks = known.filter((name) => !applied.includes(name));
  const newer = applied.filter((name) => !known.includes(name));
  const told =
    lacks.length > 0
      ? finding('postgres.migrations', 'red', `lacks ${lacks.join(', ')}: run \`cairn migrate\``, 'database-away')
      : newer.length > 0
        ? finding('postgres.migrations', 'warning', `has ${newer.join(', ')}, which this code does not know`)
        : finding('postgres.migrations', 'ok', `all ${known.length} applied`);
  return [finding('process.postgres', 'ok', 'answers'), told];
}

async function backlog(db: Db): Promise<Finding> {
  const { waiting, oldestWaitS } = await dispatchBacklog(db);
  const oldestS = Math.round(oldestWaitS ?? 0);
  const state = oldestS > OLDEST_WAIT_S_AT_MOST ? 'red' : 'ok';
  return finding('uploads.waiting', state, `${waiting} waiting, the oldest for ${oldestS} s`, 'backlog');
}

const A_DAY_S = 86_400;

/** Refused recordings are expected; what only an operator or a repair can mend is worth a look. */
async function failures(db: Db): Promise<Finding> {
  const failed = (await failedUploads(db, A_DAY_S)).map(({ code, uploads }) => {
    return { code, uploads, kind: isRejectionCode(code) ? REJECTIONS[code].kind : 'bug' };
  });
  const refused = failed.filter(({ kind }) => kind === 'user').reduce((sum, { uploads }) => sum + uploads, 0);
  const ours = failed
    .filter(({ kind }) => kind !== 'user')
    .map((each) => `${each.uploads} ${each.code} (${each.kind})`);
  const detail = [...ours, `${refused} refused recordings`].join(', ');
  return finding('uploads.failed', ours.length > 0 ? 'warning' : 'ok', `in 24 h: ${detail}`, 'failed-uploads');
}

const SOON_S = 14 * A_DAY_S;

async function keys(db: Db): Promise<readonly Finding[]> {
  const { operatorKeys, expiring } = await keyOverview(db, { withinS: SOON_S });
  const operator =
    operatorKeys > 0
      ? finding('keys.operator', 'ok', `${operatorKeys} live`)
      : finding('keys.operator', 'red', 'none: run `cairn keys create --kind operator --name <what for>`');
  const soon = expiring.map(({ id, kind, name, expiresAt }) => `${kind} key ${id} (${name}) on ${day(expiresAt)}`);
  const detail = soon.length > 0 ? soon.join(', ') : 'none within 14 days';
  return [operator, finding('keys.expiring', soon.length > 0 ? 'warning' : 'ok', detail)];
}

function day(at: Date): string {
  return at.toISOString().slice(0, 10);
}
