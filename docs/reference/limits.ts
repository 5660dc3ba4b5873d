/** Prints docs/reference/limits.md: `node --import tsx docs/reference/limits.ts > docs/reference/limits.md`. */
import { pathToFileURL } from 'node:url';
import { EXPORT_FORMATS } from '../../contracts/exports.ts';
import { PLANS } from '../../contracts/plans.ts';
import { DEFAULT_EXPORT_POLICY, EXPORT_REASONS } from '../../domain/limits/export-policy.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { markdownTable } from './table.ts';

export function limitsPage(): string {
  const rows = Object.entries(LIMITS).map(([name, { value, unit, reason }]) => {
    return [`\`${name}\``, `${value.toLocaleString('en-GB')} ${unit}`, reason];
  });
  return `# Limits

<!-- Made from domain/limits/limits.ts by docs/reference/limits.ts; do not edit. -->

What is over a limit is refused or cut as the reason says; a refusal names the limit and its value ([errors](errors.md)).

${markdownTable(['Limit', 'Value', 'Why'], rows)}

Exports are bounded by plan. These are the defaults of a setting that is asked at each request
([exports](exports.md#who-may-export-what)); a format that is missing is not part of the plan.

${markdownTable(['Limit', 'Value', 'Why'], exportRows())}
`;
}

function exportRows(): string[][] {
  return PLANS.flatMap((plan) =>
    EXPORT_FORMATS.flatMap((format) => {
      const allowance = DEFAULT_EXPORT_POLICY[plan][format];
      if (!allowance) return [];
      const name = `exports.${plan}.${format}`;
      const tracks = allowance.tracksPerMonth?.toLocaleString('en-GB') ?? 'any number of';
      return [
        [`\`${name}.points\``, `${allowance.points.toLocaleString('en-GB')} points`, EXPORT_REASONS[plan]],
        [`\`${name}.tracksPerMonth\``, `${tracks} tracks`, EXPORT_REASONS[plan]],
      ];
    }),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(limitsPage());
