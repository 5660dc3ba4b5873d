import type { EngineFault, Fault, Faults } from './fault.ts';
import { FAULTS_OF_JOBS } from './faults-of-jobs.ts';
import { FAULTS_OF_PROCESSES } from './faults-of-processes.ts';
import { FAULTS_OF_SERVER } from './faults-of-server.ts';
import { FAULTS_OF_WATCH } from './faults-of-watch.ts';
import type { OwnGround } from './ground.ts';
import { type Line, openScene } from './scene.ts';
import { type Ground, openSite } from './site.ts';

/** The slowest first, so that none of them is waited for alone. */
export const FAULTS: Faults = {
  ...FAULTS_OF_PROCESSES,
  ...FAULTS_OF_WATCH,
  ...FAULTS_OF_JOBS,
  ...FAULTS_OF_SERVER,
};

export interface Suffered {
  readonly fault: string;
  readonly about: string;
  readonly lines: readonly Line[];
  readonly tookS: number;
}

export interface MatrixOptions {
  readonly ground: OwnGround;
  readonly faults: readonly string[];
  readonly atOnce: number;
  readonly say: (what: string) => void;
}

/** Each fault on a site of its own, so many side by side. In the order in which they were asked for. */
export async function runMatrix({ ground, faults, atOnce, say }: MatrixOptions): Promise<readonly Suffered[]> {
  const suffered = new Map<string, Suffered>();
  const waiting = [...faults];
  const sufferAll = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      suffered.set(name, await suffer(ground, name, say));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sufferAll));
  return faults.flatMap((name) => suffered.get(name) ?? []);
}

async function suffer(ground: OwnGround, name: string, say: (what: string) => void): Promise<Suffered> {
  const fault = FAULTS[name];
  if (!fault) throw new Error(`there is no fault ${name}`);
  const startedAt = performance.now();
  const lines: Line[] = [];
  try {
    if ('suffer' in fault) await onSite(ground, name, fault, lines, say);
    else await onOwnTemporal(ground, name, fault, lines, say);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    lines.push({ ...BROKEN, problems: [problem] });
    say(`${name}: broke: ${problem}`);
  }
  return { fault: name, about: fault.about, lines, tookS: Math.round((performance.now() - startedAt) / 1_000) };
}

const BROKEN = {
  what: 'it broke',
  expected: '',
  seen: '',
  detectedS: null,
  boundS: 0,
  cliExit: null,
  late: [],
} as const;

export async function onSite(ground: Ground, name: string, fault: Fault, lines: Line[], say: Say): Promise<void> {
  const site = await openSite(ground, { name, changes: fault.changes ?? {} });
  try {
    await fault.suffer(openScene(site, lines, say));
  } finally {
    await site.close();
  }
}

async function onOwnTemporal(ground: OwnGround, name: string, fault: EngineFault, lines: Line[], say: Say) {
  const temporal = await ground.openOwnTemporal(`temporal-of-${name}`);
  try {
    const suffer: Fault['suffer'] = (scene) => fault.sufferWith(scene, temporal);
    await onSite({ ...ground, temporalAddress: temporal.address }, name, { ...fault, suffer }, lines, say);
  } finally {
    await temporal.stop();
  }
}

type Say = (what: string) => void;
