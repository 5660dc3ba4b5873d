import { Command } from 'commander';
import { examine, type Report } from '../doctor/examine.ts';
import type { Finding, FindingState } from '../doctor/finding.ts';
import { findWhere } from '../doctor/where.ts';

/** `cairn doctor`: one screen that says whether everything that must run does. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Look at every process, loop, queue and store. Exit codes: 0 green, 1 usage, 2 red, 3 cannot tell.')
    .option('--api <url>', 'where the API is, when it is not on this machine')
    .option('--json', 'print JSON')
    .action(async (options: { api?: string; json?: true }) => {
      const report = await examine(await findWhere(options));
      console.log(options.json ? JSON.stringify(report, null, 2) : screenOf(report));
      process.exitCode = report.exitCode;
    });
}

const WORDS = {
  ok: 'ok',
  warning: 'WARNING',
  unknown: 'UNKNOWN',
  red: 'RED',
} as const satisfies Record<FindingState, string>;

const VERDICTS = {
  green: 'GREEN: everything that must run does.',
  red: 'RED: something is broken.',
  unknown: 'CANNOT TELL: somebody could not be asked.',
} as const satisfies Record<Report['verdict'], string>;

function screenOf({ verdict, findings, api, runBy }: Report): string {
  const width = Math.max(...findings.map(({ id }) => id.length));
  const lineOf = ({ id, state, detail, see }: Finding) =>
    `${WORDS[state].padEnd(8)} ${id.padEnd(width)}  ${detail}${see ? ` (${see})` : ''}`;
  return [`${VERDICTS[verdict]} (${runBy}, ${api})`, '', ...findings.map(lineOf)].join('\n');
}
