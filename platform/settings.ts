export type Environment = Readonly<Record<string, string | undefined>>;

export interface Setting<Value> {
  readonly about: string;
  /** Throws an `Error` whose message completes the sentence "NAME …". Never quotes the value: it may be a secret. */
  readonly parse: (text: string) => Value;
  readonly secret: boolean;
  readonly byDefault?: string;
  readonly optional?: true;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the settings cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

export function setting<Value>(about: string, parse: (text: string) => Value, byDefault?: string): Setting<Value> {
  return { about, parse, secret: false, ...(byDefault !== undefined && { byDefault }) };
}

export function secret<Value>(about: string, parse: (text: string) => Value): Setting<Value> {
  return { about, parse, secret: true };
}

export function optional<Value>(
  about: string,
  parse: (text: string) => Value,
  isSecret = false,
): Setting<Value | undefined> {
  return { about, parse, secret: isSecret, optional: true };
}

export type ValuesOf<Table> = { [Name in keyof Table]: Table[Name] extends Setting<infer Value> ? Value : never };

/**
 * Reads and checks every setting of `table`; throws one `ConfigError` that lists all that is wrong, names like ours that
 * are neither in `table` nor among `others` included, and what `problemsOf` says of settings that do not go together.
 */
export function readSettings<Table extends Record<string, Setting<unknown>>>(
  env: Environment,
  table: Table,
  others: readonly string[] = [],
  problemsOf: (env: Environment) => readonly string[] = () => [],
): ValuesOf<Table> {
  const problems = [...unknownSettings(env, [...Object.keys(table), ...others]), ...problemsOf(env)];
  const values = Object.entries(table).map(([name, setting]) => [name, readOne(env, name, setting, problems)]);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(values);
}

function readOne(env: Environment, name: string, setting: Setting<unknown>, problems: string[]): unknown {
  const text = env[name]?.trim() || setting.byDefault;
  if (text === undefined) {
    if (!setting.optional) problems.push(`${name} is missing. ${setting.about}`);
    return undefined;
  }
  try {
    return setting.parse(text);
  } catch (error) {
    problems.push(`${name} ${error instanceof Error ? error.message : 'cannot be read'}. ${setting.about}`);
    return undefined;
  }
}

/** Settings that look like ours but are not known, with the nearest known name: a typing error must not pass silently. */
export function unknownSettings(env: Environment, known: readonly string[]): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('CAIRN_') && !known.includes(name))
    .map((name) => `${name} is not a setting; did you mean ${nearest(name, known)}?`);
}

function nearest(name: string, known: readonly string[]): string {
  const byDistance = [...known].sort((a, b) => distance(name, a) - distance(name, b));
  return byDistance[0] ?? 'none';
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
