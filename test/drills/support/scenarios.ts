import { setTimeout as pause } from 'node:timers/promises';
import { liveWorkers } from '../../../db/workers.ts';
import type { Running } from '../../../platform/embedded/processes.ts';
import { childrenOf } from './children.ts';
import type { Cluster } from './cluster.ts';
import { areFinal, heldBy, openForASecond, startedAndOpen, untilRows } from './rows.ts';

export interface Fault {
  readonly cluster: Cluster;
  readonly api: Running;
  readonly worker: Running;
  readonly outageS: number;
  readonly say: (what: string) => void;
}

export interface Scenario {
  readonly about: string;
  /** Taken out, this makes the drill red (see fences.ts). */
  readonly redWithout: readonly string[];
  /** From the first sign of it to the last: when it returns every process runs again. */
  readonly fault: (fault: Fault) => Promise<void>;
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'temporal-away': {
    about: 'Temporal is killed with -9 and comes back on the same data',
    redWithout: ['inline'],
    fault: temporalAway,
  },
  'back-mid-fallback': {
    about: 'Temporal goes and comes back again and again, each time while uploads are being read inline',
    redWithout: ['claim'],
    fault: backMidFallback,
  },
  'no-worker': {
    about: 'the worker is killed with -9; a new one finds all that was started meanwhile',
    redWithout: ['inline', 'finished'],
    fault: noWorker,
  },
  wiped: {
    about: 'Temporal is killed with -9 and starts on empty data, with uploads open that it had taken',
    redWithout: ['look-again', 'dispatch-row'],
    fault: wiped,
  },
  'frozen-worker': {
    about: 'the worker hangs (SIGSTOP) in the middle of uploads until their leases have ended, and then goes on',
    redWithout: ['token'],
    fault: frozenWorker,
  },
};

async function temporalAway({ cluster, outageS, say }: Fault): Promise<void> {
  await cluster.temporal.kill();
  say('Temporal is away');
  await pause(outageS * 1000);
  await cluster.temporal.start();
  say('Temporal is back');
}

const FLAPS_AT_LEAST = 4;

async function backMidFallback({ cluster, api, outageS, say }: Fault): Promise<void> {
  const { temporal, db } = cluster;
  const endsAt = performance.now() + outageS * 1000;
  for (let flap = 0; flap < FLAPS_AT_LEAST || performance.now() < endsAt; flap++) {
    const hangs = flap % 2 === 1;
    if (hangs) temporal.freeze();
    else await temporal.kill();
    const { held, thaw } = await frozenReading(api, () => heldBy(db, 'inline'));
    say(`${held.length} uploads are being read inline`);
    if (hangs) temporal.thaw();
    else await temporal.start();
    await untilRows('Temporal has them too, or has even finished them', async () => {
      const started = await startedAndOpen(db);
      return held.some((id) => started.includes(id)) || areFinal(db, held);
    });
    await pause(2_000); // the worker asks for them now
    thaw();
    await untilRows('those uploads are final', () => areFinal(db, held));
    say('Temporal is back, they are final');
  }
}

/** Stops the readers of the API while it holds claims; the API itself goes on. Readers may take 20 s by the clock. */
async function frozenReading(api: Running, held: () => Promise<readonly string[]>) {
  for (;;) {
    await untilRows('an upload is being read', async () => (await held()).length > 0);
    const readers = childrenOf(api.pid);
    const signal = (name: NodeJS.Signals) => readers.forEach((pid) => void process.kill(pid, name));
    signal('SIGSTOP');
    await pause(100);
    const ids = await held();
    if (ids.length > 0) return { held: ids, thaw: () => signal('SIGCONT') };
    signal('SIGCONT');
  }
}

async function noWorker({ cluster, worker, outageS, say }: Fault): Promise<void> {
  process.kill(worker.pid, 'SIGKILL');
  await worker.ended;
  say('the worker is gone');
  await pause(outageS * 1000);
  say(`${(await startedAndOpen(cluster.db)).length} uploads are open in Temporal; a new worker starts`);
  await cluster.startWorker();
}

const OPEN_AT_LEAST = 20;

async function wiped({ cluster, worker, say }: Fault): Promise<void> {
  const { temporal, db } = cluster;
  process.kill(worker.pid, 'SIGSTOP'); // so that Temporal has something to lose
  await untilRows('Temporal has a backlog', async () => (await openForASecond(db)).length >= OPEN_AT_LEAST);
  const taken = await openForASecond(db);
  await temporal.kill();
  process.kill(worker.pid, 'SIGCONT');
  await temporal.start({ wiped: true });
  const { length } = (await openForASecond(db)).filter((id) => taken.includes(id));
  say(`Temporal is back on empty data; of ${taken.length} uploads that it had taken ${length} are still open`);
}

async function frozenWorker({ cluster, worker, say }: Fault): Promise<void> {
  const { db } = cluster;
  const held = await frozenInTheMiddle(worker, () => heldBy(db, 'workflow'));
  say(`the worker hangs and holds ${held.length} uploads`);
  await untilRows('somebody else has finished them', () => areFinal(db, held), 90);
  process.kill(worker.pid, 'SIGCONT');
  say('they are final; the worker goes on');
  await untilRows('it is alive', async () => (await liveWorkers(db, 3)).length > 0);
  await pause(2_000); // it comes to the end of what it was doing
}

async function frozenInTheMiddle(worker: Running, held: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (;;) {
    await untilRows('the worker reads an upload', async () => (await held()).length > 0);
    process.kill(worker.pid, 'SIGSTOP');
    await pause(100);
    const ids = await held();
    if (ids.length > 0) return ids;
    process.kill(worker.pid, 'SIGCONT');
  }
}
