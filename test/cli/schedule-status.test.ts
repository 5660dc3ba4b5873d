import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { beforeEach, expect, inject, test } from 'vitest';
import { createKey } from '../../cli/keys.ts';
import { SCHEDULE_IDS } from '../../contracts/schedules.ts';
import { renewWorker } from '../../db/workers.ts';
import { freePort } from '../../platform/embedded/ports.ts';
import { applySchedules } from '../../schedules/apply.ts';
import type { AuditView } from '../../schedules/audit-view.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { POLLED_QUEUES } from '../../workers/create-workers.ts';
import { codecSetting } from '../support/cairn-process.ts';
import { testStack } from '../support/stack.ts';
import { cairn } from './cairn.ts';

const stack = await testStack();
const { client, db, codecKeys } = stack;
await applySchedules({ client, db, manifest: MANIFEST, sealingKey: codecKeys.current });
const { key } = await createKey(db, { kind: 'operator', name: 'test' });
const handle = client.schedule.getHandle('cairn-canary');
const env = {
  DATABASE_URL: stack.url,
  CAIRN_TEMPORAL_ADDRESS: inject('temporalAddress'),
  CAIRN_TEMPORAL_NAMESPACE: stack.namespace,
  CAIRN_CODEC_KEYS: codecSetting(stack),
  PORT: String(await freePort()),
};
const LONG = { timeout: 120_000 };

/** Applied just now: no slot is beyond its grace before the test is over. */
beforeEach(() => stack.query('update schedule_specs set since = now()'));
const owed = () =>
  stack.query(`update schedule_specs set since = now() - interval '2 hours' where schedule = 'stuck-work'`);

async function run(args: readonly string[], settings: Readonly<Record<string, string>> = env) {
  await renewWorker(db, { id: 'w1', build: 'test', queues: POLLED_QUEUES, pid: 1 });
  return cairn(args, settings);
}
const status = (...args: readonly string[]) => run(['schedules', 'status', ...args]);

/** Whether it is what `GET /v1/ops/schedules` promises. */
async function isAsPromised(view: unknown): Promise<boolean> {
  await stack.app.ready();
  const ajv = new Ajv2020({ strict: false, validateSchema: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(stack.app.swagger(), 'openapi');
  const schema = 'paths/~1v1~1ops~1schedules/get/responses/200/content/application~1json/schema';
  const valid = ajv.validate({ $ref: `openapi#/${schema}` }, view);
  if (!valid) throw new Error(ajv.errorsText());
  return valid;
}

const verdicts = ({ schedules }: AuditView) => schedules.map(({ schedule, verdict }) => `${schedule} ${verdict}`);

test('all is well: green and 0; what is only worth a look is amber, and still 0', LONG, async () => {
  const green = await status();
  expect(green, green.err).toMatchObject({ code: 0 });
  expect(green.out).toMatch(/^GREEN: scheduled work is done\. \(20/);
  for (const id of SCHEDULE_IDS) expect(green.out).toMatch(new RegExp(`^${id} +OK +never done, next 20`, 'm'));
  await handle.pause('for a repair');
  const amber = await status();
  await handle.unpause('it is done');
  expect(amber).toMatchObject({ code: 0 });
  expect(amber.out).toMatch(/^AMBER: /);
  expect(amber.out).toMatch(/^ +PAUSED: by somebody outside Cairn \("for a repair"\)/m);
});

test('work that is owed: red and 2, with the newest slots and how many there are before', LONG, async () => {
  await owed();
  const red = await status();
  expect(red).toMatchObject({ code: 2 });
  expect(red.out).toMatch(/^RED: scheduled work is owed/);
  expect(red.out).toMatch(/^stuck-work +NEVER_RAN +never done/m);
  expect(red.out).toMatch(/^ +owed: (20\S+Z, ){4}20\S+Z, and 1\d before$/m);
  expect(red.out).toMatch(/^retention +OK /m);
});

test('--json is what the API promises, and says the same as the API and as cairn doctor', LONG, async () => {
  await owed();
  const { code, out } = await status('--json');
  const view: AuditView = JSON.parse(out);
  expect(await isAsPromised(view)).toBe(true);
  expect({ code, exitCode: view.exitCode, severity: view.severity }).toEqual({ code: 2, exitCode: 2, severity: 'red' });
  const headers = { authorization: `Bearer ${key}` };
  const answer = await stack.app.inject({ url: '/v1/ops/schedules', headers });
  expect(verdicts(view)).toEqual(verdicts(answer.json()));
  expect(Object.keys(answer.json().schedules[0]).sort()).toEqual(Object.keys(view.schedules[0] ?? {}).sort());

  const doctor = await run(['doctor', '--json']);
  expect(doctor.code).toBe(2);
  const told = (id: string) => JSON.parse(doctor.out).findings.find((each: { id: string }) => each.id === id);
  expect(told('schedule.stuck-work')).toMatchObject({
    state: 'red',
    detail: expect.stringMatching(/^NEVER_RAN, never done; /),
    see: 'docs/runbooks/schedules.md',
  });
  expect(told('schedule.retention')).toMatchObject({ state: 'ok', detail: expect.stringMatching(/^OK, never done; /) });
  const screen = await run(['doctor']);
  expect(screen.out).toMatch(
    /^RED +schedule\.stuck-work +NEVER_RAN, never done; .+ \(docs\/runbooks\/schedules\.md\)$/m,
  );
});

test('Temporal or Postgres away: cannot tell, and 3; what is known to be owed is red all the same', LONG, async () => {
  const nobody = `127.0.0.1:${await freePort()}`;
  const away = { ...env, CAIRN_TEMPORAL_ADDRESS: nobody };
  const unknown = await run(['schedules', 'status'], away);
  expect(unknown).toMatchObject({ code: 3 });
  expect(unknown.out).toMatch(/^CANNOT TELL: /);
  expect(unknown.out).toMatch(/^retention +UNKNOWN /m);
  const json = await run(['schedules', 'status', '--json'], { ...env, DATABASE_URL: `postgres://x:pa55@${nobody}/x` });
  expect(json).toMatchObject({ code: 3 });
  expect(json.out).not.toContain('pa55');
  expect(await isAsPromised(JSON.parse(json.out))).toBe(true);
  await owed();
  expect(await run(['schedules', 'status'], away)).toMatchObject({ code: 2, out: expect.stringMatching(/^RED: /) });
});

test('without an installation it is wrong usage', LONG, async () => {
  const { code, out, err } = await cairn(['schedules', 'status'], {});
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('no `npm start` is running');
});
