import { setTimeout as pause } from 'node:timers/promises';
import { hear, nameOf } from './hear.ts';
import { QUICK } from './manifest.ts';
import { isGreen, openScene, scheduleOf } from './scene.ts';
import { type Ground, openSite } from './site.ts';

export interface HealthyRun {
  readonly minutes: number;
  readonly looks: number;
  /** Whatever was not green. */
  readonly alarms: readonly string[];
  /** Of the quick schedules: slots that ran. */
  readonly runs: readonly number[];
}

const LOOK_EVERY_MS = 5_000;

/** Nothing is broken: whatever is not green is false. */
export async function runHealthy(ground: Ground, minutes: number, say: (what: string) => void): Promise<HealthyRun> {
  const site = await openSite(ground, { name: 'healthy', changes: {} });
  try {
    await site.startAll();
    await openScene(site, [], say).calm({ ran: true });
    const alarms: string[] = [];
    let looks = 0;
    for (const endMs = Date.now() + minutes * 60_000; Date.now() < endMs; await pause(LOOK_EVERY_MS)) {
      const heard = await hear(site);
      looks++;
      const at = new Date().toISOString().slice(11, 19);
      for (const one of heard.view?.schedules.filter((each) => !isGreen(each)) ?? []) {
        alarms.push(`${at} ${nameOf(one)} ${one.verdict}: ${one.findings[0]?.because}`);
      }
      if (heard.health?.status !== 'healthy') alarms.push(`${at} health: ${heard.health?.detail ?? 'no answer'}`);
      const severities = [...(heard.metrics?.severity.values() ?? [])];
      if (severities.length !== 4 || severities.some((value) => value !== 0))
        alarms.push(`${at} metric: ${severities}`);
      if (!heard.view) alarms.push(`${at} the API does not answer`);
    }
    const { view } = await hear(site);
    const runs = await Promise.all(QUICK.map((id) => succeeded(id)));
    say(`healthy: ${looks} looks, ${alarms.length} alarms, ${scheduleOf(view, 'canary')?.lastSuccess?.slot}`);
    return { minutes, looks, alarms, runs };

    async function succeeded(id: string): Promise<number> {
      const { rows } = await site.db.query<{ runs: number }>(
        `select count(distinct slot)::int as runs from schedule_runs where schedule = $1 and state = 'succeeded'`,
        [id],
      );
      return rows[0]?.runs ?? 0;
    }
  } finally {
    await site.close();
  }
}
