import { type Difference, diffSchedules, isInSync } from '../../schedules/diff.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { UsageError } from '../settings.ts';
import { withTemporal } from '../temporal.ts';

/** Of `cairn schedules diff`: scripts count on them. */
const EXIT_CODES = { inSync: 0, drift: 2, unknown: 3 } as const;

/** Prints what is declared against what is registered. Returns the exit code. */
export async function showDifferences(options: { json?: true }): Promise<number> {
  try {
    const differences = await withTemporal(({ client, codecKeys }) =>
      diffSchedules({ client, manifest: MANIFEST, sealingKey: codecKeys.current }),
    );
    console.log(options.json ? JSON.stringify({ inSync: isInSync(differences), differences }) : screenOf(differences));
    return isInSync(differences) ? EXIT_CODES.inSync : EXIT_CODES.drift;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    console.error(`cannot tell: ${reasonOf(error)}`);
    return EXIT_CODES.unknown;
  }
}

function screenOf(differences: readonly Difference[]): string {
  const width = Math.max(...differences.map(({ temporalId }) => temporalId.length));
  return differences.flatMap((difference) => linesOf(difference, width)).join('\n');
}

function linesOf({ temporalId, state, terms, paused, note }: Difference, width: number): readonly string[] {
  const pausedBy = paused ? `  paused: ${note ?? 'no reason was given'}` : '';
  return [
    `${temporalId.padEnd(width)}  ${state}${pausedBy}`,
    ...terms.map(({ term, declared, registered }) => {
      return `  ${term}: ${JSON.stringify(registered)} is to be ${JSON.stringify(declared)}`;
    }),
  ];
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonOf(error.cause)}`;
}
