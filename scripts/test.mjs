import { join } from 'node:path';
import { ensureInstalled, root } from './bootstrap.mjs';
import { runInner } from './supervise.mjs';

await ensureInstalled();
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.exitCode = await runInner([vitest, 'run', ...process.argv.slice(2)]);
