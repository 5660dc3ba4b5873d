// `npm run build`: what the image runs. Only Node's builtins here; what it calls comes from node_modules.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const { include: rooms } = JSON.parse(readFileSync(join(root, 'tsconfig.build.json'), 'utf8'));
/** What code finds beside itself at run time, and tsc leaves behind. */
const CARRIED_ALONG = new Set(['.sql', '.cjs', '.mjs', '.json']);

rmSync(dist, { recursive: true, force: true });
compile();
carryAlong();
keepHistories();
await prebuildWorkflows();

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

function carryAlong() {
  for (const room of rooms.filter((name) => existsSync(join(root, name)))) {
    for (const entry of readdirSync(join(root, room), { recursive: true })) {
      if (!CARRIED_ALONG.has(extname(entry))) continue;
      mkdirSync(dirname(join(dist, room, entry)), { recursive: true });
      copyFileSync(join(root, room, entry), join(dist, room, entry));
    }
  }
}

/** What `cairn release check` replays. */
function keepHistories() {
  cpSync(join(root, 'test', 'histories'), join(dist, 'test', 'histories'), { recursive: true });
}

/** The code that a worker would bundle at its start (2–5 s, and webpack in memory), made once. */
async function prebuildWorkflows() {
  const { bundleWorkflows, PREBUILT_BUNDLE } = await import(new URL('../dist/workers/bundle.js', import.meta.url).href);
  const { code } = await bundleWorkflows();
  writeFileSync(PREBUILT_BUNDLE, code);
}
