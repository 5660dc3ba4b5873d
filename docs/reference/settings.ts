/** Prints docs/reference/settings.md: `node --import tsx docs/reference/settings.ts > docs/reference/settings.md`. */
import { pathToFileURL } from 'node:url';
import { OTHER_SETTINGS, SETTINGS } from '../../platform/config.ts';
import type { Setting } from '../../platform/settings.ts';
import { markdownTable } from './table.ts';

export function settingsPage(): string {
  const settings: readonly (readonly [string, Setting<unknown>])[] = Object.entries(SETTINGS);
  const rows = settings.map(([name, setting]) => {
    return [`\`${name}\``, setting.about, defaultOf(setting), setting.secret ? 'yes' : 'no'];
  });
  return `# Settings

<!-- Made from platform/config.ts by docs/reference/settings.ts; do not edit. -->

Read once, from the environment, by API and worker alike, and checked as a whole: a process that cannot use its settings
says everything that is wrong with them, never a value, and ends. Names that begin with \`CAIRN_\` and are not known are
refused with the nearest name that is. Secrets have no defaults. \`npm start\` sets all of them itself.

${markdownTable(['Setting', 'What it is', 'Default', 'Secret'], rows)}

Known besides, for the command line, \`npm start\` and the tests: ${OTHER_SETTINGS.map((name) => `\`${name}\``).join(', ')}.
Spans are sent where \`OTEL_EXPORTER_OTLP_ENDPOINT\` says, and nowhere without it.
`;
}

function defaultOf({ byDefault, optional }: Setting<unknown>): string {
  if (byDefault !== undefined) return `\`${byDefault}\``;
  return optional ? 'none' : 'must be set';
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(settingsPage());
