import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Pool } from '../../db/pool.ts';
import { findTrackColumns, type OwnedTrack } from '../../db/tracks.ts';
import type { ExportedTrack } from '../../domain/export/exported-track.ts';
import { decodeColumns } from '../../domain/track/columns.ts';

const inflate = promisify(gunzip);

/** By itself it inflates 16 kB at a time, which for a long track is some thousand turns and one long join. */
const CHUNK_BYTES = 1_048_576;

/** The normal form with the name, sport and figures that are shown of it, and their stamp. */
export async function loadExported(
  db: Pool,
  owned: OwnedTrack,
): Promise<{ readonly stamp: string; readonly exported: ExportedTrack } | undefined> {
  const found = await findTrackColumns(db, owned);
  if (!found) return undefined;
  const { statistics, stamp } = found;
  const { name, sport } = statistics;
  const track = decodeColumns(await inflate(found.columnsGzip, { chunkSize: CHUNK_BYTES }));
  return { stamp, exported: { track: { ...track, name, sport }, figures: statistics } };
}
