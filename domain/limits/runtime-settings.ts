import { DEFAULT_EXPORT_POLICY, type ExportPolicy } from './export-policy.ts';

/** What an operator changes while processes run. A new setting is a member here, with a safe default below. */
export interface RuntimeSettings {
  readonly exports: ExportPolicy;
}

/** The settings as last known: asked at each use, never kept, never waited for. */
export type CurrentSettings = () => RuntimeSettings;

/** What holds where no store is, or before it was reached. */
export const DEFAULT_SETTINGS: RuntimeSettings = { exports: DEFAULT_EXPORT_POLICY };
