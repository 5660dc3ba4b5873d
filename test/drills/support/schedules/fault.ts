import { SCHEDULE_IDS, type ScheduleId } from '../../../../contracts/schedules.ts';
import type { Verdict } from '../../../../domain/schedules/verdicts.ts';
import type { DrillTemporal } from '../temporal.ts';
import type { Changes } from './manifest.ts';
import type { Scene } from './scene.ts';

export interface Fault {
  readonly about: string;
  readonly changes?: Changes;
  /** Taken out, these make it red (support/fences.ts). */
  readonly redWithout?: readonly string[];
  readonly suffer: (scene: Scene) => Promise<void>;
}

/** It has a Temporal of its own, to be killed. */
export interface EngineFault extends Omit<Fault, 'suffer'> {
  readonly sufferWith: (scene: Scene, temporal: DrillTemporal) => Promise<void>;
}

export type Faults = Readonly<Record<string, Fault | EngineFault>>;

export const ALL: readonly ScheduleId[] = SCHEDULE_IDS;

export function each(ids: readonly ScheduleId[], verdict: Verdict): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(ids.map((id) => [id, verdict]));
}
