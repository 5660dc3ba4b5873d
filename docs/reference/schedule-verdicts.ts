/** Prints docs/reference/schedule-verdicts.md: `node --import tsx docs/reference/schedule-verdicts.ts > docs/reference/schedule-verdicts.md`. */
import { pathToFileURL } from 'node:url';
import { durationText } from '../../domain/schedules/texts.ts';
import { VERDICT_LIMITS, VERDICTS, type VerdictRow } from '../../domain/schedules/verdicts.ts';
import { markdownTable } from './table.ts';

export function scheduleVerdictsPage(): string {
  const verdicts = Object.entries<VerdictRow>(VERDICTS).map(([name, { severity, exitCode, health, holds }]) => {
    return [`\`${name}\``, severity, String(exitCode), health, holds];
  });
  const limits = Object.entries(VERDICT_LIMITS).map(([name, { value, reason }]) => {
    return [`\`${name}\``, name.endsWith('Ms') ? durationText(value) : value.toLocaleString('en-GB'), reason];
  });
  return `# Verdicts on schedules

<!-- Made from domain/schedules/verdicts.ts by docs/reference/schedule-verdicts.ts; do not edit. -->

Did the scheduled work really run? A pure function (domain/schedules/verdict.ts) answers from manifest, ledger, Temporal's
description, its list of runs, the workers' heartbeats and the queue's backlog. It names every verdict that holds; the topmost
of this table is the word for the schedule. What is known to be broken comes before what is not known, and that before all else.

${markdownTable(['Verdict', 'Severity', 'Exit code', 'Health', 'Holds when'], verdicts)}

- **A slot ran** when Temporal's schedule started a run for it and the ledger says that it succeeded. Workflows prove nothing: the
  ledger is closed in the transaction of the last effect.
- **A gap** is a slot that was due without a success of its own. It is *covered* by the first success, whoever asked for it,
  whose slot is not before the gap and which was opened after it, for a run does everything due up to its slot. So neither the
  backfill of an older slot covers it, nor a run that was there before; and a manual run hides no gap, it stands beside it by name.
- **Red until covered.** Nobody has to acknowledge anything: the next success, or a run by hand, covers all gaps before it.
- **Late** is within twice the grace, a grace at most half a period: a missed slot is known within a period. What Temporal
  catches up has run, with its lateness, and is no gap any more.
- **Passed over** (\`SKIPPED_OVERLAP\`) is told from the ledger, since Temporal counts such slots and names none: an earlier run
  of the schedule was at work, within its time-out. What died with its worker is not at work: slots behind it are missed.
- **Paused** slots are listed, not missed. A pause from outside counts from when an audit first saw it.
- **A success that could do none** of what it took up (\`failed\` ≥ \`scanned\`) is a failure.
- **Foreign** runs (a trigger in Temporal's Web UI) are listed; they cover, and are the run of no slot. A *backfill* from there
  looks like a fire of its slot: it is told only by its lateness.

${markdownTable(['Figure', 'Value', 'Why'], limits)}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(scheduleVerdictsPage());
