export interface Grouped<Item, Result> {
  /** Works on many at once, for each what it made of it; undefined, or a throw, says nothing about any: it is tried alone then. */
  readonly together: (items: readonly Item[]) => Promise<readonly (Result | undefined)[]>;
  /** Its word counts. */
  readonly alone: (item: Item) => Promise<Result>;
  /** What fails alone for this reason fails for all others too. */
  readonly isEverybodys: (error: unknown) => boolean;
  readonly atMost: number;
  /** A group waits so long for others, unless it is full. */
  readonly collectMs: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * What is asked for one by one is done in groups, one group after the other; what comes meanwhile is the next one. What has to be
 * done alone may have to wait for somebody: no group waits for that.
 */
export function createGroups<Item, Result>(how: Grouped<Item, Result>): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isWorking = false;
  const work = async () => {
    clearTimeout(timer);
    timer = undefined;
    isWorking = true;
    const group = waiting.splice(0, how.atMost);
    const results = group.length > 1 ? await how.together(group.map(({ item }) => item)).catch(() => []) : [];
    isWorking = false;
    void tell(how, group, results);
    look();
  };
  const look = () => {
    if (isWorking || waiting.length === 0) return;
    if (waiting.length >= how.atMost) void work();
    else timer ??= setTimeout(work, how.collectMs);
  };
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      look();
    });
}

/** Never throws: everybody in the group is told. */
async function tell<Item, Result>(
  how: Grouped<Item, Result>,
  group: readonly Waiting<Item, Result>[],
  results: readonly (Result | undefined)[],
): Promise<void> {
  const left = group.filter(({ resolve }, i) => {
    const result = results[i];
    if (result !== undefined) resolve(result);
    return result === undefined;
  });
  let everybodys: { readonly error: unknown } | undefined;
  for (const { item, resolve, reject } of left) {
    if (everybodys) reject(everybodys.error);
    else {
      await how.alone(item).then(resolve, (error: unknown) => {
        if (how.isEverybodys(error)) everybodys = { error };
        reject(error);
      });
    }
  }
}
