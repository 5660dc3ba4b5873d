import { join } from 'node:path';
import { freePort } from '../../platform/embedded/ports.ts';
import { readJson, writeJson } from './files.ts';

export interface HomePorts {
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly stripe: number;
}

/** The ports that this home had last time, as far as they are free: links and connection strings go on working. */
export async function choosePorts(home: string, taken: number): Promise<HomePorts> {
  const known = await readJson(fileOf(home), (value): value is number => typeof value === 'number');
  const used = new Set([taken]);
  const choose = async (preferred: number | undefined): Promise<number> => {
    let port = await freePort(preferred);
    while (used.has(port)) port = await freePort();
    used.add(port);
    return port;
  };
  return {
    postgres: await choose(known.postgres),
    temporal: await choose(known.temporal),
    temporalUi: await choose(known.temporalUi),
    stripe: await choose(known.stripe),
  };
}

export async function rememberPorts(home: string, ports: HomePorts): Promise<void> {
  await writeJson(fileOf(home), ports);
}

function fileOf(home: string): string {
  return join(home, 'ports.json');
}
