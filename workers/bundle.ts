import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundleOption } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '../platform/temporal/data-converter.ts';
import { cachedBundle } from './bundle-cache.ts';

/**
 * Where `npm run build` puts the bundle (deploy/build.mjs).
 * @public
 */
export const PREBUILT_BUNDLE = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

/** The prebuilt bundle where there is one; from source, a fresh one (2–5 s) or the one kept from before. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(PREBUILT_BUNDLE)) return { codePath: PREBUILT_BUNDLE };
  return cachedBundle(bundleWorkflows);
}

/** Bundles workflows/ exactly as workers, the replay gate and the image run them; the gate adds interceptors that watch. */
export async function bundleWorkflows(
  workflowsPath = WORKFLOWS_PATH,
  interceptors: readonly string[] = [],
): Promise<{ code: string }> {
  const quiet = () => {};
  return bundleWorkflowCode({
    workflowsPath,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    workflowInterceptorModules: [TRACE_RUNS_PATH, REFUSE_LARGE_PATH, ...interceptors],
    logger: { trace: quiet, debug: quiet, info: quiet, log: quiet, warn: console.warn, error: console.error },
  });
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const WORKFLOWS_PATH = fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));
const TRACE_RUNS_PATH = fileURLToPath(new URL(`../workflows/trace-runs.${extension}`, import.meta.url));
const REFUSE_LARGE_PATH = fileURLToPath(new URL(`../workflows/refuse-large.${extension}`, import.meta.url));
