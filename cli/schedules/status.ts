import { type AuditView, type ScheduleView, viewOf } from '../../schedules/audit-view.ts';
import type { Manifest } from '../../schedules/manifest.ts';
import { auditHere } from './audit-here.ts';

/** Prints whether the scheduled work was really done. Returns the exit code: 0 green or amber, 2 red, 3 cannot tell. */
export async function showStatus(options: { json?: true }, manifest?: Manifest): Promise<number> {
  const view = viewOf(await auditHere(manifest));
  console.log(options.json ? JSON.stringify(view, null, 2) : screenOf(view));
  return view.exitCode;
}

const WORDS = {
  green: 'GREEN: scheduled work is done.',
  amber: 'AMBER: nothing is owed that nobody sees to; worth a look.',
  red: 'RED: scheduled work is owed, or nothing will do it.',
} as const;

function screenOf({ severity, verdict, checkedAt, schedules }: AuditView): string {
  const width = Math.max(...schedules.map((one) => nameOf(one).length));
  const word = verdict === 'UNKNOWN' ? 'CANNOT TELL: a source could not be asked.' : WORDS[severity];
  return [`${word} (${checkedAt})`, '', ...schedules.flatMap((one) => linesOf(one, width))].join('\n');
}

/** The newest of what is owed, on one screen; `--json` has a hundred. */
const SLOTS_SHOWN = 5;

function linesOf(schedule: ScheduleView, width: number): readonly string[] {
  const { verdict, lastSuccess, nextSlot, findings, gaps, owedSlots } = schedule;
  const done = lastSuccess ? `done up to ${lastSuccess.slot}` : 'never done';
  const next = nextSlot ? `next ${nextSlot}` : 'no next slot';
  const owed = gaps.filter(({ coveredBy }) => coveredBy === null).slice(-SLOTS_SHOWN);
  const more = owedSlots > owed.length ? `, and ${owedSlots - owed.length} before` : '';
  return [
    `${nameOf(schedule).padEnd(width)}  ${verdict.padEnd(15)}  ${done}, ${next}`,
    ...findings
      .filter((each) => each.verdict !== 'OK')
      .map((each) => `${' '.repeat(width)}  ${each.verdict}: ${each.because}`),
    ...(owed.length > 0 ? [`${' '.repeat(width)}  owed: ${owed.map(({ slot }) => slot).join(', ')}${more}`] : []),
  ];
}

function nameOf({ schedule, temporalId }: ScheduleView): string {
  return schedule ?? temporalId;
}
