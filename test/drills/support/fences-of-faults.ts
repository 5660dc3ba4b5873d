import type { Fence } from './fence.ts';

/** Guards against the faults of drill:faults and drill:blast-radius. */
export const FENCES_OF_FAULTS: Readonly<Record<string, Fence>> = {
  'durable-commit': {
    about: 'a commit is answered before it is on disk',
    edits: [
      {
        file: 'db/pool.ts',
        find: "application_name: 'cairn',",
        replace: "application_name: 'cairn',\n    options: '-c synchronous_commit=off',",
      },
    ],
  },
  'request-pool': {
    about: 'requests wait for Postgres as long as steps do',
    edits: [{ file: 'api/start-api.ts', find: '...REQUEST_POOL, ', replace: '...(REQUEST_POOL && {}), ' }],
  },
  'key-remembers': {
    about: 'an Idempotency-Key does not know which run it has begun',
    edits: [
      {
        file: 'api/routes/reprocess.ts',
        find: 'const holdsKey = !claim || (await keepEffect(tx, claim, uploadId));',
        replace: 'const holdsKey = !claim || Boolean(tx && keepEffect);',
      },
    ],
  },
  'one-holder': {
    about: 'an Idempotency-Key is had though somebody else is at it',
    edits: [
      {
        file: 'db/idempotency-keys.ts',
        find: '} and k.fingerprint = excluded.fingerprint',
        replace: '} or k.fingerprint = excluded.fingerprint',
      },
    ],
  },
  'full-is-told': {
    about: 'bytes that the disk did not take are not missed',
    edits: [
      {
        file: 'services/blob-store-fs.ts',
        find: 'await writeAll(file, unwritten);',
        replace: 'await writeAll(file, unwritten).catch(() => {});',
      },
    ],
  },
  'original-hash': {
    about: 'an original is read whatever became of its bytes',
    edits: [
      {
        file: 'activities/read-recording-child.ts',
        find: "if (createHash('sha256').update(bytes).digest('hex') === key) return bytes;",
        replace: 'if (createHash && key) return bytes;',
      },
    ],
  },
  'store-away': {
    about: 'an original whose whole store is away counts as gone for good',
    edits: [
      {
        file: 'services/blob-store-fs.ts',
        find: 'await stat(path.dirname(file)).catch(unavailable);',
        replace: 'await Promise.resolve(file);',
      },
    ],
  },
  'bugs-end': {
    about: 'what always fails by a bug is tried again without end',
    edits: [
      {
        file: 'activities/billing/stripe-event-steps.ts',
        find: 'return new CountedBug(error, bugs >= BUGS_AT_MOST);',
        replace: 'return new CountedBug(error, bugs < 0 && bugs >= BUGS_AT_MOST);',
      },
    ],
  },
  'no-storm': {
    about: "Stripe's events are tried again at once, and nothing keeps calls from a Stripe that is away",
    edits: [
      { file: 'activities/step-failures.ts', find: 'firstMs: 10_000', replace: 'firstMs: 1' },
      { file: 'activities/step-failures.ts', find: 'mostMs: 300_000', replace: 'mostMs: 2' },
      { file: 'services/stripe-failures.ts', find: '{ failures: 5,', replace: '{ failures: 1_000_000,' },
    ],
  },
};
