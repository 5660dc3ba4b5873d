import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ExportFormat } from '../../contracts/exports.ts';
import type { ExportedTrack } from '../../domain/export/exported-track.ts';
import { fitFile } from '../../domain/export/fit.ts';
import { geojsonChunks } from '../../domain/export/geojson.ts';
import { gpxChunks } from '../../domain/export/gpx.ts';

/** A body that is made while it is read; `bytes` where its length is known beforehand. */
export interface ExportBody {
  readonly stream: Readable;
  readonly bytes?: number;
}

export const MEDIA_TYPES = {
  gpx: 'application/gpx+xml',
  fit: 'application/vnd.ant.fit',
  geojson: 'application/geo+json',
} as const satisfies Record<ExportFormat, string>;

/** Throws `Rejection` where the format cannot hold the track. */
export function exportBody(format: ExportFormat, exported: ExportedTrack): ExportBody {
  if (format === 'gpx') return { stream: paced(gpxChunks(exported.track)) };
  if (format === 'geojson') return { stream: paced(geojsonChunks(exported.track)) };
  const { bytes, chunks } = fitFile(exported);
  return { stream: paced(chunks()), bytes };
}

/** One piece (a millisecond or two) per turn of the event loop, and none before the reader wants it. */
function paced(chunks: Iterable<string | Uint8Array>): Readable {
  async function* pieces() {
    for (const chunk of chunks) {
      yield Buffer.from(chunk);
      await setImmediate();
    }
  }
  return Readable.from(pieces());
}
