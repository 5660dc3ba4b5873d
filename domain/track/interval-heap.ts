/** Intervals of a line, the one with the greatest error on top. Columns instead of objects: it is the inner loop. */
export interface IntervalHeap {
  count: number;
  readonly error: Float64Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  /** The place between `from` and `to` where the error is greatest. */
  readonly worst: Uint32Array;
}

export interface Interval {
  readonly error: number;
  readonly from: number;
  readonly to: number;
  readonly worst: number;
}

export function createIntervalHeap(capacity: number): IntervalHeap {
  return {
    count: 0,
    error: new Float64Array(capacity),
    from: new Uint32Array(capacity),
    to: new Uint32Array(capacity),
    worst: new Uint32Array(capacity),
  };
}

export function pushInterval(heap: IntervalHeap, interval: Interval): void {
  let at = heap.count++;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if ((heap.error[parent] ?? 0) >= interval.error) break;
    move(heap, parent, at);
    at = parent;
  }
  place(heap, at, interval);
}

export function popInterval(heap: IntervalHeap): Interval | null {
  if (heap.count === 0) return null;
  const top = intervalAt(heap, 0);
  heap.count--;
  const last = intervalAt(heap, heap.count);
  let at = 0;
  for (let child = 1; child < heap.count; child = 2 * at + 1) {
    if (child + 1 < heap.count && (heap.error[child + 1] ?? 0) > (heap.error[child] ?? 0)) child++;
    if ((heap.error[child] ?? 0) <= last.error) break;
    move(heap, child, at);
    at = child;
  }
  place(heap, at, last);
  return top;
}

function intervalAt(heap: IntervalHeap, at: number): Interval {
  return {
    error: heap.error[at] ?? 0,
    from: heap.from[at] ?? 0,
    to: heap.to[at] ?? 0,
    worst: heap.worst[at] ?? 0,
  };
}

function move(heap: IntervalHeap, from: number, to: number): void {
  place(heap, to, intervalAt(heap, from));
}

function place(heap: IntervalHeap, at: number, interval: Interval): void {
  heap.error[at] = interval.error;
  heap.from[at] = interval.from;
  heap.to[at] = interval.to;
  heap.worst[at] = interval.worst;
}
