/** Prints docs/reference/schedules.md: `node --import tsx docs/reference/schedules.ts > docs/reference/schedules.md`. */
import { pathToFileURL } from 'node:url';
import { scheduledRunId, temporalScheduleId } from '../../contracts/ids.ts';
import { composeServiceOf, PROCESSES, type ProcessRow } from '../../contracts/processes.ts';
import { SCHEDULE_IDS, type ScheduleId, type ScheduleSpec } from '../../contracts/schedules.ts';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes.ts';
import { durationText } from '../../domain/schedules/texts.ts';
import { MANIFEST, type Manifest, type ScheduleEntry } from '../../schedules/manifest.ts';
import { markdownTable } from './table.ts';

const manifest: Manifest = MANIFEST;
const processes: readonly ProcessRow[] = Object.values(PROCESSES);

export function schedulesPage(): string {
  const overview = SCHEDULE_IDS.map((id) => {
    const { spec, queue, does } = manifest[id];
    const names = [startedAs(queue, 'npmStart'), `\`${composeServiceOf(queue)}\``, startedAs(queue, 'kamal')];
    return [`[\`${id}\`](#${id})`, whenText(spec), does, `\`${queue}\``, ...names];
  });
  return `# Schedules

<!-- Made from schedules/manifest.ts and contracts/processes.ts by docs/reference/schedules.ts; do not edit. -->

What runs when, and where. Temporal keeps the clock; a process of ours that polls the queue does the work; the watchdog in
${watchdogText()} looks every 30 s whether it was done. \`npm start\` and \`cairn migrate\` make Temporal agree with this table.

${markdownTable(['Schedule', 'When', 'What it does', 'Queue', 'Process of `npm start`', 'Service of compose', 'Role of Kamal'], overview)}

## Did it run?

Everybody asks the same function ([verdicts](schedule-verdicts.md)); \`<id>\` is a schedule of the table.

${markdownTable(['Where', 'What to ask'], asking())}

What to do when it did not: [the runbook](../runbooks/schedules.md).

${SCHEDULE_IDS.map((id) => section(id, manifest[id])).join('\n\n')}
`;
}

function asking(): string[][] {
  const { schedule } = SEARCH_ATTRIBUTES;
  return [
    [
      'Command line',
      '`cairn schedules status`: 0 green or amber, 2 red, 3 cannot tell; `cairn doctor` shows it beside all else',
    ],
    ['API', '`GET /v1/ops/schedules`, with an operator key'],
    [
      'Metrics',
      '`cairn_schedule_verdict{schedule="<id>"}`, `cairn_schedule_last_success_timestamp_seconds{schedule="<id>"}`',
    ],
    ['Health', '`GET /health`, the part `scheduled work`'],
    [
      'Temporal Web UI',
      `workflows: \`${schedule.name} = "<id>"\`; schedules: \`${temporalScheduleId('canary')}\` and its like`,
    ],
    ['Outside', 'the monitor of its ping setting: told when a run begins, is committed, or has failed'],
  ];
}

function section(id: ScheduleId, entry: ScheduleEntry): string {
  const { spec, overlap, catchUpS, graceS, timeoutS, expects, owner, why, pingSetting } = entry;
  const seconds = (s: number) => durationText(s * 1_000);
  const idle =
    expects && `a success that looked at ${expects.scannedAtLeast} or more, within ${seconds(expects.withinS)}`;
  const rows = [
    ['When', whenText(spec)],
    ['While an earlier run goes on', OVERLAPS[overlap]],
    ['Slots missed by Temporal', `begun late, up to ${seconds(catchUpS)} after (catch-up window)`],
    ['Late after', `${seconds(graceS)} (grace); missed after twice that`],
    ['Ended after', `${seconds(timeoutS)} (execution time-out)`],
    ['Expected', idle ?? 'nothing: to find nothing to do is what one hopes for'],
    ['Dead-man ping', `\`${pingSetting}\``],
    ['Who is asked', owner],
    ['In Temporal', `schedule \`${temporalScheduleId(id)}\`, runs \`${scheduledRunId(id)}-<slot>\``],
  ];
  return `## ${id}\n\n${why}\n\n${markdownTable(['', ''], rows)}`;
}

const OVERLAPS = {
  SKIP: 'the slot is passed over; the next run does its work (`SKIP`)',
  BUFFER_ONE: 'one slot waits (`BUFFER_ONE`)',
} as const satisfies Record<ScheduleEntry['overlap'], string>;

function whenText(spec: ScheduleSpec): string {
  if (spec.kind === 'dailyAt') return `daily at ${spec.time} ${spec.zone}`;
  const { everyMinutes, offsetMinutes = 0 } = spec;
  return `every ${everyMinutes} min${offsetMinutes === 0 ? '' : `, ${offsetMinutes} min past`}`;
}

function startedAs(queue: ScheduleEntry['queue'], how: 'npmStart' | 'kamal'): string {
  const polling = processes.filter(({ queues }) => queues.includes(queue)).map((row) => `\`${row.startedAs[how]}\``);
  if (polling.length === 0) throw new Error(`no process polls ${queue}`);
  return polling.join(', ');
}

function watchdogText(): string {
  const names = processes
    .filter(({ loops }) => loops.includes('watchdog'))
    .flatMap(({ startedAs: { compose } }) => compose.map((name) => `\`${name}\``));
  if (names.length === 0) throw new Error('no process has the watchdog');
  return names.join(', ');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(schedulesPage());
