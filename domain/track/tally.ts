/** Two sums that run along the way, written down where the way passes a border. */
export interface Tally {
  readonly marks: readonly Marks[];
  /** The first border that is still ahead, of any kind. */
  nextM: number;
  atM: number;
  first: number;
  second: number;
}

/** The sums at each border passed so far; the borders rise. */
export interface Marks {
  readonly bordersM: readonly number[];
  readonly passed: Pair[];
  nextM: number;
}

export interface Pair {
  readonly first: number;
  readonly second: number;
}

/** Only borders are kept: columns of sums would be 2.4 MB for 100,000 points, and most of the cost. */
export function createTally(borders: readonly (readonly number[])[]): Tally {
  const marks = borders.map(
    (bordersM): Marks => ({ bordersM, passed: [], nextM: bordersM[0] ?? Number.POSITIVE_INFINITY }),
  );
  return { marks, nextM: nearest(marks), atM: 0, first: 0, second: 0 };
}

/** The sums `first` and `second` at `atM` metres since start, which never falls. What happens on a border comes after it. */
export function addToTally(tally: Tally, atM: number, first: number, second: number): void {
  if (atM >= tally.nextM) {
    for (const marks of tally.marks) pass(tally, marks, { atM, first, second });
    tally.nextM = nearest(tally.marks);
  }
  tally.atM = atM;
  tally.first = first;
  tally.second = second;
}

/** The sums at every border; where the way ended before one, and at the last, they are whole. */
export function readTally(tally: Tally, { bordersM, passed }: Marks): Pair[] {
  return bordersM.map((_, b) => (b < bordersM.length - 1 && passed[b]) || tally);
}

function nearest(marks: readonly Marks[]): number {
  return marks.reduce((least, { nextM }) => Math.min(least, nextM), Number.POSITIVE_INFINITY);
}

function pass(tally: Tally, marks: Marks, to: { atM: number; first: number; second: number }): void {
  const lengthM = to.atM - tally.atM;
  while (to.atM >= marks.nextM) {
    const share = lengthM > 0 ? (marks.nextM - tally.atM) / lengthM : 0;
    marks.passed.push({
      first: tally.first + (to.first - tally.first) * share,
      second: tally.second + (to.second - tally.second) * share,
    });
    marks.nextM = marks.bordersM[marks.passed.length] ?? Number.POSITIVE_INFINITY;
  }
}
