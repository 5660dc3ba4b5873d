import { row } from './rejection-row.ts';

/** Why scheduled work was not done, and what operators are refused. Part of `REJECTIONS`. */
export const OF_SCHEDULES = {
  'schedule/not-registered': row(409, 'user', 'Temporal does not have this schedule.', 'Run `cairn schedules apply`.'),
  'schedule/too-many-slots': row(
    422,
    'user',
    'The range holds more slots than one order runs.',
    'Order a shorter range: a run does everything that is due, so the latest slot is often enough.',
  ),
  'schedule/no-job': row(
    500,
    'operator',
    'The worker knows no job for this schedule.',
    'Run workers of the build that declares it; `cairn doctor` tells the builds that live.',
  ),
  'schedule/no-slot': row(
    500,
    'operator',
    'The run names no slot.',
    'Start runs with `cairn schedules trigger` or `backfill`, never by the name of the workflow.',
  ),
  'schedule/run-closed': row(
    500,
    'operator',
    'The row of this run was closed by somebody else.',
    'Run the slot again if no later run of it has succeeded.',
  ),
  'schedule/timed-out': row(
    500,
    'operator',
    'The run did not end in its time.',
    'Look whether a worker lives and what it waits for; the next run does what is left.',
  ),
  'schedule/cancelled': row(500, 'operator', 'The run was cancelled.', 'The next run does what is left.'),
  'schedule/lost': row(
    500,
    'operator',
    'The run was ended from outside, and nobody was there to close it.',
    'Look for a killed worker or a terminated workflow; the next run does what is left.',
  ),
} as const;
