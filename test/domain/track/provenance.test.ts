import { expect, test } from 'vitest';
import { PIPELINE_CHANGES, PIPELINE_VERSION } from '../../../contracts/track.ts';
import { WAY_TYPES_VERSION, type WayTypes } from '../../../contracts/way-types.ts';
import { findingsOf, reprocessPreview, type TrackFacts } from '../../../domain/track/provenance.ts';

const WELL: TrackFacts = {
  pipelineVersion: PIPELINE_VERSION,
  build: 'b1',
  inputSha256: 'aa',
  contentSha256: 'aa',
  hasSeries: true,
  hasColumns: true,
  wayTypes: { status: 'not-applicable' },
  wayTypesConfigured: true,
  original: 'present',
  isOpen: false,
  lastRunFailed: false,
  isStale: false,
  apiBuild: 'b1',
  workerBuilds: ['b1'],
};

const AT = '2026-11-21T08:00:00.000Z';
const UNAVAILABLE = { status: 'unavailable', fault: 'away', at: AT } as const;
const madeBy = (version: number): WayTypes => ({
  status: 'ready',
  version,
  costing: 'bicycle',
  region: 'r',
  mapVersion: AT,
  at: AT,
  kinds: [],
  surfaces: [],
  unmatchedShare: 0,
  segments: 0,
});

test('every pipeline version after the first says what it changed', () => {
  const versions = Array.from({ length: PIPELINE_VERSION - 1 }, (_, i) => i + 2);
  expect(Object.keys(PIPELINE_CHANGES).map(Number)).toEqual(versions);
  for (const version of versions) expect(PIPELINE_CHANGES[version], String(version)).not.toEqual([]);
});

test.each<[string, Partial<TrackFacts>, string[]]>([
  ['all is well', {}, []],
  ['an older pipeline', { pipelineVersion: PIPELINE_VERSION - 1 }, ['pipeline-older']],
  ['a newer pipeline', { pipelineVersion: PIPELINE_VERSION + 1 }, ['pipeline-newer']],
  ['made by a build that is gone', { build: 'b0' }, ['build-gone']],
  ['made by the build of a live worker', { build: 'b2', workerBuilds: ['b1', 'b2'] }, ['workers-differ']],
  ['no worker', { workerBuilds: [] }, ['no-worker']],
  ['no series', { hasSeries: false }, ['series-missing']],
  ['no columns', { hasColumns: false }, ['columns-missing']],
  ['a track nobody asked way types for', { wayTypes: null }, ['way-types-absent']],
  ['way types that the inline path left out', { wayTypes: { status: 'skipped' } }, ['way-types-absent']],
  ['way types to come', { wayTypes: { status: 'pending' } }, ['way-types-pending']],
  ['way types that could not be had', { wayTypes: UNAVAILABLE }, ['way-types-unavailable']],
  ['way types made in an older way', { wayTypes: madeBy(WAY_TYPES_VERSION - 1) }, ['way-types-older']],
  ['way types of now', { wayTypes: madeBy(WAY_TYPES_VERSION) }, []],
  ['other bytes', { inputSha256: 'bb' }, ['input-differs']],
  ['no original', { original: 'missing' }, ['original-missing']],
  ['a damaged original', { original: 'damaged' }, ['original-damaged']],
  ['a blob store that is away', { original: 'unknown' }, ['original-unknown']],
  ['an open upload', { isOpen: true }, ['reprocess-open']],
  ['another zone', { isStale: true }, ['zone-changed']],
  ['a failed reprocess', { lastRunFailed: true }, ['reprocess-failed']],
])('%s is found', (_, changes, found) => {
  expect(findingsOf({ ...WELL, ...changes })).toEqual(found);
});

test('another build of the same pipeline version changes nothing but the stamp', () => {
  const preview = reprocessPreview({ ...WELL, build: 'b0', workerBuilds: ['b2'] });
  expect(preview).toEqual({ possible: true, changes: [], byBuilds: ['b2'] });
});

test('an older pipeline version changes what came since, and what is missing comes back', () => {
  const preview = reprocessPreview({ ...WELL, pipelineVersion: 1, hasColumns: false, workerBuilds: [] });
  expect(preview.changes).toEqual([...new Set([...Object.values(PIPELINE_CHANGES).flat(), 'columns'])]);
  expect(preview.byBuilds).toEqual(['b1']);
});

test('way types come back by a reprocess only where there is a map matcher', () => {
  const away = { ...WELL, wayTypes: UNAVAILABLE };
  expect(reprocessPreview(away).changes).toEqual(['wayTypes']);
  expect(reprocessPreview({ ...away, wayTypesConfigured: false }).changes).toEqual([]);
  expect(reprocessPreview(WELL).changes).toEqual([]);
});
