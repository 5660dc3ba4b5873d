/** Records anew what the real Valhalla answers: `npm run valhalla:record`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { askReal } from './ask-real.ts';
import { recordedQuestion } from './questions.ts';
import { RECORDED_FOLDER, RECORDED_NAMES } from './recorded.ts';
import { startValhalla } from './start.ts';

const home = await mkdtemp(path.join(tmpdir(), 'cairn-valhalla-'));
const valhalla = await startValhalla({ home, log: console.log });
if (valhalla === undefined) throw new Error('no Python for pyvalhalla was found');
await mkdir(RECORDED_FOLDER, { recursive: true });
for (const name of RECORDED_NAMES) {
  const recorded = await askReal(valhalla.url, recordedQuestion(name));
  await writeFile(new URL(`${name}.json`, RECORDED_FOLDER), `${JSON.stringify(recorded)}\n`);
  console.log(`recorded ${name}: ${recorded.status}`);
}
await valhalla.stop();
await rm(home, { recursive: true, force: true });
