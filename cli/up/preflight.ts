import { portIsFree } from '../../platform/embedded/ports.ts';
import { findProcesses, stopProcess } from '../../platform/embedded/processes.ts';
import { SetupError } from '../../platform/embedded/setup-error.ts';
import { homeArgument, NODE_STOP } from './node-process.ts';
import type { UpOptions } from './options.ts';
import type { Say } from './progress.ts';

/** Before anything slow begins. Processes that a killed start left behind end by themselves; they are waited for. */
export async function refuseBusyPort(options: UpOptions, say: Say): Promise<void> {
  const mark = homeArgument(options.home);
  const left = await findProcesses((args) => args.join(' ').endsWith(mark));
  if (left.length > 0) say(`waiting for processes of a start that was killed (pid ${left.join(', ')})`);
  await Promise.all(left.map((pid) => stopProcess(pid, NODE_STOP)));
  if (await portIsFree(options.port, options.host)) return;
  throw new SetupError(
    `Port ${options.port} on ${options.host} is taken by another program. ` +
      `Stop that, or choose another port: PORT=${options.port + 1} npm start`,
  );
}
