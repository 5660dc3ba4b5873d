import { randomUUID } from 'node:crypto';
import type { RejectionCode } from '../../../contracts/rejections.ts';
import type { Pool } from '../../../db/pool.ts';
import { newUpload } from '../../db/support.ts';
import { fails } from './runs.ts';

/** Uploads that failed with `code` by the real steps, `minutesAgo` (the first the longest ago, a second apart). */
export async function deadLettersOf(
  db: Pool,
  count: number,
  how: { code?: RejectionCode; build?: string; minutesAgo?: number; account?: string } = {},
): Promise<string[]> {
  const { code = 'processing/original-missing', build = 'test', minutesAgo = 10, account = 'tester' } = how;
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { id } = await newUpload(db, { id: randomUUID() }, account);
    await fails(db, id, { code, build });
    await db.query(
      'update uploads set finished_at = now() - make_interval(mins => $2) + make_interval(secs => $3) where id = $1',
      [id, minutesAgo, i],
    );
    ids.push(id);
  }
  return ids;
}
