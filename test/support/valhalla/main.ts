/** `npm run valhalla`: a real Valhalla on the drawn map until Ctrl-C; its address is what `CAIRN_VALHALLA_URL` wants. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { environment } from '../../../platform/environment.ts';
import { startValhalla } from './start.ts';

const home = await mkdtemp(path.join(tmpdir(), 'cairn-valhalla-'));
const port = Number(environment().CAIRN_VALHALLA_PORT ?? 8002);
const valhalla = await startValhalla({ home, port, log: console.log });
if (valhalla === undefined) {
  console.error('No Python 3.12 or newer was found, on the PATH or among those of pyenv; pyvalhalla needs one.');
  process.exitCode = 1;
} else {
  console.log(`Valhalla is ready: CAIRN_VALHALLA_URL=${valhalla.url} (pid ${valhalla.pid}); Ctrl-C ends it`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void valhalla.stop());
  console.log(`Valhalla ended: ${await valhalla.ended}`);
}
await rm(home, { recursive: true, force: true });
