/** Prints docs/reference/errors.md: `node --import tsx docs/reference/errors.ts > docs/reference/errors.md`. */
import { pathToFileURL } from 'node:url';
import { REJECTIONS, type RejectionRow } from '../../contracts/rejections.ts';
import { markdownTable } from './table.ts';

const WHO = {
  user: 'you',
  operator: 'the operator',
  transient: 'time: try again',
  bug: 'us',
} as const satisfies Record<RejectionRow['kind'], string>;

export function errorsPage(): string {
  const rows = Object.entries(REJECTIONS).map(([code, { status, kind, title, remedy }]) => {
    return [`\`${code}\``, String(status), WHO[kind], title, remedy];
  });
  return `# Errors

<!-- Made from contracts/rejections.ts by docs/reference/errors.ts; do not edit. -->

Every refusal is \`application/problem+json\` (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\`, \`code\`, \`remedy\` and
\`traceId\`; where it helps also \`offset\` (byte of the inflated input, from 0), \`limit\` and \`limitValue\` ([limits](limits.md)).
A failed upload shows the same \`code\`. Codes are never renamed or reused.

${markdownTable(['Code', 'Status', 'Who can mend it', 'What it says', 'What to do'], rows)}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(errorsPage());
