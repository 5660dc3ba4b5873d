/** Two sums that run along the way: at `atM[k]` metres since start they are `first[k]` and `second[k]`; `atM` never falls. */
export interface Tally {
  readonly atM: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  count: number;
}

export function createTally(capacity: number): Tally {
  return {
    atM: new Float64Array(capacity),
    first: new Float64Array(capacity),
    second: new Float64Array(capacity),
    count: 0,
  };
}

export function addToTally(tally: Tally, atM: number, first: number, second: number): void {
  tally.atM[tally.count] = atM;
  tally.first[tally.count] = first;
  tally.second[tally.count] = second;
  tally.count++;
}

/** Both sums at each of the rising `bordersM`; at the last border they are whole. What happens on a border comes after. */
export function readTally(tally: Tally, bordersM: readonly number[]): { first: number; second: number }[] {
  const { atM, first, second, count } = tally;
  const whole = { first: first[count - 1] ?? 0, second: second[count - 1] ?? 0 };
  return bordersM.map((border, b) => {
    const k = firstFrom(tally, border);
    if (b === bordersM.length - 1 || k === count) return whole;
    const fromM = k > 0 ? (atM[k - 1] ?? 0) : 0;
    const lengthM = (atM[k] ?? 0) - fromM;
    const share = lengthM > 0 ? (border - fromM) / lengthM : 0;
    return { first: between(first, k, share), second: between(second, k, share) };
  });
}

/** The first entry at or after `border`, or `count`. */
function firstFrom({ atM, count }: Tally, border: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((atM[middle] ?? 0) < border) low = middle + 1;
    else high = middle;
  }
  return low;
}

function between(sums: Float64Array, k: number, share: number): number {
  const from = k > 0 ? (sums[k - 1] ?? 0) : 0;
  return from + ((sums[k] ?? 0) - from) * share;
}
