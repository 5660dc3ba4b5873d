import { describe, expect, test } from 'vitest';
import { deriveWayTypes } from '../../activities/derive-way-types.ts';
import type { WayCosting, WayKind } from '../../contracts/way-types.ts';
import type { Track } from '../../domain/track/track.ts';
import { chunksOf } from '../../domain/ways/chunks.ts';
import { sliceOf, wayLinesOf } from '../../domain/ways/line.ts';
import { createCollector, summaryOf } from '../../domain/ways/segments.ts';
import { createValhalla } from '../../services/valhalla.ts';
import { trackOf } from '../domain/track/track-of.ts';
import { testDatabase } from '../support/database.ts';
import { askReal } from '../support/valhalla/ask-real.ts';
import { LONG_LINE, type Place, WALK_LINE, wayLengthM } from '../support/valhalla/drawn-map.ts';
import { recordedQuestion } from '../support/valhalla/questions.ts';
import { realValhalla } from '../support/valhalla/real.ts';
import { RECORDED_NAMES, readRecorded } from '../support/valhalla/recorded.ts';
import { type WalkOptions, walkAlong } from '../support/valhalla/walks.ts';

const real = await realValhalla();
const { db } = await testDatabase();

const client = () => createValhalla({ url: real?.url ?? '', region: 'drawn', timeoutMs: 15_000 });
const recorded = (line: readonly Place[], options: WalkOptions = {}): Track => trackOf([walkAlong(line, options)]);

async function derived(track: Track, costing: WayCosting = 'pedestrian') {
  const valhalla = client();
  const { wayTypes, segments } = await deriveWayTypes({ db, valhalla }, track, costing);
  if (wayTypes.status !== 'ready') throw new Error(wayTypes.status);
  return { wayTypes, segments: segments ?? [], tally: valhalla.tally.take() };
}

/** The same, of every point that was recorded. */
async function undecimated(track: Track, costing: WayCosting = 'pedestrian') {
  const [line] = wayLinesOf(track)?.lines ?? [];
  if (!line) throw new Error('no line');
  const collector = createCollector();
  for (const chunk of chunksOf(line)) {
    collector.add(line, chunk, await client().match(sliceOf(line, chunk.from, chunk.to), costing));
  }
  return summaryOf(collector.segments());
}

/** Up to the end of the seventh way, before the stretch where nothing is drawn. */
const DRAWN = WALK_LINE.slice(0, -2);

describe.skipIf(!real)('the real Valhalla on the drawn map', () => {
  test('kinds and surfaces come in the order they are drawn in, each as long as it is drawn', async () => {
    const track = recorded(DRAWN);
    const { segments, wayTypes } = await derived(track);
    const drawn: [WayKind, string, number][] = [
      ['street', 'paved_smooth', 400],
      ['cycleway', 'paved_smooth', 300],
      ['track', 'gravel', 500],
      ['path', 'dirt', 250],
      ['steps', 'paved_smooth', 60],
      ['footway', 'paved', 200],
      ['road', 'paved_smooth', 600],
    ];
    expect(segments.map(({ kind, surface }) => [kind, surface])).toEqual(
      drawn.map(([kind, surface]) => [kind, surface]),
    );
    for (const [i, [kind, , lengthM]] of drawn.entries()) {
      expect(Math.abs((segments[i]?.lengthM ?? 0) - lengthM), kind).toBeLessThan(3);
    }
    const total = wayLengthM(DRAWN);
    for (const [kind, , lengthM] of drawn) {
      const share = wayTypes.kinds.find((each) => each.kind === kind)?.share ?? 0;
      expect(Math.abs(share - lengthM / total), kind).toBeLessThan(0.002);
    }
    expect(wayTypes).toMatchObject({ unmatchedShare: 0, region: 'drawn', costing: 'pedestrian' });
    expect(wayTypes.mapVersion).toMatch(/^20\d\d-.*Z$/);
  });

  test('where nothing is drawn nothing is matched, from 25 m beyond the ends on', async () => {
    const { segments } = await derived(recorded(WALK_LINE));
    const gap = segments.filter(({ kind }) => kind === 'unmatched');
    expect(gap).toHaveLength(1);
    expect(Math.abs((gap[0]?.lengthM ?? 0) - (300 - 2 * 25))).toBeLessThan(25);
    const track = recorded([
      [30_000, 0],
      [31_000, 0],
    ]);
    expect((await derived(track)).wayTypes).toMatchObject({ unmatchedShare: 1, surfaces: [] });
  });

  test.each([0, 2, 5, 10])(
    'thinned, shares differ by under 1 % from those of all points (noise %i m)',
    async (noiseM) => {
      for (const seed of [1, 2, 3]) {
        const track = recorded(WALK_LINE, { noiseM, seed });
        const [thin, full] = [(await derived(track)).wayTypes, await undecimated(track)];
        const kinds = new Set([...thin.kinds, ...full.kinds].map(({ kind }) => kind));
        const apart = [...kinds].map((kind) => Math.abs(shareOf(thin, kind) - shareOf(full, kind)));
        console.info(
          `noise ${noiseM} m, seed ${seed}: shares at most ${(Math.max(...apart) * 100).toFixed(2)} % apart`,
        );
        expect(Math.max(...apart)).toBeLessThan(0.01);
      }
    },
  );

  test('240 km are asked in chunks and come out whole: twelve turns of asphalt and gravel', async () => {
    const track = recorded(LONG_LINE, { everyM: 6, noiseM: 3 });
    const { segments, tally, wayTypes } = await derived(track, 'bicycle');
    expect(segments.map(({ surface }) => surface)).toEqual(
      Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 'paved_smooth' : 'gravel')),
    );
    const lengths = segments.map(({ lengthM }) => lengthM);
    expect(Math.max(...lengths) / Math.min(...lengths)).toBeLessThan(1.03);
    expect(wayTypes.unmatchedShare).toBe(0);
    expect(tally.find(({ outcome }) => outcome === 'ok')?.calls, 'the age of the map, and two chunks').toBe(3);
  });

  test('the same line again is answered from the cache; of another region it is not', async () => {
    const track = recorded(DRAWN, { seed: 9, noiseM: 1 });
    const first = await derived(track);
    const second = await derived(track);
    expect(second.segments).toEqual(first.segments);
    expect(second.tally.map(({ outcome, calls }) => [outcome, calls])).toEqual([
      ['ok', 1],
      ['cached', 1],
    ]);
    const elsewhere = createValhalla({ url: real?.url ?? '', region: 'elsewhere', timeoutMs: 15_000 });
    await deriveWayTypes({ db, valhalla: elsewhere }, track, 'pedestrian');
    expect(elsewhere.tally.take().map(({ outcome }) => outcome)).toEqual(['ok']);
  });

  test('over its limits it refuses, as the chunks presume: 16,000 points, 200 km', async () => {
    const shape = Array.from({ length: 16_001 }, (_, i) => ({ lat: 40 + i * 1e-6, lon: -40 }));
    expect((await askReal(real?.url ?? '', { shape, costing: 'pedestrian' })).answer).toMatchObject({
      error_code: 153,
    });
    const far = [0, 1.9].map((degrees) => ({ lat: 40 + degrees, lon: -40 }));
    expect((await askReal(real?.url ?? '', { shape: far, costing: 'pedestrian' })).status).toBe(400);
  });

  test.each(RECORDED_NAMES)('it still answers what was recorded: %s', async (name) => {
    expect(await askReal(real?.url ?? '', recordedQuestion(name))).toEqual(await readRecorded(name));
  });
});

function shareOf({ kinds }: { kinds: readonly { kind: string; share: number }[] }, kind: string): number {
  return kinds.find((each) => each.kind === kind)?.share ?? 0;
}
