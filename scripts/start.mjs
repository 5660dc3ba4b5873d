import { join } from 'node:path';
import { ensureInstalled, root } from './bootstrap.mjs';
import { runInner } from './supervise.mjs';

await ensureInstalled();
process.exitCode = await runInner(['--import', 'tsx', join(root, 'cli', 'up', 'main.ts')]);
