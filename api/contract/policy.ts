/** What holds for the whole contract; stands in its description and as `x-` members beside it. */
export const CONTRACT_DESCRIPTION = `Durable processing of outdoor recordings.

**Refusals.** Every one is \`application/problem+json\` (RFC 9457) with a stable \`code\`; each status of each operation
names the codes that it may carry (\`x-codes\`). Every answer carries \`X-Request-ID\`; a 503 carries \`Retry-After\`.

**When a part is away.** \`x-degraded\` of each operation says what it does while Postgres, Temporal, every worker or the blob
store is away. While the workflow engine or its workers are away uploads are accepted all the same and processed by the API
itself.

**Streams.** \`x-streaming\` of an operation says when its body is read, how long silence may last, what completes it, and what
becomes of a caller who leaves.

**Change.** Operations and fields are added at any time: ignore what you do not know. What is here is not taken away or
changed in meaning without notice: an operation that is to go answers with \`Deprecation\` (RFC 9745) and \`Sunset\` (RFC 8594)
headers, is marked \`deprecated\` here, and works for at least 180 days from the first such answer. None is deprecated today.
Codes of refusals are never renamed or reused.`;

export const COMPATIBILITY = [
  { surface: 'RFC 9457 problem details', level: 'exact', note: 'With the members code, remedy and traceId besides.' },
  { surface: 'RFC 7240 Prefer: wait', level: 'exact', note: 'Up to 30 s; Preference-Applied says what was granted.' },
  {
    surface: 'RFC 6750 bearer tokens',
    level: 'approximate',
    note: 'In the header only; WWW-Authenticate has no parameters.',
  },
  { surface: 'RFC 9110 Expect: 100-continue', level: 'exact', note: 'Other expectations are ignored.' },
  {
    surface: 'Idempotency-Key (IETF draft 06)',
    level: 'approximate',
    note: 'Any visible ASCII is a key, not only a structured string; kept for 24 hours.',
  },
  { surface: 'GPX 1.0 and 1.1', level: 'exact', note: 'Strict; DOCTYPE is refused.' },
  { surface: 'FIT, protocols 1 and 2', level: 'approximate', note: 'What is read: docs/reference/fit.md.' },
  {
    surface: 'Training Center XML v2',
    level: 'approximate',
    note: 'Strict; DOCTYPE is refused. What is read: docs/reference/tcx.md.',
  },
  { surface: "Strava's upload interface", level: 'unsupported', note: 'Not offered yet.' },
] as const;
