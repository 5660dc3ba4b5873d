import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { visiblePart } from '../domain/privacy/visible-part.ts';
import type { PrivacyZone } from '../domain/privacy/zone-centre.ts';
import { decodeColumns } from '../domain/track/columns.ts';
import type { Track } from '../domain/track/track.ts';

const inflate = promisify(gunzip);

/** By itself it inflates 16 kB at a time, which for a long track is some thousand turns and one long join. */
const CHUNK_BYTES = 1_048_576;

/** A track as it is kept, without what its zone hides: all that may leave Cairn, or be asked of others. */
export async function visibleColumns(kept: { columnsGzip: Uint8Array; zone: PrivacyZone }): Promise<Track> {
  return visiblePart(decodeColumns(await inflate(kept.columnsGzip, { chunkSize: CHUNK_BYTES })), kept.zone);
}
