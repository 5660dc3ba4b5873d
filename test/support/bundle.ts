import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import { bundleWorkflows } from '../../workers/bundle.ts';

/** The workflow bundle of this test run, made once (2–5 s) by whichever file asks first. */
export async function sharedBundle(): Promise<{ codePath: string }> {
  const run = inject('temporalAddress').replace(/\W/g, '-');
  const codePath = path.join(tmpdir(), `cairn-test-bundle-${process.ppid}-${run}.js`);
  if (!existsSync(codePath)) {
    const { code } = await bundleWorkflows();
    await writeFile(`${codePath}.${process.pid}`, code);
    await rename(`${codePath}.${process.pid}`, codePath);
  }
  return { codePath };
}
