import { expect, test } from 'vitest';
import { createRandom } from '../../../domain/sample/random.ts';
import { smallTcx, wholeTcx } from '../../support/tcx.ts';
import { damaged, TOKENS, withToken } from '../gpx/damage.ts';
import { utf8 } from '../gpx/gpx-text.ts';
import { outcomeOf } from './reading.ts';

/** `FUZZ_RUNS=1000000` for a long one by hand; `FUZZ_SEED` repeats one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

const EVERYTHING = utf8(wholeTcx());

test('the scanner and the strict reader both read a document with everything in it, to the same bits', () => {
  for (const bytes of [EVERYTHING, utf8(smallTcx()), utf8(`\uFEFF${smallTcx()}`)]) {
    expect(outcomeOf(bytes)).toBe('both read it');
  }
});

test('they agree on every single byte left out, and on whatever XML treats specially', () => {
  for (let at = 0; at < EVERYTHING.length; at++) {
    const without = Uint8Array.from([...EVERYTHING.subarray(0, at), ...EVERYTHING.subarray(at + 1)]);
    expect(outcomeOf(without), `without byte ${at}`).not.toBe('differs');
    const token = TOKENS[at % TOKENS.length] ?? '';
    expect(outcomeOf(withToken(EVERYTHING, at, token)), `${JSON.stringify(token)} at ${at}`).not.toBe('differs');
  }
});

test('they agree on damaged documents', () => {
  const random = createRandom(SEED);
  const outcomes = new Map<string, number>();
  const starts = [EVERYTHING, utf8(smallTcx({ points: 5 }))];
  for (let run = 0; run < RUNS; run++) {
    let bytes = starts[run % starts.length] ?? EVERYTHING;
    for (let times = Math.floor(random() * 3); times >= 0; times--) bytes = damaged(bytes, random);
    const outcome = outcomeOf(bytes);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'differs') throw new Error(`run ${run}: ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`);
  }
  // A fuzz in which one side never says yes, or never no, would prove nothing.
  expect(outcomes.get('both read it')).toBeGreaterThan(RUNS / 20);
  expect(outcomes.get('both refuse it')).toBeGreaterThan(RUNS / 20);
});
