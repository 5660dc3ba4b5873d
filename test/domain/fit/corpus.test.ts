import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { TrackStatistics } from '../../../contracts/track.ts';
import { deriveRecording } from '../../../domain/derive-recording.ts';
import { codeAndOffset, list, read } from './reading.ts';

/** Other people's recordings with what four independent readers say of them; never copied into the repository. */
const CORPUS = fileURLToPath(new URL('../../../../shared/corpus/', import.meta.url));

interface Peer {
  readonly error?: string | null;
  readonly records: number;
  readonly records_with_position: number;
  readonly laps: number;
  readonly session_total_distance_m: readonly number[] | null;
  readonly session_total_timer_time_s?: readonly number[] | null;
  readonly first_position: readonly [number, number] | null;
  readonly last_position: readonly [number, number] | null;
  readonly first_time: string | null;
  readonly last_time: string | null;
}

/** All four readers stop with an error here. */
const REFUSED: Record<string, readonly [string, number]> = {
  'fit/tormoder-activity-filecrc.fit': ['fit/bad-checksum', 769],
  'derived/derived-bitflip.fit': ['fit/bad-checksum', 94_094],
  'derived/derived-empty.fit': ['fit/truncated', 0],
};

/** Torn tails: the readers end with an error behind the same records. */
const SALVAGED: Record<string, number> = {
  'fit/fitparse-nick.fit': 403_437,
  'fit/tormoder-activity-unexpected-eof.fit': 751,
};

/** Where our definition gives other times than the readers. */
const OTHER_TIMES: Record<string, string> = {
  'fit/fitparse-compressed-speed-distance.fit':
    'its seconds count from the start of the recorder: two readers give no date, one 1990; its local clock dates them',
};

const names = existsSync(CORPUS) ? readdirSync(`${CORPUS}fit`).map((name) => `fit/${name}`) : [];
const whole = names.filter((name) => REFUSED[name] === undefined);
const bytesOf = (name: string) => readFileSync(`${CORPUS}${name}`);

function statisticsOf(name: string): TrackStatistics {
  return deriveRecording(bytesOf(name), { format: 'fit', receivedAtMs: Date.UTC(2026, 10, 21) }).statistics;
}

/** Readers that got through the file, or for a torn one as far as it goes. */
function readersOf(name: string): Peer[] {
  const expected: Record<string, { peers: Record<string, Peer> }> = JSON.parse(
    bytesOf('expected.json').toString('utf8'),
  );
  const peers = Object.values(expected[name]?.peers ?? {});
  const agreed = peers.filter((peer) => !peer.error);
  return agreed.length > 0 ? agreed : peers.filter((peer) => peer.records > 0);
}

describe.skipIf(names.length === 0)('FIT files of the shared corpus (../shared/corpus)', () => {
  test.each(whole)('%s has the records, positions and ends that every reader of it finds', (name) => {
    const track = read(bytesOf(name));
    const placed = (list(track.lat) ?? []).flatMap((lat, i) => (lat === null ? [] : [[lat, track.lon[i] ?? 0]]));
    const readers = readersOf(name);
    expect(readers.length).toBeGreaterThan(0);
    for (const reader of readers) {
      expect([track.lat.length, placed.length]).toEqual([reader.records, reader.records_with_position]);
      const near = (position: readonly number[] | null) => position?.map((degrees) => expect.closeTo(degrees, 9));
      expect([placed[0], placed.at(-1)]).toEqual([near(reader.first_position), near(reader.last_position)]);
    }
  });

  test.each(whole.filter((name) => OTHER_TIMES[name] === undefined))('%s begins and ends when they say', (name) => {
    const times = (list(read(bytesOf(name)).timeMs) ?? []).filter((time) => time !== null);
    for (const { first_time: first, last_time: last } of readersOf(name)) {
      expect([times[0], times.at(-1)]).toEqual([Date.parse(first ?? ''), Date.parse(last ?? '')]);
    }
  });

  test.each(Object.entries(OTHER_TIMES))('%s has other times, by definition', (name, why) => {
    expect(statisticsOf(name), why).toMatchObject({ startedAt: '2012-02-13T11:16:16.000Z', elapsedS: 3880 });
  });

  test.each(whole)('%s has the laps, and of its sessions the distances and timers, that they find', (name) => {
    const { laps, sessions } = statisticsOf(name);
    for (const reader of readersOf(name)) {
      expect(laps).toHaveLength(reader.laps);
      expect(sessions?.map(({ distanceM }) => distanceM)).toEqual(reader.session_total_distance_m ?? []);
      const timers = reader.session_total_timer_time_s;
      if (timers) expect(sessions?.flatMap(({ timerS }) => timerS ?? [])).toEqual(timers);
    }
  });

  test.each(whole)('%s: the timer that is reckoned from its events is the one that the recorder shows', (name) => {
    const { sessions = [], timerS, pauses = [] } = statisticsOf(name);
    if (sessions.length === 0 || sessions.some((session) => session.timerS === null)) return;
    const shownS = sessions.reduce((sum, session) => sum + (session.timerS ?? 0), 0);
    // Events are whole seconds, two to a pause, and a recorder may run on for a moment without a record.
    const slackS = 3 + pauses.length + sessions.length;
    expect(Math.abs((timerS ?? 0) - shownS), `${timerS} of ${shownS}`).toBeLessThanOrEqual(Math.max(slackS, 7));
  });

  test.each(Object.entries(SALVAGED))('%s is read up to its torn tail', (name, offset) => {
    const bytes = bytesOf(name);
    const damage = read(bytes).warnings.find(({ code }) => code === 'fit/damaged');
    expect(damage).toMatchObject({ offset, count: expect.any(Number) });
  });

  test.each(Object.entries(REFUSED))('%s is refused', (name, expected) => {
    expect(codeAndOffset(bytesOf(name))).toEqual(expected);
  });

  test.each(whole)('%s has figures that are finite, and a series that begins and ends as it must', (name) => {
    const { statistics, series } = deriveRecording(bytesOf(name), {
      format: 'fit',
      receivedAtMs: Date.UTC(2026, 10, 21),
    });
    expect(JSON.parse(JSON.stringify({ statistics, series }))).toEqual({ statistics, series });
    expect(series.n).toBeLessThanOrEqual(2000);
    expect(series.time_dist?.[0]).toEqual([0, 0]);
    expect(series.time_dist?.at(-1)).toEqual([statistics.elapsedS, statistics.distanceM]);
    expect(series.lat_e6?.length ?? series.n).toBe(series.n);
    expect(statistics.timerS ?? 0).toBeLessThanOrEqual(statistics.elapsedS ?? 0);
    expect(statistics.summary.maxSpeedMps ?? 0).toBeLessThan(40);
  });
});
