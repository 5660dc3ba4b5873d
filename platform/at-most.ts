/** Runs at most `limit` pieces of work at once; the others wait for their turn, in order. */
export function atMost(limit: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift(); // takes over the place, so nobody slips in between
      if (next) next();
      else running -= 1;
    }
  };
}
