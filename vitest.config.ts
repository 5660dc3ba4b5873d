import { defineConfig } from 'vitest/config';

/** `pure` needs nothing; `server` runs on a real Postgres and a real Temporal that the global set-up starts once. */
export default defineConfig({
  test: {
    teardownTimeout: 60_000, // Temporal and Postgres end in order
    projects: [
      {
        test: {
          name: 'pure',
          include: ['test/{bench,contracts,domain,drills,platform,rooms}/**/*.test.ts'],
          testTimeout: 30_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'server',
          include: ['test/{db,services,activities,schedules,workflows,workers,api,cli,replay,embedded}/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000, // above what a test waits for, so that this is told
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
