import { VERDICTS } from '../../domain/schedules/verdicts.ts';
import type { AuditedSchedule } from '../../schedules/audit.ts';
import { auditFrom } from '../schedules/audit-here.ts';
import { type Finding, type FindingState, finding, reasonOf } from './finding.ts';
import type { Where } from './where.ts';

/** Each schedule with its verdict, its last success and why; by the same function as everybody else. */
export async function examineSchedules({ codecKeys, ...where }: Where): Promise<readonly Finding[]> {
  if (!codecKeys) return [finding('schedule.audit', 'unknown', 'CAIRN_CODEC_KEYS is not set', 'schedules')];
  try {
    return (await auditFrom({ ...where, codecKeys })).schedules.map(scheduleFinding);
  } catch (error) {
    return [finding('schedule.audit', 'unknown', `could not be asked: ${reasonOf(error)}`, 'schedules')];
  }
}

function scheduleFinding({ schedule, temporalId, report }: AuditedSchedule): Finding {
  const { worst, findings, lastSuccess } = report;
  const why = findings.map(({ verdict, because }) => (verdict === worst ? because : `${verdict}: ${because}`));
  const done = lastSuccess ? `done up to ${new Date(lastSuccess.slotMs).toISOString()}` : 'never done';
  return finding(
    `schedule.${schedule ?? temporalId}`,
    stateOf(worst),
    `${worst}, ${done}; ${why.join('; ')}`,
    'schedules',
  );
}

const STATES = { green: 'ok', amber: 'warning', red: 'red' } as const satisfies Record<string, FindingState>;

function stateOf(worst: keyof typeof VERDICTS): FindingState {
  return VERDICTS[worst].exitCode === 3 ? 'unknown' : STATES[VERDICTS[worst].severity];
}
