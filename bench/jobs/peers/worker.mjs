// `node worker.mjs <queue> <settings>`: a queue's worker in a process of its own.
import { QUEUES } from './queues.mjs';
import { openStore } from './store.mjs';

/** For queues that wait for Postgres in the meantime. More gained nothing on 2 cores. */
const JOBS_AT_ONCE = 10;

const { work } = await QUEUES[process.argv[2]]();
await work(openStore(), { jobsAtOnce: JOBS_AT_ONCE });
