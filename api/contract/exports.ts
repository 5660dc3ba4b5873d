import type { RejectionCode } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import { TRACK_ID } from './examples.ts';
import { BYTES, EXPORTED_GEOJSON, EXPORTED_GPX, PREVIEW_SVG } from './examples-exports.ts';
import { type OperationContract, ROWS_ONLY } from './operation.ts';

/** Tracks as files and as pictures. */
export const EXPORTS: Readonly<Record<string, OperationContract>> = {
  exportTrackAsGpx: exported(EXPORTED_GPX, 'export/no-positions'),
  exportTrackAsFit: exported(BYTES, 'export/no-times'),
  exportTrackAsGeojson: exported(EXPORTED_GEOJSON, 'export/no-positions'),
  previewTrackAsSvg: previewed(PREVIEW_SVG),
  previewTrackAsPng: previewed(BYTES),
};

function exported(example: unknown, unfit: RejectionCode): OperationContract {
  return {
    degraded: ROWS_ONLY,
    refusals: [
      'request/invalid',
      'request/not-found',
      'export/not-entitled',
      'export/limit-reached',
      'export/too-many-points',
      'export/too-many-at-once',
      'service/too-many-exports',
      unfit,
    ],
    examples: { parameters: { trackId: TRACK_ID }, answers: { 200: example } },
    streaming: {
      readiness: 'The body begins once the track is loaded and the export is counted.',
      chunks: 'Up to about 64 kB each, made when the one before it was taken.',
      idle: 'A reader that takes nothing for 65 s is cut off.',
      completion: 'A FIT has a length; the others end with their last chunk.',
      disconnect: 'A caller that goes is forgotten at once; the export has counted, and may be repeated that month.',
      limit: `At most ${LIMITS.accountExports.value} of one account under way in one process.`,
      shutdown: 'A process that stops finishes what it began within its grace.',
    },
  };
}

function previewed(example: string): OperationContract {
  return {
    degraded: ROWS_ONLY,
    refusals: ['request/invalid', 'request/not-found', 'service/too-many-previews'],
    examples: { parameters: { trackId: TRACK_ID, width: 600, theme: 'dark' }, answers: { 200: example } },
  };
}
