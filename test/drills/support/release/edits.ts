import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** An edit of a workflow while runs are open, as somebody at work makes it. */
export interface WorkflowEdit {
  readonly about: string;
  readonly make: (code: string) => string;
  /** Runs that are open do not agree with it: they are held until the next edit. */
  readonly diverges?: true;
}

const FILE = path.join('workflows', 'process-upload.ts');
const FIRST_LINE = '  const digest = input';
const before = (code: string, line: string) => code.replace(FIRST_LINE, `  ${line}\n${FIRST_LINE}`);
const IMPORT = 'import { proxyActivities,';
const importing = (code: string, names: string) => code.replace(IMPORT, `import { ${names}, proxyActivities,`);

/** Each is made of the file as it was before all of them. */
export const EDITS: readonly WorkflowEdit[] = [
  {
    about: 'another line, which changes nothing',
    make: (code) => before(code, "if (input.run < 0) return { outcome: 'superseded' };"),
  },
  { about: 'taken back: the build of before', make: (code) => code },
  {
    about: 'a timer before all else, without a patch',
    make: (code) => importing(before(code, "await sleep('1ms');"), 'sleep'),
    diverges: true,
  },
  { about: 'taken back: held runs go on', make: (code) => code },
  {
    about: 'the same timer, behind a patch',
    make: (code) => importing(before(code, "if (patched('drill')) await sleep('1ms');"), 'patched, sleep'),
  },
];

/** Writes the edits into a tree, one after another. */
export async function editorOf(tree: string): Promise<(edit: WorkflowEdit) => Promise<void>> {
  const file = path.join(tree, FILE);
  const original = await readFile(file, 'utf8');
  const missing = [FIRST_LINE, IMPORT].filter((text) => !original.includes(text));
  if (missing.length > 0) throw new Error(`the edits are made at texts that are not in ${FILE}: ${missing.join(', ')}`);
  return ({ make }) => writeFile(file, make(original));
}
