import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { cpuMsOf, cpuPerJob, pssMbOf, sumOf } from '../../bench/jobs/accounting.ts';

const BURN_MS = 200;
const BURN = `const from = process.cpuUsage(); while (process.cpuUsage(from).user < ${BURN_MS * 1_000});`;

test.runIf(process.platform === 'linux')(
  'what a process and its children did is counted, also after a child has ended',
  async () => {
    const program = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(BURN)}]); console.log('burnt'); setInterval(() => {}, 1000)`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      const roots = [{ name: 'burner', pid: child.pid ?? Number.NaN }];
      expect(sumOf(cpuMsOf(roots))).toBeGreaterThanOrEqual(BURN_MS);
      expect(pssMbOf(roots)).toBeGreaterThan(1);
    } finally {
      child.kill('SIGKILL');
    }
  },
);

test('what was used before the first look does not count', () => {
  expect(cpuPerJob({ api: 100, worker: 50 }, { api: 300, worker: 50, redis: 10 }, 10)).toEqual({ api: 20, redis: 1 });
});
