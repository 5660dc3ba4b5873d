import { setImmediate as tick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ReadRecording } from '../../activities/read-recording.ts';
import { createUploadSteps } from '../../activities/upload-steps.ts';
import type { ProcessedBy, UploadSteps } from '../../contracts/uploads.ts';
import { testDatabase } from '../support/database.ts';
import { newUpload, READ } from './support.ts';

const { db, query } = await testDatabase();
const RACES = 200;
const AT_ONCE = 5;

/** The real steps on the real database; only the reading is the test's, so that it decides who is where. */
function stepsOf(processedBy: ProcessedBy, read: () => Promise<ReadRecording>): UploadSteps {
  return createUploadSteps({ db, reader: { read }, build: processedBy, processedBy, ownerOf: () => processedBy });
}

async function races(race: (uploadId: string, i: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < RACES; from += AT_ONCE) {
    const batch = Array.from({ length: AT_ONCE }, async (_, i) => race((await newUpload(db)).id, from + i));
    await Promise.all(batch);
  }
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await tick();
}

function gate(): { open(): void; readonly opened: Promise<void> } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

const stateOf = async (uploadId: string) => {
  const rows = await query<Record<string, unknown>>(
    `select u.state, u.processed_by, u.claim_token, u.attempts, u.track_id, t.id, t.processed_by as made_by,
            (select series from track_series s where s.track_id = t.id) as series
       from uploads u left join tracks t on t.upload_id = u.id where u.id = $1`,
    [uploadId],
  );
  expect(rows, 'one upload, one track').toHaveLength(1);
  return rows[0];
};

test(`two claimants, one upload, ${RACES} times: one reads it, one result each`, async () => {
  await races(async (uploadId) => {
    let reads = 0;
    const read = async () => {
      reads++;
      return READ;
    };
    const input = { uploadId, run: 1 };
    const both = [stepsOf('workflow', read), stepsOf('inline', read)];
    const results = await Promise.allSettled(both.map((steps) => steps.digest(input)));
    const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const row = await stateOf(uploadId);
    expect(reads).toBe(1);
    expect(new Set(done), 'who came after the end gets the same result').toEqual(
      new Set(done.map(() => ({ outcome: 'ready', trackId: row?.id }))),
    );
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'processing/claimed-elsewhere' });
    }
    expect(row).toMatchObject({ state: 'ready', track_id: row?.id, claim_token: 1 });
    for (const steps of both) expect(await steps.digest(input), 'again').toMatchObject({ trackId: row?.id });
  });
});

/**
 * The worst case: the first has lost its lease without knowing, both hold the bytes, and both save at the same moment
 * in every order. Whoever was first at the door is not the one that counts: the newest token is.
 */
test(`a slow owner whose lease ran out, ${RACES} times: the newest token wins, the slower writes nothing`, async () => {
  await races(async (uploadId, i) => {
    const input = { uploadId, run: 1 };
    const [slowReads, fastReads] = [gate(), gate()];
    const slow = stepsOf('workflow', async () => {
      slowReads.open();
      await fastReads.opened;
      await ticks(i % 4);
      return { ...READ, seriesJson: '{"v":1,"n":-1}' };
    });
    const fast = stepsOf('inline', async () => {
      fastReads.open();
      await ticks(Math.floor(i / 4) % 4);
      return READ;
    });
    const losing = slow.digest(input);
    await slowReads.opened;
    await query(`update uploads set claim_expires_at = now() - interval '1 second' where id = $1`, [uploadId]);
    const [won, lost] = await Promise.allSettled([fast.digest(input), losing]);
    const row = await stateOf(uploadId);
    expect(won).toEqual({ status: 'fulfilled', value: { outcome: 'ready', trackId: row?.id } });
    expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'processing/claimed-elsewhere' } });
    expect(row).toMatchObject({
      state: 'ready',
      processed_by: 'inline',
      made_by: 'inline',
      track_id: row?.id,
      claim_token: 2,
      attempts: 2,
      series: JSON.parse(READ.seriesJson),
    });
  });
});

test('a failure that comes too late does not undo a track, and a track does not undo a failure', async () => {
  for (const first of ['digest', 'recordFailure'] as const) {
    const { id: uploadId } = await newUpload(db);
    const steps = stepsOf('workflow', async () => READ);
    const input = { uploadId, run: 1, failure: { code: 'gpx/not-gpx', facts: {} } } as const;
    const result = await steps[first](input);
    expect(await steps.digest(input)).toEqual(result);
    expect(await steps.recordFailure(input)).toEqual(result);
  }
});

test('a run that was superseded changes nothing and says so', async () => {
  const { id: uploadId } = await newUpload(db);
  await query('update uploads set run = 2 where id = $1', [uploadId]);
  const steps = stepsOf('workflow', async () => READ);
  expect(await steps.digest({ uploadId, run: 1 })).toEqual({ outcome: 'superseded' });
  expect(await stateOf(uploadId)).toMatchObject({ state: 'received', id: null, claim_token: 0 });
});

test('a step that breaks gives its claim back at once', async () => {
  const { id: uploadId } = await newUpload(db);
  const broken = stepsOf('workflow', async () => {
    throw new Error('no memory');
  });
  await expect(broken.digest({ uploadId, run: 1 })).rejects.toThrow('no memory');
  const other = stepsOf('inline', async () => READ);
  expect(await other.digest({ uploadId, run: 1 })).toMatchObject({ outcome: 'ready' });
});
