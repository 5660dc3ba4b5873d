import { createInterface } from 'node:readline/promises';

export interface ConfirmOptions {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** Without a terminal nobody can be asked, and nothing is done. */
export async function confirm(options: ConfirmOptions, question: string): Promise<boolean> {
  if (options.yes || options.dryRun || options.json || !process.stdin.isTTY) return options.yes === true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close());
  return /^y(es)?$/i.test(answer.trim());
}
