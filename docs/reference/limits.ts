/** Prints docs/reference/limits.md: `node --import tsx docs/reference/limits.ts > docs/reference/limits.md`. */
import { pathToFileURL } from 'node:url';
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
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(limitsPage());
