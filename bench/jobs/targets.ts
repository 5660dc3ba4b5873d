import type { Target } from './target.ts';
import { cairn } from './targets/cairn.ts';
import { bullmq, celery, graphileWorker } from './targets/queues.ts';
import { temporalRaw } from './targets/temporal-raw.ts';

export const TARGETS: Readonly<Record<string, Target>> = {
  cairn,
  'temporal-raw': temporalRaw,
  bullmq,
  celery,
  'graphile-worker': graphileWorker,
};
