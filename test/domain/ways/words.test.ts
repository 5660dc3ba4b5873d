import { expect, test } from 'vitest';
import { costingOf } from '../../../domain/ways/costing.ts';
import { wayKindOf, waySurfaceOf } from '../../../domain/ways/kinds.ts';

test.each([
  ['running', 'pedestrian'],
  ['Trail Running', 'pedestrian'],
  ['hiking', 'pedestrian'],
  ['horseback_riding', 'pedestrian'],
  ['cross_country_skiing', 'pedestrian'],
  ['cycling', 'bicycle'],
  ['Mountain Bike Ride', 'bicycle'],
  ['e_biking', 'bicycle'],
  ['motorcycling', 'auto'],
  ['driving', 'auto'],
  ['swimming', null],
  ['open_water_swimming', null],
  ['alpine_skiing', null],
  ['sailing', null],
  ['indoor_cycling', null],
])('%s goes by %s', (sport, costing) => {
  expect(costingOf({ sport, movingSpeedMps: 3 })).toBe(costing);
});

test.each([
  [null, null, 'pedestrian'],
  [null, 1.4, 'pedestrian'],
  ['9', 6.2, 'bicycle'],
  ['generic', 22, 'auto'],
] as const)('the sport %s at %s m/s goes by %s', (sport, movingSpeedMps, costing) => {
  expect(costingOf({ sport, movingSpeedMps })).toBe(costing);
});

test.each([
  ['road', 'primary', 'main-road'],
  ['road', 'unclassified', 'road'],
  ['road', 'residential', 'street'],
  ['turn_channel', 'tertiary', 'road'],
  ['driveway', 'service_other', 'service'],
  ['track', 'service_other', 'track'],
  ['bridleway', 'service_other', 'path'],
  ['sidewalk', 'service_other', 'footway'],
  ['steps', 'service_other', 'steps'],
  ['rail-ferry', 'primary', 'ferry'],
  ['a use of tomorrow', 'primary', 'other'],
])('an edge of use %s and class %s is a %s', (use, roadClass, kind) => {
  expect(wayKindOf(use, roadClass)).toBe(kind);
});

test('a surface that is not known is unknown', () => {
  expect(waySurfaceOf('gravel')).toBe('gravel');
  expect(waySurfaceOf('lava')).toBe('unknown');
});
