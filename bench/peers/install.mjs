/** Fetches what the benches compare with, into git-ignored folders beside this file; what is not to be had is said. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));

run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']);
if (run('python3', ['-m', 'venv', 'python'])) run('python/bin/pip', ['install', '-q', '-r', 'requirements.txt']);
run('go', ['build', '-mod=mod', '-o', 'gpx-gpxgo', '.'], 'gpx-go') && run('mv', ['gpx-gpxgo', '..'], 'gpx-go');

function run(command, args, folder = '.') {
  const { status, error } = spawnSync(command, args, { cwd: `${here}${folder}`, stdio: 'inherit' });
  if (status !== 0) console.log(`skipped: ${command} ${args.join(' ')} (${error?.message ?? `exit ${status}`})`);
  return status === 0;
}
