import type { SealedKind, Tally, UseOfKey } from './use-of-keys.ts';

/** What would become of each, and what to do first. */
const ADVICE: Readonly<Record<SealedKind, string>> = {
  open: 'open runs would stand still at their next step until the key is back; wait until they have ended',
  ended:
    'ended runs could not be read any more, by the Web UI, by lists or by audits; wait until Temporal has forgotten them',
  schedule:
    'schedules could not be read, and their runs would stand still; run `cairn schedules apply` with the new key first',
  secret:
    'secrets of the webhook endpoint could not be read, and nothing be sent; `cairn webhooks rotate`, then `retire-secret`',
};

const NAMES: Readonly<Record<SealedKind, string>> = {
  open: 'open runs',
  ended: 'ended runs',
  schedule: 'schedules',
  secret: 'secrets in the database',
};

export function statusLines(uses: readonly UseOfKey[]): readonly string[] {
  const width = Math.max(...uses.map(({ id }) => id.length));
  return uses.map(({ id, configured, current, sealed }) => {
    const state = current ? 'current' : configured ? 'opens' : 'MISSING';
    const counts = Object.entries(NAMES).map(([kind, name]) => `${countOf(sealed, kind)} ${name}`);
    return `${id.padEnd(width)}  ${state.padEnd(7)}  ${counts.join(', ')}`;
  });
}

function countOf(sealed: Readonly<Record<string, Tally>>, kind: string): number {
  return sealed[kind]?.count ?? 0;
}

export function lossLines(lost: readonly (readonly [SealedKind, Tally])[]): readonly string[] {
  return lost.flatMap(([kind, { count, examples }]) => [
    `${count} ${NAMES[kind]}: ${ADVICE[kind]}`,
    ...examples.map((id) => `    ${id}`),
    ...(count > examples.length ? [`    … and ${count - examples.length} more`] : []),
  ]);
}
