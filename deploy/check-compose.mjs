// Loads docker-compose.yml with the loader that Docker itself uses, with a made-up value for whatever the env file gives.
// Needs Go, which fetches the loader once; where there is none, it says so. (That nothing starts without a secret is
// test/rooms/compose.test.ts.)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LOADER = 'github.com/compose-spec/compose-go/v2/cmd@v2.16.2';
const file = fileURLToPath(new URL('../docker-compose.yml', import.meta.url));
const text = readFileSync(file, 'utf8').replace(/\$\{\w+(?::[?-][^}]*)?\}/g, 'made-up');

if (spawnSync('go', ['version']).status !== 0) {
  console.log('skipped: no Go here');
} else {
  expect('docker-compose.yml', load(text), undefined);
  // A check that lets everything pass would be found here.
  expect('a misspelt key', load(text.replace('stop_grace_period', 'stop_grace_perod')), 'stop_grace_perod');
}

/** What the loader says against it; undefined when it loads. */
function load(content) {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-compose-'));
  try {
    writeFileSync(join(folder, 'docker-compose.yml'), content);
    // The loader's command gets no variables from the environment in this release; they are filled in above.
    const args = ['run', LOADER, '--no-interpolation', 'docker-compose.yml'];
    const { status, stderr } = spawnSync('go', args, { cwd: folder, encoding: 'utf8' });
    return status === 0 ? undefined : stderr || 'go did not run';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function expect(what, answer, refusal) {
  const right = refusal === undefined ? answer === undefined : answer?.includes(refusal);
  if (!right) process.exitCode = 1;
  console.log(
    `${what}: ${answer === undefined ? 'loads' : 'is refused'}, ${right ? 'as it should' : `wrongly: ${answer ?? ''}`}`,
  );
}
