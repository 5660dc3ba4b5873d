import { openTemporalGround, temporalMissing } from '../servers/temporal.ts';
import { stageOn } from '../stage.ts';
import type { Target } from '../target.ts';
import { openQueueSite } from './queue-site.ts';

/** Temporal as its tutorials use it: insert, start, four remote activities. */
export const temporalRaw: Target = {
  missing: temporalMissing,
  open: async (kind) => {
    const ground = await openTemporalGround({ temporal: kind });
    const { temporal } = ground.topology;
    return openQueueSite(stageOn(ground), { name: 'temporal-raw', temporal, versions: ground.versions });
  },
};
