/** One import in one file; the file's name says nothing, its folder is the room. */
export interface Sample {
  readonly from: string;
  readonly to: string;
  readonly type?: true;
}

/** For each rule of .dependency-cruiser.cjs an import that it must refuse. */
export const FORBIDDEN: readonly (Sample & { readonly rule: string })[] = [
  { rule: 'contracts-imports', from: 'contracts/a.ts', to: '../domain/stub.ts' },
  { rule: 'domain-imports', from: 'domain/a.ts', to: '../db/stub.ts', type: true },
  { rule: 'platform-imports', from: 'platform/a.ts', to: '../db/stub.ts' },
  { rule: 'db-imports', from: 'db/a.ts', to: '../platform/stub.ts' },
  { rule: 'services-imports', from: 'services/a.ts', to: '../db/stub.ts' },
  { rule: 'workflows-imports', from: 'workflows/a.ts', to: '../activities/stub.ts', type: true },
  { rule: 'activities-imports', from: 'activities/a.ts', to: '../workflows/stub.ts' },
  { rule: 'schedules-imports', from: 'schedules/a.ts', to: '../services/stub.ts' },
  { rule: 'workers-imports', from: 'workers/a.ts', to: '../workflows/stub.ts' },
  { rule: 'workers-imports', from: 'workers/b.ts', to: '../domain/stub.ts' },
  { rule: 'api-imports', from: 'api/a.ts', to: '../workers/stub.ts' },
  { rule: 'cli-imports', from: 'cli/a.ts', to: '../web/stub.ts' },
  { rule: 'web-imports', from: 'web/a.ts', to: '../domain/stub.ts' },
  { rule: 'scripts-imports', from: 'scripts/a.mjs', to: '../platform/stub.mjs' },
  { rule: 'db-domain-types-only', from: 'db/b.ts', to: '../domain/stub.ts' },
  { rule: 'web-contracts-types-only', from: 'web/b.ts', to: '../contracts/stub.ts' },
  { rule: 'contracts-packages', from: 'contracts/b.ts', to: 'typebox' },
  { rule: 'contracts-packages', from: 'contracts/c.ts', to: 'node:crypto' },
  { rule: 'domain-packages', from: 'domain/b.ts', to: 'node:fs' },
  { rule: 'domain-packages', from: 'domain/c.ts', to: 'uuid' },
  { rule: 'workflows-packages', from: 'workflows/b.ts', to: '@temporalio/activity', type: true },
  { rule: 'workflows-packages', from: 'workflows/c.ts', to: 'node:crypto' },
  { rule: 'scripts-builtins-only', from: 'scripts/b.mjs', to: 'tsx' },
  { rule: 'pg-in-db-only', from: 'api/b.ts', to: 'pg' },
  { rule: 'pg-in-db-only', from: 'activities/b.ts', to: 'pg', type: true },
  { rule: 'embedded-for-start-and-tests', from: 'workers/c.ts', to: '../platform/embedded/stub.ts' },
  { rule: 'embedded-for-start-and-tests', from: 'cli/b.ts', to: '../platform/embedded/stub.ts' },
  { rule: 'embedded-for-start-and-tests', from: 'platform/b.ts', to: './embedded/stub.ts' },
  { rule: 'nobody-imports-test', from: 'api/c.ts', to: '../test/stub.ts' },
  { rule: 'no-dev-dependency-in-production', from: 'api/d.ts', to: 'fast-check' },
  { rule: 'no-undeclared-package', from: 'api/e.ts', to: 'left-pad' },
  { rule: 'no-cycle', from: 'services/cycle-a.ts', to: './cycle-b.ts' },
  { rule: 'no-broken-import', from: 'api/f.ts', to: './missing.ts' },
];

/** Imports of the table that must stay possible. */
export const ALLOWED: readonly Sample[] = [
  { from: 'contracts/ok.ts', to: '@temporalio/common' },
  { from: 'domain/ok.ts', to: '../contracts/stub.ts' },
  { from: 'domain/ok-package.ts', to: 'saxes' },
  { from: 'db/ok.ts', to: '../domain/stub.ts', type: true },
  { from: 'db/ok-package.ts', to: 'pg' },
  { from: 'db/ok-builtin.ts', to: 'node:crypto' },
  { from: 'services/ok.ts', to: '../platform/stub.ts' },
  { from: 'workflows/ok.ts', to: '../domain/stub.ts' },
  { from: 'workflows/ok-package.ts', to: '@temporalio/workflow' },
  { from: 'activities/ok.ts', to: '../services/stub.ts' },
  { from: 'schedules/ok.ts', to: '../db/stub.ts' },
  { from: 'workers/ok.ts', to: '../activities/stub.ts' },
  { from: 'api/ok.ts', to: '../activities/stub.ts' },
  { from: 'cli/ok.ts', to: '../workers/stub.ts' },
  { from: 'cli/up/ok.ts', to: '../../platform/embedded/stub.ts' },
  { from: 'web/ok.ts', to: '../contracts/stub.ts', type: true },
  { from: 'scripts/ok.mjs', to: 'node:path' },
  { from: 'test/ok.ts', to: '../platform/embedded/stub.ts' },
  { from: 'test/ok-dev.ts', to: 'fast-check' },
];

/** The other half of the cycle, which is reported once. A type closes it: cycles of types count. */
export const OTHER_HALVES: readonly Sample[] = [{ from: 'services/cycle-b.ts', to: './cycle-a.ts', type: true }];
