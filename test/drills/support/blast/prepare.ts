import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { signed } from '../../../support/fake-stripe/deliver.ts';
import { lifeOf } from '../../../support/fake-stripe/life.ts';
import type { FakeEvent } from '../../../support/fake-stripe/world.ts';
import { smallGpx } from '../../../support/gpx.ts';
import type { Answer, Asker } from './ask.ts';
import type { BlastGround } from './ground.ts';

/** What was there before an outage: a track, and an event that was processed. */
export interface Known {
  readonly uploadId: string;
  readonly trackId: string;
  readonly eventId: string;
}

/** One outage, and what is tried in it. */
export interface Trial {
  readonly ground: BlastGround;
  readonly ask: Asker;
  readonly known: Known;
  /** The upload of this outage, and the event. */
  readonly sent: Promise<{ readonly answer: Answer; readonly uploadId: string | undefined }>;
  readonly event: FakeEvent;
  readonly delivered: Promise<Answer>;
  whenOver(close: () => void): void;
}

/** Everything that outages need, while all is well: something known for each of them, and the site's endpoint. */
export async function prepare(ground: BlastGround, ask: Asker, count: number): Promise<readonly Known[]> {
  const json = { url: `http://127.0.0.1:${ground.site.port}/hook`, reason: 'a drill of outages' };
  const set = await ask('/v1/ops/webhook-endpoint', { method: 'PUT', as: 'operator', json });
  if (set.status !== 200) throw new Error(`the endpoint could not be set: ${set.text}`);
  const names = Array.from({ length: count }, (_, i) => `before ${i}`);
  const sent = await Promise.all(names.map((name) => upload(ask, name)));
  const events = await Promise.all(names.map((name) => newEvent(ground, name.replace(' ', ''))));
  const answers = await Promise.all(events.map((event) => deliver(ask, event)));
  for (const { text } of [...sent.map(({ answer }) => answer), ...answers].filter(({ status }) => status >= 300)) {
    throw new Error(`refused while all is well: ${text}`);
  }
  const uploadIds = sent.map(({ uploadId = '' }) => uploadId);
  const tracks = await untilReady(
    ground,
    uploadIds,
    events.map(({ id }) => id),
  );
  return uploadIds.map((uploadId, i) => ({
    uploadId,
    trackId: tracks.get(uploadId) ?? '',
    eventId: events[i]?.id ?? '',
  }));
}

/** An upload for each name, of a few points, and at a place of its own: the map matcher's answers are kept by line. */
export async function upload(ask: Asker, name: string): Promise<{ answer: Answer; uploadId: string | undefined }> {
  const headers = { 'content-type': 'application/gpx+xml' };
  const lat = 40 + createHash('sha256').update(name).digest().readUInt16BE() / 4_096;
  const bytes = Buffer.from(smallGpx({ name, lat }));
  const answer = await ask('/v1/uploads', { method: 'POST', headers, bytes });
  return { answer, uploadId: answer.status === 202 ? String(answer.body.id) : undefined };
}

/** That somebody signed up: it happens at the fake, and is to be delivered. */
export function newEvent({ stripe }: BlastGround, name: string): FakeEvent {
  const [signUp] = lifeOf(stripe.world, name);
  if (!signUp) throw new Error('a life without an event');
  return signUp();
}

export function deliver(ask: Asker, event: FakeEvent): Promise<Answer> {
  const { headers, body } = signed(event);
  return ask('/v1/webhooks/stripe', { method: 'POST', as: 'nobody', headers, bytes: body });
}

const PREPARED_WITHIN_MS = 60_000;

async function untilReady(
  { cluster: { db } }: BlastGround,
  uploadIds: readonly string[],
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  for (const deadline = performance.now() + PREPARED_WITHIN_MS; ; await pause(200)) {
    const tracks = await db.query<{ id: string; trackId: string }>(
      `select id, track_id as "trackId" from uploads where id = any ($1) and state = 'ready'`,
      [uploadIds],
    );
    const events = await db.query(`select from stripe_events where id = any ($1) and state = 'processed'`, [eventIds]);
    if (tracks.rows.length === uploadIds.length && events.rows.length === eventIds.length)
      return new Map(tracks.rows.map(({ id, trackId }) => [id, trackId]));
    if (performance.now() > deadline) throw new Error('what was to be there before the outages was not done in time');
  }
}
