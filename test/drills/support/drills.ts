import { FAULT_DRILLS } from './faults/table.ts';

/** A line of the page of drills: a fault, and who shows what becomes of it. */
export interface DrillRow {
  readonly fault: string;
  readonly done: string;
  /** Commands (`npm run …`) and test files. */
  readonly run: readonly string[];
  readonly expects: string;
  readonly redWithout: readonly string[];
  readonly figures?: readonly { readonly of: string; readonly seen: string }[];
}

export const MACHINE =
  'All of 2026-11-22, 2 × AMD EPYC cores, Node 20.20.2; where nothing else is said beside other load, Temporal dev server 1.32.0, PostgreSQL 18.';

const EACH_ONCE = 'lost 0, doubled 0, ghosts 0';

export const DRILLS: readonly DrillRow[] = [
  ofTable(
    'F1',
    ['test/workers/webhook-kill.test.ts', 'test/activities/jobs/coupon-expiry-kills.test.ts'],
    [
      {
        of: 'before and after each statement of an upload (18 kills) and of an event (21), --seed 1',
        seen: `${EACH_ONCE}; the same results, no workflow left open; the longest job 9.0 s, with the start of the next worker`,
      },
      {
        of: '`--size 1 --without finished`, 4 kills, --seed 1 (with it: good)',
        seen: 'RED, as it must be: 2 workflows never ended',
      },
    ],
  ),
  {
    fault: 'F2',
    done: 'API, worker, Temporal and Postgres are killed in a drawn order, again and again, while uploads and events come',
    run: ['npm run drill:fire', 'npm run drill:stripe -- --scenario kills'],
    expects: `${EACH_ONCE}; every customer as at Stripe`,
    redWithout: ['claim', 'stripe-claim'],
    figures: [
      {
        of: '`drill:fire -- --without claim,stripe-claim`, 300 uploads, 96 events, 12 kills, full Temporal server, --seed 4',
        seen: 'RED, as it must be: doubled 5 (claims taken from the living)',
      },
      {
        of: '`drill:fire`, 10,000 uploads, 5,004 events, 200 kills in 20 min (4 × 33 to 34 API and worker, 33 each Postgres and Temporal), uploads in batches, full Temporal server, PostgreSQL 15, beside a few test files, --seed 4',
        seen: `${EACH_ONCE}; 15,004 of 15,004 acknowledged, no 5xx but 503; 5,428 uploads by 251 workflows, 4,572 inline; what was open when killing ended was done 22 s after it (7 min before there were batches)`,
      },
      {
        of: '`drill:fire`, 1,000 uploads, 408 events, 20 kills, uploads in batches, full Temporal server, PostgreSQL 15, beside a whole CI run, --seed 5',
        seen: 'lost 0, doubled 0, ghosts 0; 1,000 of 1,000 acknowledged; 919 uploads by 57 workflows, 81 inline',
      },
      {
        of: '`drill:fire -- --scenario recovery --rounds 10`, 30 kills of worker, Temporal and Postgres, full Temporal server, PostgreSQL 15, --seed 4',
        seen: 'what was open was done within 9.5 s of every kill (10 s are asked): worker 1.8 s, Temporal 2.5 s, Postgres 9.5 s at most',
      },
    ],
  },
  {
    fault: 'F3',
    done: 'Temporal is killed for 60 s under uploads',
    run: ['npm run drill:outage -- --scenario temporal-away', 'test/workflows/outage-ledger.test.ts'],
    expects: `accepted all the same, processed inline; ${EACH_ONCE}`,
    redWithout: ['inline'],
  },
  {
    fault: 'F4',
    done: 'Temporal comes back in the middle of what is processed inline',
    run: ['npm run drill:outage -- --scenario back-mid-fallback'],
    expects: 'one of the two wins; doubled 0',
    redWithout: ['claim'],
  },
  {
    fault: 'F5',
    done: 'Temporal starts on empty data',
    run: ['npm run drill:outage -- --scenario wiped', 'test/workflows/temporal-away.test.ts'],
    expects: `what is open is started again from the rows; ${EACH_ONCE}`,
    redWithout: ['look-again', 'dispatch-row'],
  },
  ofTable(
    'F6',
    ['test/db/pool.test.ts'],
    [
      {
        of: '300 uploads, 6 restarts, --seed 1',
        seen: `${EACH_ONCE}; 115 tries 503, no other 5xx; served again within 0.1 s of each start`,
      },
      {
        of: '`--without durable-commit`, 90 uploads, 2 restarts, --seed 1',
        seen: 'RED, as it must be: lost 1 (its end was taken back, and its workflow was over)',
      },
    ],
  ),
  ofTable(
    'F7',
    ['test/api/health.test.ts'],
    [
      {
        of: '300 uploads, --seed 1',
        seen: `${EACH_ONCE}; 419 tries 503, slowest 7.1 s; \`/live\` p99 36 ms, \`/ready\` 503 after 2.0 s; served again after 0.7 s`,
      },
      {
        of: '`--without request-pool`, 60 uploads, --seed 1',
        seen: 'RED, as it must be: the slowest answer took 11.0 s',
      },
    ],
  ),
  ofTable(
    'F8',
    ['test/api/idempotency.test.ts'],
    [
      {
        of: '500 uploads and 500 reprocess orders, 724 commits cut, --seed 1',
        seen: `${EACH_ONCE}; 181 tries 503; one further run of each`,
      },
      {
        of: '`--without key-remembers`, 25 uploads and 25 reprocess orders, 34 commits cut, --seed 1',
        seen: 'RED, as it must be: doubled 3 (a run too many)',
      },
    ],
  ),
  ofTable(
    'F9',
    ['test/services/blob-store-fs.test.ts'],
    [
      {
        of: '100 uploads while it is full, 15 before and after, --seed 1',
        seen: `88 refused, all 503 \`service/storage-unavailable\`; ${EACH_ONCE}; served again at once`,
      },
      {
        of: '`--without full-is-told`, 30 uploads while it is full, --seed 1',
        seen: 'RED, as it must be: none refused, lost 36, ghosts 18 (18 originals cut off and acknowledged)',
      },
    ],
  ),
  ofTable(
    'F10',
    ['test/activities/read-recording.test.ts'],
    [
      { of: '20 originals, --seed 1', seen: 'wrong figures 0, all told' },
      {
        of: '`--without original-hash`, 5 originals, --seed 1',
        seen: 'RED, as it must be: 5 wrong figures, none told',
      },
    ],
  ),
  {
    fault: 'F11',
    done: 'the clocks of API and worker are set an hour forward, then back',
    run: ['npm run drill:schedules -- --fault clock-jump'],
    expects: 'no process ends, no verdict is wrong',
    redWithout: ['monotonic-loops'],
  },
  {
    fault: 'F12',
    done: 'headers and bodies drip',
    run: ['test/api/raw-http.test.ts'],
    expects: '408, and nothing is kept',
    redWithout: [],
  },
  {
    fault: 'F14',
    done: 'thousands of event streams, some of whose readers take nothing',
    run: ['npm run drill:events', 'test/api/upload-events-resume.test.ts'],
    expects: 'the slow are cut and resume without a gap; descriptors and memory come back',
    redWithout: [],
  },
  {
    fault: 'F15',
    done: 'API and worker are stopped with SIGTERM in turns under load, and new ones take over',
    run: ['npm run drill:sigterm', 'test/api/closing.test.ts'],
    expects: `exit 0 within the grace every time; behind a client that tries again ${EACH_ONCE}`,
    redWithout: [],
  },
  ofTable(
    'F16',
    ['test/api/idempotency.test.ts', 'test/db/claim-race.test.ts'],
    [
      {
        of: '200 keys and 200 events, each 50 at once, --seed 1',
        seen: `20,200 requests; ${EACH_ONCE}; different answers 0`,
      },
      {
        of: '`--without one-holder`, 6 keys and 6 events, each 50 at once, --seed 1',
        seen: 'RED, as it must be: different answers 2, and a row of an upload that was refused',
      },
    ],
  ),
  {
    fault: 'F17',
    done: "a customer's twelve events in any order, twice and thrice, with answers of Stripe's that come late",
    run: ['npm run drill:stripe-shuffle'],
    expects: "Stripe's own state in the end, each event one effect",
    redWithout: ['stripe-fence'],
  },
  ofTable(
    'F18',
    ['test/workflows/stripe-event.test.ts', 'test/api/dead-letters.test.ts'],
    [
      {
        of: '200 events, 40 recordings, 40 of all poison, as many before without poison, --seed 1',
        seen: `the others p95 145 ms (380 ms before the poison came); 40 dead letters, each with a reason; ${EACH_ONCE}`,
      },
      {
        of: '`--without bugs-end`, 40 events, 8 recordings, 8 of all poison, --seed 1',
        seen: 'RED, as it must be: 4 events were still tried two minutes later, and no event was a dead letter',
      },
    ],
  ),
  {
    fault: 'F19',
    done: 'half of the installation is of another version, the older or the newer one, and sends fields that nobody here knows',
    run: ['test/workflows/partial-deploy.test.ts', 'test/workers/versions.test.ts'],
    expects: 'every workflow and step comes to its end all the same',
    redWithout: [],
  },
  {
    fault: 'F20',
    done: 'a workflow is changed so that open runs cannot replay; the same is shipped for all that, and taken back',
    run: ['test/replay/replay.test.ts', 'npm run drill:release'],
    expects: `the build fails before it is shipped; what was shipped holds open runs and fails none, and after the way back ${EACH_ONCE}`,
    redWithout: [],
    figures: [
      {
        of: '`drill:release`, five edits under `npm start`, 4 uploads a second (every twelfth large), --seed 1',
        seen: `${EACH_ONCE}, 375 uploads; 1 run held by what did not agree, 1 more that had begun on it ended by hand; each of the five builds served 10 to 22 s after the kill (30 s are asked; nothing else on the machine. Beside load of 10 to 16 it was 34 to 44 s: RED by the time alone)`,
      },
    ],
  },
  ofTable(
    'F21',
    ['npm run drill:stripe -- --scenario backlog', 'npm run drill:schedules -- --fault not-caught-up'],
    [
      {
        of: '1,200 events that waited, 96 new uploads, nothing else on the machine, --seed 1',
        seen: `${EACH_ONCE}; all done after 63 s; new uploads p95 1.2 s, none inline`,
      },
      {
        of: 'the same while an upload waited for up to a hundred batches of events, beside much other load',
        seen: `RED: new uploads p95 18.5 s, not below 10 s; ${EACH_ONCE}; all done after 162 s`,
      },
    ],
  ),
  {
    fault: 'F22',
    done: 'gap and fold of daylight saving time',
    run: ['test/schedules/slots.test.ts', 'npm run drill:schedules -- --fault clocks-of-law'],
    expects: "the server's own slots, once per local day",
    redWithout: [],
  },
  ofTable(
    'F23',
    ['npm run drill:stripe -- --scenario away', 'test/services/valhalla.test.ts'],
    [
      {
        of: '240 events, 24 uploads, --seed 1',
        seen: `9 and 8 calls while ill (at most 48 and 144); ${EACH_ONCE}; all done 28 s after`,
      },
      {
        of: '`--without no-storm`, 36 events, 4 uploads, --seed 1',
        seen: 'RED, as it must be: 112 calls to Stripe while ill (at most 48)',
      },
    ],
  ),
  {
    fault: 'F24',
    done: 'an installation is lost, and begins again with its backup: rows and originals, nothing of Temporal',
    run: ['npm run drill:restore'],
    expects: 'rows and originals are as they were, what was open goes on; doubled 0',
    redWithout: ['look-again'],
    figures: [
      {
        of: '200 uploads and 96 events, of which 111 and 96 were open in the backup, full Temporal server, PostgreSQL 15, --seed 1',
        seen: `46 tables and all originals as they were; what was open was done 11.6 s after the start; ${EACH_ONCE}`,
      },
      {
        of: '`--without look-again`, 200 uploads and 96 events, 90 and 96 open in the backup, full Temporal server, --seed 1',
        seen: 'RED, as it must be: 56 of what was open did not go on by itself',
      },
    ],
  },
];

function ofTable(fault: string, others: readonly string[], figures?: DrillRow['figures']): DrillRow {
  const drill = FAULT_DRILLS[fault];
  if (!drill) throw new Error(`there is no drill ${fault}`);
  const { about, expects, redWithout } = drill;
  const run = [`npm run drill:faults -- --fault ${fault}`, ...others];
  return { fault, done: about, run, expects, redWithout, ...(figures && { figures }) };
}
