/**
 * Drill: schemathesis, which makes requests out of the OpenAPI document, against a whole `npm start`; with an account key, and
 * with an operator key for what is theirs. Run by hand: `npm run drill:contract`. Prints figures as JSON; exits 1 on any
 * failure that docs/reference/conformance.md does not explain. Needs Python 3.10 and, the first time, PyPI.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { install } from './installation.ts';
import { type ContractRun, findSchemathesis, runSchemathesis } from './schemathesis.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '1,2' } } });
const OPERATORS = '^/v1/ops/';

const program = await findSchemathesis();
const reports = await mkdtemp(path.join(tmpdir(), 'cairn-contract-'));
const installation = await install();
try {
  const { api, apiKey, operatorKey } = installation;
  const callers = [
    { as: 'account', key: apiKey, only: ['--exclude-path-regex', OPERATORS] },
    { as: 'operator', key: operatorKey, only: ['--include-path-regex', OPERATORS] },
  ];
  const runs: ContractRun[] = [];
  for (const seed of values.seeds.split(',').map(Number)) {
    for (const caller of callers) runs.push(await runSchemathesis(program, { ...caller, api, seed, reports }));
  }
  console.log(JSON.stringify({ runs }, null, 2));
  process.exitCode = runs.every(({ failures, errors }) => failures === 0 && errors === 0) ? 0 : 1;
} finally {
  await installation.stop();
  await rm(reports, { recursive: true, force: true });
}
