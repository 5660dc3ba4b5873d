import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../../../platform/embedded/processes.ts';
import { environment } from '../../../../platform/environment.ts';
import { projectRoot } from '../../../support/servers.ts';
import { ALL, each, type Faults } from './fault.ts';
import { askCli, hear } from './hear.ts';
import { type Scene, secondsSince, TURN_S } from './scene.ts';

/** A watchdog's audit is none any more after this (api/watchdog.ts); its loop is dead after the other. */
const STALE_S = 120;
const WATCHDOG_DEAD_S = 180;
const DISPATCHER_DEAD_S = 60;

/** What happens to whoever watches. */
export const FAULTS_OF_WATCH: Faults = {
  'clock-jump': {
    about: 'the clocks of API and worker process jump an hour forward, and then two back',
    redWithout: ['monotonic-loops'],
    suffer: async (scene) => {
      const { site } = scene;
      const programs = Object.values(await site.startAll());
      await scene.calm({ ran: true });
      for (const hours of [1, -1]) {
        for (const program of programs) program.tell({ clockMs: hours * 3_600_000 });
        await scene.staysGreen(`the process clock is ${hours} h off`, 75);
        const ageS = (await hear(site)).metrics?.auditAgeS ?? Number.NaN;
        scene.check('the age of the audit is what it is', ageS >= 0 && ageS < STALE_S, `${ageS.toFixed(1)} s`);
        scene.check(
          'no process takes its loops for dead',
          programs.every((each) => each.isAlive()),
          aliveText(programs),
        );
      }
    },
  },
  'dead-watchdog': {
    about: "the watchdog's turn never ends",
    suffer: async (scene) => {
      const { site } = scene;
      const { api } = await site.startAll();
      await scene.calm({ ran: false });
      const sinceMs = Date.now();
      api.tell({ hang: 'watchdog' });
      const isStale = async () => {
        const { metrics, health, view } = await hear(site);
        const told = health?.detail === 'nobody has looked lately' && health.status === 'degraded';
        return told && metrics?.holding.size === 0 && Number.isNaN(metrics.auditAgeS) && view?.severity === 'green';
      };
      await within(
        scene,
        'no series of an old audit, health says so, the API still asks by itself',
        sinceMs,
        STALE_S + TURN_S,
        isStale,
      );
      await endsWith(scene, api, 'exit 70', { sinceMs, boundS: WATCHDOG_DEAD_S + TURN_S });
    },
  },
  'dead-dispatcher': {
    about: "the dispatcher's turn never ends",
    suffer: async (scene) => {
      const { site } = scene;
      const { api } = await site.startAll();
      await scene.calm({ ran: false });
      const sinceMs = Date.now();
      api.tell({ hang: 'dispatcher' });
      await endsWith(scene, api, 'exit 70', { sinceMs, boundS: DISPATCHER_DEAD_S + 10 });
      await site.startApi();
      await scene.staysGreen('a new API knows at once', 10);
    },
  },
  'listen-cut': {
    about: 'the connection that LISTENs is cut',
    suffer: async (scene) => {
      const { site } = scene;
      await site.startAll();
      await scene.calm({ ran: true });
      const before = await listeners(scene);
      const { rowCount } = await site.db.query(`select pg_terminate_backend(pid) ${LISTENERS}`);
      const sinceMs = Date.now();
      scene.check('there was one to be cut', rowCount === 1, `${rowCount} of pids ${before}`);
      await within(scene, 'another one listens', sinceMs, 15, async () => {
        const now = await listeners(scene);
        return now.length === 1 && now[0] !== before[0];
      });
      await scene.staysGreen('scheduled work does not mind', 65);
    },
  },
  'watchdog-killed': {
    about: 'the API is killed with -9, and with it the watchdog; then the worker too',
    suffer: async (scene) => {
      const { site } = scene;
      const { api, worker } = await site.startAll();
      await scene.calm({ ran: true });
      await api.kill();
      const sinceMs = Date.now();
      const { metrics, health } = await hear(site);
      scene.check('nobody answers in its name', metrics === undefined && health === undefined, 'no metrics, no health');
      const cli = await askCli(site, {});
      scene.check('the command line still tells', cli.code === 0 && cli.contradicts.length === 0, `exit ${cli.code}`);
      await worker.kill();
      const killedMs = Date.now();
      await pause(killedMs + 65_000 - Date.now());
      const red = await askCli(site, each(ALL, 'NO_WORKER'));
      const isRed = red.code === 2 && red.contradicts.length === 0;
      scene.check('and it tells that the worker is gone', isRed, `exit ${red.code} after ${secondsSince(killedMs)} s`);
      await pings(scene, sinceMs);
      await site.startApi();
      const expected = each(ALL, 'NO_WORKER');
      await scene.detect({ what: 'a new API knows it', expected, sinceMs: Date.now(), others: 'anything' });
    },
  },
  'clocks-of-law': {
    about: 'gap and fold of daylight saving time: slots against the server, and the properties of the verdict',
    suffer: async (scene) => {
      const tests = ['test/schedules/slots.test.ts', 'test/domain/schedules'];
      const { PATH = '', HOME = '' } = environment();
      const env = { PATH, HOME };
      const command = ['node_modules/vitest/vitest.mjs', 'run', ...tests];
      const { ok, stdout, problem } = await run(process.execPath, command, { cwd: projectRoot, env });
      const [told = problem] = /Tests .*$/m.exec(stdout) ?? [];
      scene.check(tests.join(' '), ok, told);
    },
  },
};

async function pings({ site, check }: Scene, killedMs: number): Promise<void> {
  const { heardMs } = site.monitor;
  const after = heardMs.filter((atMs) => atMs > killedMs + 1_000).length;
  const isSo = heardMs.length >= 2 && after === 0;
  check(
    'the monitor outside hears nothing more',
    isSo,
    `${heardMs.length} pings before, ${after} in ${secondsSince(killedMs)} s after`,
  );
}

const LISTENERS = `from pg_stat_activity where datname = current_database() and query ilike 'listen %'`;

async function listeners({ site }: Scene): Promise<readonly number[]> {
  const { rows } = await site.db.query<{ pid: number }>(`select pid ${LISTENERS}`);
  return rows.map(({ pid }) => pid);
}

async function within(
  scene: Scene,
  what: string,
  sinceMs: number,
  boundS: number,
  isSo: () => Promise<boolean | undefined>,
): Promise<void> {
  while (!(await isSo()) && secondsSince(sinceMs) <= boundS) await pause(1_000);
  const afterS = secondsSince(sinceMs);
  scene.check(what, afterS <= boundS, `after ${afterS} s, at most ${boundS} s`);
}

async function endsWith(
  scene: Scene,
  program: { ended: Promise<string> },
  how: string,
  { sinceMs, boundS }: { sinceMs: number; boundS: number },
): Promise<void> {
  const late = pause(Math.max(0, sinceMs + boundS * 1_000 - Date.now()), 'nothing', { ref: false });
  const ended = await Promise.race([program.ended, late]);
  scene.check(
    'the process ends itself',
    ended === how,
    `${ended} after ${secondsSince(sinceMs)} s, at most ${boundS} s`,
  );
}

function aliveText(programs: readonly { isAlive(): boolean }[]): string {
  return `${programs.filter((program) => program.isAlive()).length} of ${programs.length} alive`;
}
