import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aboutFile, type RecordField, records, START_S } from '../../support/fit.ts';
import { type FitValue, fitFile } from '../../support/fit-bytes.ts';
import { read } from './reading.ts';

/** `FUZZ_RUNS=20000` for a long one by hand, which takes most of an hour; `FUZZ_SEED` repeats one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 150);
const timeout = RUNS > 150 ? 2 * 3600 * 1000 : 120_000;

/** Values of each field: ordinary, at the borders of what is true, impossible, and none. */
const VALUES: Readonly<Partial<Record<RecordField, readonly FitValue[]>>> = {
  timestamp: [START_S, START_S + 1, START_S + 40, 5, 0, null],
  position_lat: [500_000_000, -1, 0, 2 ** 30, 2 ** 30 + 1, -(2 ** 31), null],
  position_long: [120_000_000, -1, 0, 2 ** 31 - 2, -(2 ** 31), null],
  altitude: [7500, 0, 0xfffe, null],
  enhanced_altitude: [7501, 0, 502_500, 502_501, 0xfffffffe, null],
  heart_rate: [120, 0, 1, 254, null],
  cadence: [80, 0, 254, null],
  fractional_cadence: [64, 0, 254, null],
  distance: [12_345, 0, 0xfffffffe, null],
  speed: [4321, 0, 0xfffe, null],
  enhanced_speed: [4322, 0, 0xfffffffe, null],
  power: [250, 0, 10_000, 10_001, 0xfffe, null],
  temperature: [-7, -100, -101, -128, 126, null],
};
const FIELDS = Object.keys(VALUES).filter((name): name is RecordField => name in VALUES);

/** Stretches of records of one layout; long ones are longer than what is read at once. */
const stretch = fc.record({
  names: fc.shuffledSubarray(FIELDS, { minLength: 1 }),
  picks: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(511, 512, 513, 1100)),
  isCompressed: fc.boolean(),
});

/** The same file with numbers of more than a byte in one order or in the other. */
function fileOf(
  stretches: readonly (typeof stretch extends fc.Arbitrary<infer S> ? S : never)[],
  isBigEndian: boolean,
) {
  const bytes = aboutFile();
  for (const { names, picks, count, isCompressed } of stretches) {
    const message = records(names, 2, { isBigEndian });
    for (const byte of message.definition) bytes.push(byte);
    for (let i = 0; i < count; i++) {
      const values = names.map((name, f) => {
        const choices = VALUES[name] ?? [null];
        return choices[((picks[(i + f * 7) % picks.length] ?? 0) + i) % choices.length] ?? null;
      });
      const data = isCompressed && i % 5 > 0 ? message.compressed((i * 3) % 32, ...values) : message.data(...values);
      for (const byte of data) bytes.push(byte);
    }
  }
  return fitFile(bytes);
}

test('plain records give what the same records give that are read field by field, to the bit', { timeout }, () => {
  let values = 0;
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 5 }), (stretches) => {
      const plain = read(fileOf(stretches, false));
      expect(plain).toEqual(read(fileOf(stretches, true)));
      values += plain.heartRate?.filter((value) => value >= 0).length ?? 0;
    }),
    { numRuns: RUNS, seed: Number(process.env.FUZZ_SEED ?? 20_261_121) },
  );
  expect(values).toBeGreaterThan(1000);
});
