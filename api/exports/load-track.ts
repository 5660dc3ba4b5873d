import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Rejection } from '../../contracts/rejections.ts';
import type { Pool } from '../../db/pool.ts';
import { findTrackColumns, type OwnedTrack, type ShownTrack } from '../../db/tracks.ts';
import type { ExportedTrack } from '../../domain/export/exported-track.ts';
import { decodeColumns } from '../../domain/track/columns.ts';

const inflate = promisify(gunzip);

/** The normal form of a track with the name, sport and figures that are shown of it. */
export async function loadExported(db: Pool, owned: OwnedTrack, shown: ShownTrack): Promise<ExportedTrack> {
  const columns = await findTrackColumns(db, owned);
  if (!columns) throw new Rejection('request/not-found', { detail: 'There is no such track.' }); // deleted just now
  const { name, sport } = shown.statistics;
  return { track: { ...decodeColumns(await inflate(columns)), name, sport }, figures: shown.statistics };
}
