/** Fetches what the benches compare with, into git-ignored folders beside this file; what is not to be had is said. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']);
if (run('python3', ['-m', 'venv', 'python'])) run('python/bin/pip', ['install', '-q', '-r', 'requirements.txt']);
run('go', ['build', '-mod=mod', '-o', 'gpx-gpxgo', '.'], 'gpx-go') && run('mv', ['gpx-gpxgo', '..'], 'gpx-go');
if (!isThere('redis-server')) unpackRedis();

/** Debian's, unpacked and not installed: installing it would start a service on its usual port. */
function unpackRedis() {
  const archives = `${here}redis/archives`;
  mkdirSync(`${archives}/partial`, { recursive: true });
  const options = ['Debug::NoLocking=1', `Dir::Cache::archives=${archives}`].flatMap((option) => ['-o', option]);
  run('apt-get', ['install', '-qq', '--download-only', '--no-install-recommends', ...options, 'redis-server']);
  for (const name of readdirSync(archives).filter((file) => file.endsWith('.deb')))
    run('dpkg', ['-x', `${archives}/${name}`, 'redis']);
}

function isThere(command) {
  return spawnSync(command, ['--version']).error === undefined;
}

function run(command, args, folder = '.') {
  const { status, error } = spawnSync(command, args, { cwd: `${here}${folder}`, stdio: 'inherit' });
  if (status !== 0) console.log(`skipped: ${command} ${args.join(' ')} (${error?.message ?? `exit ${status}`})`);
  return status === 0;
}
