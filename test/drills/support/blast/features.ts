import { examine } from '../../../../cli/doctor/examine.ts';
import { parseStripeUrl } from '../../../../platform/stripe-settings.ts';
import { parseCodecKeys } from '../../../../platform/temporal/keyring.ts';
import { eventSource } from '../../../support/event-source.ts';
import { type Answer, outcomeOf } from './ask.ts';
import { deliver, type Trial } from './prepare.ts';
import type { Feature } from './table.ts';

/** What was begun. `look` says what has come of it so far: an outcome of the table, or undefined while nothing has. */
export interface Begun {
  look(): Promise<string | undefined>;
  /** What must come of it by itself once the dependency is back, besides what waits. */
  later?(): Promise<boolean>;
}

/** How each feature is tried. */
export const TRIES: Readonly<Record<Feature, (trial: Trial) => Promise<Begun>>> = {
  signIn: async ({ ask }) => said(await ask('/v1/account')),
  upload: async ({ sent }) => said((await sent).answer),
  processed: async (trial) => {
    const { answer, uploadId } = await trial.sent;
    return uploadId === undefined ? said(answer) : { look: () => endOfRun(trial, uploadId, 1) };
  },
  progress: watchProgress,
  wayTypes: async (trial) => {
    const { answer, uploadId } = await trial.sent;
    if (uploadId === undefined) return said(answer);
    const look = () => wayTypesOf(trial, uploadId);
    return { look, later: async () => ['works', 'is: skipped'].includes((await look()) ?? '') };
  },
  read: async ({ ask, known: { trackId } }) => {
    const track = `/v1/tracks/${trackId}`;
    return firstBad([track, `${track}/series`, `${track}/preview.svg`, '/v1/tracks'].map((path) => ask(path)));
  },
  exports: async ({ ask, known: { trackId } }) => said(await ask(`/v1/tracks/${trackId}/export.gpx`)),
  reprocess: async (trial) => {
    const { uploadId } = trial.known;
    const answer = await trial.ask(`/v1/uploads/${uploadId}/reprocess`, { method: 'POST' });
    return answer.status === 202 ? { look: () => endOfRun(trial, uploadId, 2) } : said(answer);
  },
  stripeAccepted: async ({ delivered }) => said(await delivered),
  stripeProcessed: async (trial) => {
    const answer = await trial.delivered;
    const look = () => endOfEvent(trial, trial.event.id, 1);
    if (answer.status === 200) return { look };
    return {
      ...said(answer),
      later: async () => (await deliver(trial.ask, trial.event)).status === 200 && (await look()) === 'works',
    };
  },
  site: async ({ ask, ground }) => {
    const json = { reason: 'a drill of outages' };
    const answer = await ask('/v1/ops/webhook-endpoint/test', { method: 'POST', as: 'operator', json });
    const { messageId } = answer.body;
    if (answer.status !== 202) return said(answer);
    const isTaken = () => ground.site.taken.some(({ headers }) => headers['webhook-id'] === messageId);
    return { look: async () => (isTaken() ? 'works' : undefined) };
  },
  lists: async ({ ask }) => {
    const lists = ['uploads', 'stripe-events', 'webhook-messages', 'workers'];
    return firstBad(lists.map((list) => ask(`/v1/ops/${list}`, { as: 'operator' })));
  },
  replay: async (trial) => {
    const { eventId } = trial.known;
    const json = { reason: 'a drill of outages' };
    const answer = await trial.ask(`/v1/ops/stripe-events/${eventId}/replay`, { method: 'POST', as: 'operator', json });
    return answer.status === 202 ? { look: () => endOfEvent(trial, eventId, 2) } : said(answer);
  },
  scheduleRun: runSchedule,
  verdicts: async ({ ask }) => ({
    look: async () => {
      const answer = await ask('/v1/ops/schedules', { as: 'operator' });
      const schedules: { verdict: string }[] = answer.status === 200 ? Object(answer.body.schedules) : [];
      return schedules.some(({ verdict }) => verdict === 'UNKNOWN') ? 'tells: UNKNOWN' : outcomeOf(answer);
    },
  }),
  live: async ({ ask }) => ({ look: async () => outcomeOf(await ask('/live', { as: 'nobody' })) }),
  ready: async ({ ask }) => ({ look: async () => outcomeOf(await ask('/ready', { as: 'nobody' })) }),
  health: async (trial) => ({ look: () => toldByHealth(trial) }),
  metrics: async ({ ask }) => ({
    look: async () => {
      const answer = await ask('/metrics', { as: 'nobody' });
      const [line] = /^cairn_database_up \d$/m.exec(answer.text) ?? [];
      return line === 'cairn_database_up 1' || answer.status !== 200 ? outcomeOf(answer) : `tells: ${line}`;
    },
  }),
  doctor: async (trial) => ({ look: () => toldByDoctor(trial) }),
};

function said(answer: Answer): Begun {
  return { look: async () => outcomeOf(answer) };
}

async function firstBad(asked: readonly Promise<Answer>[]): Promise<Begun> {
  const outcomes = (await Promise.all(asked)).map(outcomeOf);
  return { look: async () => outcomes.find((outcome) => outcome !== 'works') ?? 'works' };
}

async function endOfRun({ ground }: Trial, uploadId: string, run: number): Promise<string | undefined> {
  const { rows } = await ground.cluster.db.query<{ state: string; by: string }>(
    `select state, processed_by as by from uploads where id = $1 and run >= $2 and finished_at is not null`,
    [uploadId, run],
  );
  const [end] = rows;
  if (end?.state !== 'ready') return end && `is: ${end.state}`;
  return end.by === 'inline' ? 'is: inline' : 'works';
}

/** Of the new upload; where there is none, of one that was there before, from its beginning. */
async function watchProgress({ ground, ask, sent, known, whenOver }: Trial): Promise<Begun> {
  const { uploadId = known.uploadId } = await sent;
  const path = `/v1/uploads/${uploadId}/events`;
  const { apiKey, url } = ground.cluster;
  const headers = { authorization: `Bearer ${apiKey}` };
  const stream = eventSource({ port: Number(new URL(url).port), path, headers, lastEventId: '0' });
  whenOver(stream.close);
  let refused: string | undefined;
  void stream.stopped.then(async (status) => {
    if (status >= 400) refused = outcomeOf(await ask(path));
  });
  const isReady = () => stream.messages.some(({ data }) => Object(JSON.parse(data)).kind === 'ready');
  return { look: async () => (isReady() ? 'works' : refused) };
}

async function wayTypesOf({ ground }: Trial, uploadId: string): Promise<string | undefined> {
  const { rows } = await ground.cluster.db.query<{ status: string | null }>(
    `select way_types ->> 'status' as status from tracks where upload_id = $1`,
    [uploadId],
  );
  const status = rows[0]?.status ?? 'pending';
  return status === 'pending' ? undefined : status === 'ready' ? 'works' : `is: ${status}`;
}

async function endOfEvent({ ground }: Trial, eventId: string, run: number): Promise<string | undefined> {
  const { rows } = await ground.cluster.db.query<{ state: string }>(
    `select state from stripe_events where id = $1 and run >= $2 and state in ('processed', 'ignored', 'dead')`,
    [eventId, run],
  );
  return rows[0] && (rows[0].state === 'processed' ? 'works' : `is: ${rows[0].state}`);
}

async function runSchedule({ ask, ground }: Trial): Promise<Begun> {
  const json = { reason: 'a drill of outages' };
  const answer = await ask('/v1/ops/schedules/stuck-work/trigger', { method: 'POST', as: 'operator', json });
  if (answer.status !== 202) return said(answer);
  const [run]: { workflowId: string }[] = Object(answer.body.runs);
  return {
    look: async () => {
      const { rows } = await ground.cluster.db.query<{ state: string }>(
        `select state from schedule_runs where workflow_id = $1 and state <> 'running'`,
        [run?.workflowId],
      );
      return rows[0] && (rows[0].state === 'succeeded' ? 'works' : `is: ${rows[0].state}`);
    },
  };
}

/** Backlogs, loops and what schedules did are of other drills: they say what an outage did, and not what is away. */
export const PARTS = ['database', 'blob store', 'temporal', 'inline path', 'workers'];

async function toldByHealth({ ask }: Trial): Promise<string> {
  const answer = await ask('/health', { as: 'nobody' });
  const parts: { name: string; status: string }[] = answer.status === 200 ? Object(answer.body.parts) : [];
  return (
    tells(
      parts.flatMap(({ name, status }) => (status === 'degraded' ? name : [])),
      PARTS,
    ) ?? outcomeOf(answer)
  );
}

const FINDINGS = [
  'process.api',
  'process.worker',
  'process.temporal',
  'process.postgres',
  'blobs.writable',
  'upstream.valhalla',
  'stripe.key',
];

async function toldByDoctor({ ground: { cluster, urls, stripe } }: Trial): Promise<string> {
  const report = await examine({
    runBy: 'docker compose',
    api: cluster.url,
    databaseUrl: urls.postgres,
    temporal: { address: cluster.temporal.address, namespace: 'default' },
    codecKeys: parseCodecKeys(cluster.codecKeys),
    blobDir: cluster.blobDir,
    valhallaUrl: urls.valhalla,
    stripe: { apiKey: stripe.apiKey, address: parseStripeUrl(urls.stripe), publicUrl: undefined },
  });
  return (
    tells(
      report.findings.flatMap(({ id, state }) => (state === 'ok' ? [] : id)),
      FINDINGS,
    ) ?? 'works'
  );
}

function tells(names: readonly string[], known: readonly string[]): string | undefined {
  const told = names.filter((name) => known.includes(name)).sort();
  return told.length > 0 ? `tells: ${told.join(', ')}` : undefined;
}
