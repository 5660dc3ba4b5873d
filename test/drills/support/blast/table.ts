import type { RejectionCode } from '../../../../contracts/rejections.ts';

/** What this installation depends on, and the ways in which the drill takes it away. */
export const DEPENDENCIES = {
  postgres: { title: 'Postgres', ways: ['stopped', 'hung'] },
  temporal: { title: 'Temporal', ways: ['killed', 'hung'] },
  worker: { title: 'every worker', ways: ['killed'] },
  blobs: { title: 'the blob store', ways: ['not there'] },
  valhalla: { title: 'Valhalla', ways: ['refusing', 'hung'] },
  stripe: { title: 'Stripe', ways: ['refusing', 'hung'] },
  collector: { title: 'the telemetry collector', ways: ['refusing', 'hung'] },
} as const;

export type Dependency = keyof typeof DEPENDENCIES;

/** What somebody does with Cairn. `works` says what was tried, and what had to come of it. */
export const FEATURES = {
  signIn: { title: 'sign in by key', works: '`GET /v1/account`: 200' },
  upload: { title: 'upload accepted', works: '`POST /v1/uploads`: 202' },
  processed: { title: 'recording processed', works: 'it is `ready`, by a workflow' },
  progress: { title: 'live progress', works: '`GET …/events` tells it until `ready`' },
  wayTypes: { title: 'way types', works: 'the track has them' },
  read: { title: 'tracks read', works: '`GET` of track, series, preview, list: 200' },
  exports: { title: 'tracks exported', works: '`GET …/export.gpx`: 200' },
  reprocess: { title: 'reprocess', works: '`POST …/reprocess`: 202, and the new run is done by a workflow' },
  stripeAccepted: { title: 'Stripe event accepted', works: '`POST /v1/webhooks/stripe`: 200' },
  stripeProcessed: { title: 'Stripe event processed', works: 'it is `processed`, its object mirrored' },
  site: { title: 'webhooks to the site', works: 'a test message is ordered (202) and arrives' },
  lists: { title: "operators' lists", works: 'failed uploads, events, messages, workers: 200' },
  replay: { title: "operators' replays", works: 'replay of an event: 202, and the new run is `processed`' },
  scheduleRun: { title: 'schedules run', works: 'an ordered run: 202, and its row of the ledger says `succeeded`' },
  verdicts: { title: 'schedule verdicts', works: '`GET /v1/ops/schedules`: 200, none `UNKNOWN`' },
  live: { title: '`/live`', works: '200' },
  ready: { title: '`/ready`', works: '200' },
  health: { title: '`/health`', works: '200, no part `degraded`' },
  metrics: { title: '`/metrics`', works: '200, `cairn_database_up 1`' },
  doctor: { title: '`cairn doctor`', works: 'nobody is missed' },
} as const;

export type Feature = keyof typeof FEATURES;

/**
 * `works`: as without the outage. `waits`: it is accepted, not done meanwhile, and done by itself when the dependency is back. A
 * refusal is its status and code. `is:` a named state of what comes of it, `tells:` who is named as away.
 */
export type Outcome = 'works' | 'waits' | `${number} ${RejectionCode}` | `is: ${string}` | `tells: ${string}`;

export interface Cell {
  readonly outcome: Outcome;
  /** For people, beside the outcome. */
  readonly says?: string;
}

const database = (says?: string): Cell => ({ outcome: '503 service/database-unavailable', ...(says && { says }) });
const storage = (says?: string): Cell => ({ outcome: '503 service/storage-unavailable', ...(says && { says }) });
const waits = (says: string): Cell => ({ outcome: 'waits', says });
const INLINE: Cell = { outcome: 'is: inline', says: 'by the API itself, two at a time' };
const SKIPPED: Cell = { outcome: 'is: skipped', says: 'inline there are none; a reprocess adds them' };

/** Where an outage makes a difference; everything else works. The drill holds every cell to this, the empty ones too. */
export const AFFECTED: Readonly<Record<Dependency, Readonly<Partial<Record<Feature, Cell>>>>> = {
  postgres: {
    signIn: database('a key is a row'),
    upload: database('nothing is kept: send the same again'),
    processed: database(),
    progress: database(),
    wayTypes: database(),
    read: database(),
    exports: database(),
    reprocess: database(),
    stripeAccepted: database('Stripe comes again'),
    stripeProcessed: database('processed once Stripe has come again'),
    site: database(),
    lists: database(),
    replay: database(),
    scheduleRun: database(),
    verdicts: database('the key cannot be looked up; the command line tells `UNKNOWN`'),
    ready: { outcome: '503 service/not-ready', says: 'within 2 s' },
    health: { outcome: 'tells: database', says: 'what only the database knows is left out' },
    metrics: { outcome: 'tells: cairn_database_up 0' },
    doctor: { outcome: 'tells: process.postgres, process.worker', says: 'the worker is known by its row alone' },
  },
  temporal: {
    processed: INLINE,
    wayTypes: SKIPPED,
    reprocess: INLINE,
    stripeProcessed: waits('no workflow can be started'),
    site: waits('a delivery is a workflow'),
    replay: waits('as the event itself'),
    scheduleRun: { outcome: '503 service/temporal-unavailable', says: 'slots are caught up within their window' },
    verdicts: { outcome: 'tells: UNKNOWN', says: 'nothing unknown is green' },
    health: { outcome: 'tells: inline path, temporal' },
    doctor: { outcome: 'tells: process.temporal' },
  },
  worker: {
    processed: INLINE,
    wayTypes: SKIPPED,
    reprocess: INLINE,
    stripeProcessed: waits('its workflow is there and waits'),
    site: waits('its workflow is there and waits'),
    replay: waits('as the event itself'),
    scheduleRun: waits('until the time of the run is over'),
    health: { outcome: 'tells: inline path, workers', says: 'after 5 s' },
    doctor: { outcome: 'tells: process.worker' },
  },
  blobs: {
    upload: storage('nothing is kept: send the same again'),
    processed: storage('what was accepted before waits'),
    wayTypes: storage('they need no blob, but a track'),
    reprocess: waits('it is accepted; reading is tried again for a day'),
    health: { outcome: 'tells: blob store' },
    doctor: { outcome: 'tells: blobs.writable' },
  },
  valhalla: {
    wayTypes: {
      outcome: 'is: unavailable',
      says: 'ready without; tried again for 15 minutes, then by a reprocess; a line asked about before has its kept answer',
    },
    doctor: { outcome: 'tells: upstream.valhalla' },
  },
  stripe: {
    stripeProcessed: waits('tried again for three days, behind a breaker'),
    replay: waits('as the event itself'),
    doctor: { outcome: 'tells: stripe.key' },
  },
  collector: {},
};

const WORKS: Cell = { outcome: 'works' };

export function cellOf(dependency: Dependency, feature: Feature): Cell {
  return AFFECTED[dependency][feature] ?? WORKS;
}

export const FEATURE_NAMES = namesOf(FEATURES);
export const DEPENDENCY_NAMES = namesOf(DEPENDENCIES);

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  const names: Name[] = [];
  for (const name in table) names.push(name);
  return names;
}
