import { Rejection } from '../../contracts/rejections.ts';
import { LIMITS } from '../../domain/limits/limits.ts';
import type { PreviewOptions } from '../../domain/preview/svg.ts';
import type { PrivacyZone } from '../../domain/privacy/zone-centre.ts';
import { createProcessPool, type ProcessPool } from '../../platform/process-pool.ts';

export interface RenderJob extends PreviewOptions {
  readonly format: 'svg' | 'png';
  /** Of the whole recording; the part that `zone` hides is not drawn. */
  readonly columnsGzip: Uint8Array;
  readonly zone: PrivacyZone;
}

export interface Renderer {
  render(job: RenderJob): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A million points are 48 MB of columns and as much again projected; the largest picture is 6 MB of pixels. */
const CHILD_HEAP_MB = 256;
const CHILD_RSS_MB = 768;
const TIME_MS = 10_000;
const { value: WAITING_AT_MOST } = LIMITS.waitingPreviews;

/** Draws in a child process, begun with the first picture: a large track is a second of work, and the API has to accept. */
export function lazyRenderer(): Renderer {
  let pool: ProcessPool<RenderJob, Uint8Array> | undefined;
  let waiting = 0;
  return {
    async render(job) {
      if (waiting >= WAITING_AT_MOST)
        throw new Rejection('service/too-many-previews', { limit: 'waitingPreviews', limitValue: WAITING_AT_MOST });
      pool ??= createProcessPool({
        entry: new URL(`./render-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
        setup: null,
        size: 1,
        heapMb: CHILD_HEAP_MB,
        rssMb: CHILD_RSS_MB,
        timeMs: TIME_MS,
      });
      waiting++;
      try {
        const outcome = await pool.run(job);
        if (outcome.kind === 'done') return outcome.result;
        throw new Error(`a preview was not drawn: ${outcome.kind === 'broken' ? outcome.detail : outcome.kind}`);
      } finally {
        waiting--;
      }
    },
    close: async () => pool?.close(),
  };
}
