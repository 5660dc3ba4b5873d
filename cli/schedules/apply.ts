import { type Applied, applySchedules } from '../../schedules/apply.ts';
import { MANIFEST } from '../../schedules/manifest.ts';
import { withDatabase } from '../database.ts';
import { withTemporal } from '../temporal.ts';

/** Makes the environment's Temporal agree with the manifest, and prints what was done. */
export async function applyDeclared(options: { removeOrphans?: true; json?: true }): Promise<void> {
  const { removeOrphans = false } = options;
  await withDatabase(async (db) => {
    const applied = await withTemporal(({ client, codecKeys }) =>
      applySchedules({ db, client, manifest: MANIFEST, sealingKey: codecKeys.current }, { removeOrphans }),
    );
    console.log(options.json ? JSON.stringify(applied) : screenOf(applied));
  });
}

function screenOf(applied: readonly Applied[]): string {
  return applied
    .flatMap(({ temporalId, did, paused, warning }) => [
      `${temporalId} ${WORDS[did]}${paused ? ', paused' : ''}`,
      ...(warning === undefined ? [] : [`  warning: ${warning}`]),
    ])
    .join('\n');
}

const WORDS = {
  created: 'is created',
  updated: 'is updated',
  unchanged: 'is as declared',
  left: 'is declared nowhere: an orphan; --remove-orphans removes it',
  removed: 'was declared nowhere and is removed',
} as const satisfies Record<Applied['did'], string>;
