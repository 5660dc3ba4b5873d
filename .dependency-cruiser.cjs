/**
 * The import table of docs/ARCHITECTURE.md as rules. `test/rooms/import-rules.test.ts` breaks every rule once, so a rule
 * that cannot fail is found.
 */
const ROOMS = {
  contracts: [],
  domain: ['contracts'],
  platform: ['contracts'],
  db: ['contracts', 'domain'],
  services: ['contracts', 'domain', 'platform'],
  workflows: ['contracts', 'domain'],
  activities: ['contracts', 'domain', 'db', 'services', 'platform'],
  schedules: ['contracts', 'domain', 'db', 'platform'],
  workers: ['contracts', 'activities', 'schedules', 'db', 'services', 'platform'],
  api: ['contracts', 'domain', 'db', 'services', 'platform', 'schedules', 'activities'],
  cli: [
    'contracts',
    'domain',
    'platform',
    'db',
    'services',
    'workflows',
    'activities',
    'schedules',
    'workers',
    'api',
    'scripts',
  ],
  web: ['contracts'],
  scripts: [],
};

const names = Object.keys(ROOMS);
const room = (...which) => `^(?:${which.join('|')})/`;
/** Installed packages; `@types/x` speaks for `x`. */
const packages = (...which) => `(?:^|/)node_modules/(?:@types/)?(?:${which.join('|')})/`;

/** For room `name`: everything that is not itself, a room it may import, or a package. */
const imports = ([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `${name}/ may import ${allowed.length > 0 ? `${allowed.join(', ')} only` : 'nothing of ours'}.`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: room(...names, 'bench', 'deploy'), pathNot: room(name, ...allowed) },
});

/** For room `name`: packages and builtins other than those of `allowed`. */
const packagesOf = (name, allowed, builtins) => ({
  name: `${name}-packages`,
  comment: `${name}/ may import of packages only ${allowed.join(' and ')}${builtins ? '' : ', and no Node builtin'}.`,
  severity: 'error',
  from: { path: room(name) },
  to: {
    dependencyTypes: [
      ...(builtins ? [] : ['core']),
      'npm',
      'npm-dev',
      'npm-optional',
      'npm-peer',
      'npm-no-pkg',
      'npm-unknown',
    ],
    pathNot: packages(...allowed),
  },
});

/** For room `name`: what it may import of room `other` are types. */
const typesOnly = (name, other) => ({
  name: `${name}-${other}-types-only`,
  comment: `${name}/ may import types of ${other}/, never its code.`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: room(other), dependencyTypesNot: ['type-only'] },
});

module.exports = {
  forbidden: [
    ...Object.entries(ROOMS).map(imports),
    typesOnly('db', 'domain'),
    typesOnly('web', 'contracts'),
    packagesOf('contracts', ['@temporalio/common'], false),
    packagesOf('domain', ['saxes', 'geographiclib-geodesic'], false),
    packagesOf('workflows', ['@temporalio/workflow', '@temporalio/common'], false),
    {
      name: 'scripts-builtins-only',
      comment: 'scripts/ runs before node_modules exists.',
      severity: 'error',
      from: { path: room('scripts') },
      to: { dependencyTypesNot: ['core', 'local'] },
    },
    {
      name: 'pg-in-db-only',
      comment: 'Postgres is spoken to in db/ alone.',
      severity: 'error',
      from: { pathNot: room('db', 'test', 'bench') },
      to: { path: packages('pg', 'pg-[^/]+') },
    },
    {
      name: 'embedded-for-start-and-tests',
      comment: 'The embedded servers belong to `npm start` and to tests; production has its own.',
      severity: 'error',
      from: { pathNot: ['^platform/embedded/', '^cli/up/', room('test', 'bench')] },
      to: { path: '^platform/embedded/' },
    },
    {
      name: 'nobody-imports-test',
      comment:
        'Benches measure on the clusters that drills break, and on what generators of tests make; pages about drills are made of them.',
      severity: 'error',
      from: { pathNot: room('test', 'bench', 'docs/reference') },
      to: { path: room('test') },
    },
    {
      name: 'no-dev-dependency-in-production',
      comment:
        'The image is installed with --omit=dev. (web/ is built, platform/embedded/ only runs where all is installed.)',
      severity: 'error',
      from: { path: room(...names), pathNot: ['^platform/embedded/', room('web')] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that only another one brings goes away with it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-broken-import', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(?:^|/)dist/', '^test/histories/', '^test/fixtures/', '^\\.cache/'] },
    // Type imports count: a room must not even know the types of one that it may not import.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
