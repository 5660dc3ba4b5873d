/** The main module of the child process that draws previews; see platform/process-pool.ts. */
import { gunzipSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { previewSvg } from '../../domain/preview/svg.ts';
import { visiblePart } from '../../domain/privacy/visible-part.ts';
import { decodeColumns } from '../../domain/track/columns.ts';
import { serveJobs } from '../../platform/process-pool-child.ts';
import type { RenderJob } from './renderer.ts';

serveJobs<RenderJob, Uint8Array>(async ({ columnsGzip, zone, format, ...options }) => {
  const svg = previewSvg(visiblePart(decodeColumns(gunzipSync(columnsGzip)), zone), options);
  if (format === 'svg') return Buffer.from(svg);
  // No fonts: there is no text, and those of the machine would make its pictures different.
  return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
});
