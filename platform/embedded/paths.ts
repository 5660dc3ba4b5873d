import { SetupError } from './setup-error.ts';

/**
 * What breaks whom, each tried: `!` webpack (the workflow bundle), `?` tsx, `#` and `?` put Temporal's database *outside*
 * the folder without a word, and initdb hands the path of its binary to a shell between double quotes.
 */
const BREAKING_CHARACTERS = /[#?!$`"\\\n\r]/;

/** Throws a `SetupError` that names the character, before anything is written to a place nobody expects. */
export function refuseBreakingPath(what: string, path: string): void {
  const found = BREAKING_CHARACTERS.exec(path)?.[0];
  if (found === undefined) return;
  throw new SetupError(
    `${what} lies at ${JSON.stringify(path)}, and ${JSON.stringify(found)} in a path breaks the servers that Cairn ` +
      'starts (spaces and accents are fine). Please use a folder without it.',
  );
}
