// Run by tests: what scripts/start.mjs does after the installation.
import { fileURLToPath } from 'node:url';
import { runInner } from '../../../scripts/supervise.mjs';

process.exitCode = await runInner([fileURLToPath(new URL('./inner.mjs', import.meta.url))]);
