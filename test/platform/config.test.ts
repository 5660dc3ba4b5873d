import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OTHER_SETTINGS, readConfig, SETTINGS } from '../../platform/config.ts';
import { ConfigError, type Environment } from '../../platform/settings.ts';

const GOOD = {
  DATABASE_URL: 'postgres://cairn:pa55word@127.0.0.1:5432/cairn',
  CAIRN_TEMPORAL_ADDRESS: '127.0.0.1:7233',
  CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
  CAIRN_BLOB_DIR: '/var/lib/cairn/blobs',
};

function problemsOf(changes: Environment): readonly string[] {
  try {
    readConfig({ ...GOOD, ...changes });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test('four settings are enough, and the rest has defaults', () => {
  expect(readConfig(GOOD)).toMatchObject({
    databaseUrl: GOOD.DATABASE_URL,
    temporal: { address: '127.0.0.1:7233', namespace: 'default', uiUrl: undefined },
    codecUiToken: undefined,
    host: '127.0.0.1',
    port: 3000,
    logLevel: 'info',
    build: 'development',
  });
});

test('every problem is told at once, with what the setting is about', () => {
  const problems = problemsOf({ ...undefinedAll(), PORT: 'http', CAIRN_LOG_LEVEL: 'loud', CAIRN_BUILT: '7' });
  expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(
    [...Object.keys(GOOD), 'CAIRN_BUILT', 'CAIRN_LOG_LEVEL', 'PORT'].sort(),
  );
  expect(problems.find((problem) => problem.startsWith('DATABASE_URL'))).toMatch(/missing.*postgres:\/\//);
});

test('a blank setting counts as missing, and blanks around a value do not', () => {
  expect(problemsOf({ CAIRN_BLOB_DIR: '  ' })).toEqual([expect.stringMatching(/^CAIRN_BLOB_DIR is missing/)]);
  expect(readConfig({ ...GOOD, PORT: ' 8080 ', CAIRN_LOG_LEVEL: '' })).toMatchObject({ port: 8080, logLevel: 'info' });
});

test('origins are a list, and there is none by default', () => {
  expect(readConfig(GOOD).corsOrigins).toEqual([]);
  const CAIRN_CORS_ORIGINS = 'https://www.example.org, http://localhost:5173';
  const { corsOrigins } = readConfig({ ...GOOD, CAIRN_CORS_ORIGINS });
  expect(corsOrigins).toEqual(['https://www.example.org', 'http://localhost:5173']);
});

const SIGNING = 'whsec_hQ2vT9cLxRk8PzWm4Yb7NsJd1Gf6Ea3U';

test('signing secrets are a list; blank is refused where Stripe is in use, and so are secrets without a key', () => {
  const CAIRN_STRIPE_API_KEY = `rk_test_${'a1'.repeat(12)}`;
  const other = SIGNING.replace('_h', '_H');
  const set = { CAIRN_STRIPE_API_KEY, CAIRN_STRIPE_WEBHOOK_SECRETS: `${SIGNING}, ${other}` };
  expect(readConfig({ ...GOOD, ...set }).stripeWebhookSecrets).toEqual([SIGNING, other]);
  expect(readConfig({ ...GOOD, CAIRN_STRIPE_API_KEY }).stripeWebhookSecrets).toEqual([]);
  expect(problemsOf({ CAIRN_STRIPE_WEBHOOK_SECRETS: '' })).toEqual([]);
  expect(problemsOf({ ...set, CAIRN_STRIPE_WEBHOOK_SECRETS: ' ' })).toEqual([expect.stringContaining('is empty')]);
  const elsewhere = { CAIRN_STRIPE_API_URL: 'http://127.0.0.1:12111' };
  expect(readConfig({ ...GOOD, ...set, ...elsewhere }).stripeAddress).toEqual({
    host: '127.0.0.1',
    port: 12_111,
    protocol: 'http',
  });
  const live = CAIRN_STRIPE_API_KEY.replace('test', 'live');
  expect(problemsOf({ ...set, ...elsewhere, CAIRN_STRIPE_API_KEY: live })).toEqual([
    expect.stringContaining('live mode'),
  ]);
  expect(problemsOf({ ...set, CAIRN_STRIPE_API_KEY: '' })).toEqual([
    expect.stringContaining('needs CAIRN_STRIPE_API_KEY'),
  ]);
});

test('prices of plans are a list, and a week of grace is the default', () => {
  expect(readConfig(GOOD).billing).toEqual({ plans: new Map(), graceDays: 7 });
  const set = { CAIRN_STRIPE_PLANS: 'price_123=premium, price_456=business', CAIRN_BILLING_GRACE_DAYS: '0' };
  const plans = new Map([
    ['price_123', 'premium'],
    ['price_456', 'business'],
  ]);
  expect(readConfig({ ...GOOD, ...set }).billing).toEqual({ plans, graceDays: 0 });
  expect(problemsOf({ CAIRN_STRIPE_PLANS: 'price_1=gold' })).toEqual([
    expect.stringMatching(/^CAIRN_STRIPE_PLANS .*premium, business/),
  ]);
});

const key = (bytes: number) => randomBytes(bytes).toString('base64');

test.each<[string, Environment]>([
  ['a codec key that is too short', { CAIRN_CODEC_KEYS: `k1:${key(31)}` }],
  ['a codec key that is too long', { CAIRN_CODEC_KEYS: `k1:${key(33)}` }],
  ['a codec key that is not random', { CAIRN_CODEC_KEYS: `k1:${Buffer.alloc(32, 'abc').toString('base64')}` }],
  ['a codec key without an id', { CAIRN_CODEC_KEYS: key(32) }],
  ['a bad second codec key', { CAIRN_CODEC_KEYS: `k1:${key(32)},k2:` }],
  ['the same id for two codec keys', { CAIRN_CODEC_KEYS: `k1:${key(32)},k1:${key(32)}` }],
  ['an id that is no word', { CAIRN_CODEC_KEYS: `k 1:${key(32)}` }],
  ['a short token', { CAIRN_CODEC_UI_TOKEN: 'short-token' }],
  ['a token that does not fit a path', { CAIRN_CODEC_UI_TOKEN: 'twenty-four-characters/?#' }],
  ['a publishable key of Stripe', { CAIRN_STRIPE_API_KEY: `pk_live_${'a1'.repeat(12)}` }],
  ['an empty signing secret', { CAIRN_STRIPE_WEBHOOK_SECRETS: `${SIGNING},,` }],
  ['a signing secret that is short', { CAIRN_STRIPE_WEBHOOK_SECRETS: 'whsec_hQ2vT9cLxRk8PzWm4Yb7NsJd1Gf6' }],
  ['a signing secret of another kind', { CAIRN_STRIPE_WEBHOOK_SECRETS: `sk_test_${SIGNING.slice(6)}` }],
  ['a signing secret out of an example', { CAIRN_STRIPE_WEBHOOK_SECRETS: `whsec_${'x'.repeat(32)}` }],
  ['another one', { CAIRN_STRIPE_WEBHOOK_SECRETS: 'whsec_your_endpoint_0123456789abcdefghijk' }],
  ['a signing secret with a blank in it', { CAIRN_STRIPE_WEBHOOK_SECRETS: SIGNING.replace('x', ' ') }],
  ['the same signing secret twice', { CAIRN_STRIPE_WEBHOOK_SECRETS: `${SIGNING},${SIGNING}` }],
  ['a price of no plan', { CAIRN_STRIPE_PLANS: 'price_9z' }],
  ['a price of a plan that everybody has', { CAIRN_STRIPE_PLANS: 'price_9z=free' }],
  ['a price of two plans', { CAIRN_STRIPE_PLANS: 'price_9z=premium,price_9z=business' }],
  ['the same price twice', { CAIRN_STRIPE_PLANS: 'price_9z=premium,price_9z=premium' }],
  ['a price that is no id', { CAIRN_STRIPE_PLANS: 'price 9z=premium' }],
  ['a list of plans that goes on with nothing', { CAIRN_STRIPE_PLANS: 'price_9z=premium,' }],
  ['a plan in capitals', { CAIRN_STRIPE_PLANS: 'price_9z=Premium' }],
  ['grace that is no number', { CAIRN_BILLING_GRACE_DAYS: 'a week' }],
  ['negative grace', { CAIRN_BILLING_GRACE_DAYS: '-1' }],
  ['another database', { DATABASE_URL: 'mysql://cairn:pa55word@127.0.0.1/cairn' }],
  ['a database that is no URL', { DATABASE_URL: 'host=127.0.0.1 password=pa55word' }],
  ['a port out of range', { PORT: '65536' }],
  ['a port of Temporal out of range', { CAIRN_TEMPORAL_ADDRESS: 'temporal:72333' }],
  ['Temporal by URL', { CAIRN_TEMPORAL_ADDRESS: 'http://temporal:7233' }],
  ['an origin with a path', { CAIRN_CORS_ORIGINS: 'https://www.example.org/app' }],
  ['an origin of anybody', { CAIRN_CORS_ORIGINS: '*' }],
  ['a UI address of another scheme', { CAIRN_TEMPORAL_UI_URL: 'javascript:alert(1)' }],
])('%s is refused, and the refusal does not quote it', (_, changes) => {
  const problems = problemsOf({ CAIRN_STRIPE_API_KEY: `rk_test_${'a1'.repeat(12)}`, ...changes });
  expect(problems).toHaveLength(1);
  const [[name = '', value = ''] = []] = Object.entries(changes);
  expect(problems[0]).toMatch(new RegExp(`^${name} (must|holds)`));
  for (const part of value?.split(/[:,@/]/) ?? []) {
    if (part.length > 7) expect(problems[0]).not.toContain(part);
  }
});

test('whatever stands in a secret, no part of it is in the error', () => {
  const secrets = Object.entries(SETTINGS).flatMap(([name, setting]) => (setting.secret ? [name] : []));
  const keys = ['DATABASE_URL', 'CAIRN_CODEC_KEYS', 'CAIRN_CODEC_UI_TOKEN'];
  const ofStripe = ['CAIRN_STRIPE_API_KEY', 'CAIRN_STRIPE_WEBHOOK_SECRETS'];
  const monitors = Object.keys(SETTINGS).filter((name) => name.startsWith('CAIRN_PING_'));
  expect([...secrets].sort()).toEqual([...keys, ...ofStripe, ...monitors].sort());
  const planted = 'Tr0ub4dor3';
  const around = fc.string({ unit: fc.constantFrom(...'ab1:/,@=-. ?') });
  fc.assert(
    fc.property(fc.constantFrom(...secrets), around, around, (name, before, after) => {
      expect(problemsOf({ [name]: before + planted + after }).join()).not.toContain(planted);
    }),
  );
});

test('a typing error does not pass silently: the nearest name is told', () => {
  expect(problemsOf({ CAIRN_CODEC_KEY: 'x' })).toEqual([expect.stringContaining('did you mean CAIRN_CODEC_KEYS?')]);
  expect(problemsOf({ CAIRN_TEMPORAL_ADRESS: 'x' })[0]).toContain('CAIRN_TEMPORAL_ADDRESS?');
  expect(problemsOf({ CAIRN_LOGLEVEL: 'debug' })[0]).toContain('CAIRN_LOG_LEVEL?');
});

test("the names of the command line and everybody else's are no typing errors", () => {
  const others = Object.fromEntries(OTHER_SETTINGS.map((name) => [name, 'anything']));
  expect(problemsOf({ ...others, HOME: '/root', PGHOST: 'x', CAIRNGORM: 'a mountain' })).toEqual([]);
});

function undefinedAll(): Environment {
  return Object.fromEntries(Object.keys(GOOD).map((name) => [name, undefined]));
}
