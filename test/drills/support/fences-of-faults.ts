import type { Fence } from './fence.ts';

/** Guards against the faults of drill:blast-radius. */
export const FENCES_OF_FAULTS: Readonly<Record<string, Fence>> = {
  'request-pool': {
    about: 'requests wait for Postgres as long as steps do',
    edits: [{ file: 'api/start-api.ts', find: '...REQUEST_POOL, ', replace: '...(REQUEST_POOL && {}), ' }],
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
};
