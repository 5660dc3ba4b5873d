/** The one place that reads the environment of the process (scripts/*.mjs aside, which run before anything else). */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
