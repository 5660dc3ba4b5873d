import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { environment } from '../../platform/environment.ts';
import { projectRoot } from '../support/servers.ts';

const GOOD = 'whsec_hQ2vT9cLxRk8PzWm4Yb7NsJd1Gf6Ea3U';

test.each([
  ['none, where a key is', ' '],
  ['one of a list that is empty', `${GOOD},`],
  ['a short one', GOOD.slice(0, 30)],
  ['one of another kind', GOOD.replace('whsec_', 'secret')],
  ['one out of an example', 'whsec_your_endpoint_secret_0123456789abcdef'],
  ['one character over and over', `whsec_${'a'.repeat(40)}`],
  ['the same twice', `${GOOD},${GOOD}`],
])('the API does not begin with %s, and does not say it', async (_, secrets) => {
  const env = {
    PATH: environment().PATH,
    DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none',
    CAIRN_TEMPORAL_ADDRESS: '127.0.0.1:9',
    CAIRN_CODEC_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    CAIRN_BLOB_DIR: '/nonexistent',
    CAIRN_STRIPE_API_KEY: `sk_test_${'a1'.repeat(20)}`,
    CAIRN_STRIPE_WEBHOOK_SECRETS: secrets,
  };
  const args = ['--import', 'tsx', 'api/main.ts'];
  const started = promisify(execFile)(process.execPath, args, { cwd: projectRoot, env });
  const { code, stdout, stderr } = await started.then(
    () => expect.fail('it has begun'),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('CAIRN_STRIPE_WEBHOOK_SECRETS');
  expect(stdout + stderr).not.toContain(secrets.trim() || 'nothing:');
});
