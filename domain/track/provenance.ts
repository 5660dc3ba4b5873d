import { PIPELINE_CHANGES, PIPELINE_VERSION } from '../../contracts/track.ts';
import { WAY_TYPES_VERSION, type WayTypes } from '../../contracts/way-types.ts';

/** What is known of how a track came about, and of the processes there are now. */
export interface TrackFacts {
  readonly pipelineVersion: number;
  readonly build: string;
  readonly inputSha256: string;
  readonly contentSha256: string;
  readonly hasSeries: boolean;
  readonly hasColumns: boolean;
  /** Null: nobody was asked for them. */
  readonly wayTypes: WayTypes | null;
  /** Whether the installation has a map matcher now. */
  readonly wayTypesConfigured: boolean;
  readonly original: 'present' | 'damaged' | 'missing' | 'unknown';
  /** The upload: open (a new run is under way), or its last run failed. */
  readonly isOpen: boolean;
  readonly lastRunFailed: boolean;
  /** The account has another privacy zone by now. */
  readonly isStale: boolean;
  /** The build of the API that is asked. */
  readonly apiBuild: string;
  /** Builds of live workers; none: the API would process it itself. */
  readonly workerBuilds: readonly string[];
}

/** Codes of findings, with the sentence of each. */
export const FINDINGS = {
  'pipeline-older': 'An older pipeline version than the current one made this track.',
  'pipeline-newer': 'A newer pipeline version than that of this API made this track: a release was taken back.',
  'build-gone': 'Neither this API nor any live worker is of the build that made this track.',
  'workers-differ':
    'Live workers are of another build than this API: a release is half done, or a worker was forgotten.',
  'no-worker': 'No worker is alive; the API processes uploads itself.',
  'series-missing': 'The playback series is not there.',
  'columns-missing': 'The normal form is not there.',
  'way-types-absent':
    'Way types were not asked for when the track was made: not configured then, or it was processed while the engine was away.',
  'way-types-pending': 'Way types are still being derived.',
  'way-types-unavailable':
    'Way types could not be derived: the map matcher was away, refused the line, or the work was lost.',
  'way-types-older': 'Way types were derived in an older way than the current one.',
  'input-differs': 'The track was made from other bytes than those of its upload.',
  'original-missing': 'The original is not in the blob store; a reprocess would fail.',
  'original-damaged': 'The original in the blob store is not as long as it was; a reprocess would fail.',
  'original-unknown': 'The blob store is away; whether the original is there cannot be told.',
  'reprocess-open': 'The upload is being processed again; this track is of an earlier run.',
  'zone-changed':
    'It was made with another privacy zone than the account has now; it is made again when it is asked for.',
  'reprocess-failed': 'The last run failed; this track is of an earlier one.',
} as const;

export type Finding = keyof typeof FINDINGS;

/** All that is missing, stale or odd; nothing of it is an error by itself. */
export function findingsOf(facts: TrackFacts): readonly Finding[] {
  const { pipelineVersion, build, apiBuild, workerBuilds, original } = facts;
  const holds: readonly (readonly [Finding, boolean])[] = [
    ['pipeline-older', pipelineVersion < PIPELINE_VERSION],
    ['pipeline-newer', pipelineVersion > PIPELINE_VERSION],
    ['build-gone', build !== apiBuild && !workerBuilds.includes(build)],
    ['workers-differ', workerBuilds.some((each) => each !== apiBuild)],
    ['no-worker', workerBuilds.length === 0],
    ['series-missing', !facts.hasSeries],
    ['columns-missing', !facts.hasColumns],
    ...wayTypesFindings(facts),
    ['input-differs', facts.inputSha256 !== facts.contentSha256],
    ['original-missing', original === 'missing'],
    ['original-damaged', original === 'damaged'],
    ['original-unknown', original === 'unknown'],
    ['reprocess-open', facts.isOpen],
    ['zone-changed', facts.isStale],
    ['reprocess-failed', facts.lastRunFailed],
  ];
  return holds.flatMap(([finding, isSo]) => (isSo ? [finding] : []));
}

function wayTypesFindings({ wayTypes }: TrackFacts): readonly (readonly [Finding, boolean])[] {
  const status = wayTypes?.status ?? 'not-configured';
  return [
    ['way-types-absent', status === 'not-configured' || status === 'skipped'],
    ['way-types-pending', status === 'pending'],
    ['way-types-unavailable', status === 'unavailable'],
    ['way-types-older', wayTypes?.status === 'ready' && wayTypes.version < WAY_TYPES_VERSION],
  ];
}

export interface ReprocessPreview {
  /** False when the original is not whole: the run would fail, and this track would stay. */
  readonly possible: boolean;
  /** Names of figures and artefacts that are expected to be different afterwards; besides them only the stamp is new. */
  readonly changes: readonly string[];
  /** Builds that may do it. The pipeline version of a build other than this API's is not known here. */
  readonly byBuilds: readonly string[];
}

export function reprocessPreview(facts: TrackFacts): ReprocessPreview {
  const { pipelineVersion, workerBuilds, apiBuild } = facts;
  const versions = Object.entries(PIPELINE_CHANGES).filter(([version]) => Number(version) > pipelineVersion);
  const wayTypesComeBack = facts.wayTypesConfigured && wayTypesFindings(facts).some(([, isSo]) => isSo);
  const missing = [
    ...(facts.hasSeries ? [] : ['series']),
    ...(facts.hasColumns ? [] : ['columns']),
    ...(wayTypesComeBack ? ['wayTypes'] : []),
  ];
  return {
    possible: facts.original === 'present' || facts.original === 'unknown',
    changes: [...new Set([...versions.flatMap(([, parts]) => parts), ...missing])],
    byBuilds: workerBuilds.length > 0 ? workerBuilds : [apiBuild],
  };
}
