import { backlog } from './backlog.ts';
import { bitRot } from './bit-rot.ts';
import { blobStoreFull } from './blob-store-full.ts';
import { commitCuts } from './commit-cuts.ts';
import type { FaultDrill } from './fault.ts';
import { killAtStep } from './kill-at-step.ts';
import { poison } from './poison.ts';
import { postgresHangs } from './postgres-hangs.ts';
import { postgresRestarts } from './postgres-restarts.ts';
import { replicas } from './replicas.ts';
import { upstreams } from './upstreams.ts';

/** What `npm run drill:faults -- --fault <name>` runs. Others are drills of their own (see docs/reference/drills.md). */
export const FAULT_DRILLS: Readonly<Record<string, FaultDrill>> = {
  F1: killAtStep,
  F6: postgresRestarts,
  F7: postgresHangs,
  F8: commitCuts,
  F9: blobStoreFull,
  F10: bitRot,
  F16: replicas,
  F18: poison,
  F21: backlog,
  F23: upstreams,
};
