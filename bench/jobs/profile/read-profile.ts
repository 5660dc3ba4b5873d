/** V8's CPU profile, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Spent {
  /** Time in the code itself, by the package or room that it belongs to. */
  readonly byPlace: ReadonlyMap<string, number>;
  /** Time in a function of ours and in all that it called. */
  readonly byOurFunction: ReadonlyMap<string, number>;
}

/** In ms. What is idle is left out. */
export function timeSpent({ nodes, samples, timeDeltas }: CpuProfile): Spent {
  const own = new Map<number, number>();
  for (const [i, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[i] ?? 0) / 1_000);
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const byPlace = new Map<string, number>();
  const byOurFunction = new Map<string, number>();
  for (const [id, ms] of own) {
    const node = byId.get(id);
    if (!node || node.callFrame.functionName === '(idle)') continue;
    add(byPlace, placeOf(node), ms);
    for (const name of oursAbove(id, byId, parents)) add(byOurFunction, name, ms);
  }
  return { byPlace, byOurFunction };
}

/** Each once, however often it is on the stack. */
function oursAbove(
  id: number,
  byId: ReadonlyMap<number, ProfileNode>,
  parents: ReadonlyMap<number, number>,
): ReadonlySet<string> {
  const names = new Set<string>();
  for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
    const { functionName, url, lineNumber } = byId.get(at)?.callFrame ?? { functionName: '', url: '', lineNumber: 0 };
    const [, file] = /\/dist\/(.+)$/.exec(url) ?? [];
    if (file !== undefined) names.add(`${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`);
  }
  return names;
}

function placeOf({ callFrame: { functionName, url } }: ProfileNode): string {
  const [, packageName] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (packageName !== undefined) return packageName;
  const [, room] = /\/dist\/([^/]+)\//.exec(url) ?? [];
  if (room !== undefined) return `${room}/`;
  return url.startsWith('node:') ? url : functionName || 'native';
}

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}
