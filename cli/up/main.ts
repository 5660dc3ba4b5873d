import { environment } from '../../platform/environment.ts';
import { bringUp } from './bring-up.ts';
import { endOnSignals, Interrupted } from './ending.ts';
import { lockHome } from './lock.ts';
import { openHome, readOptions } from './options.ts';
import { refuseBusyPort } from './preflight.ts';
import { failureText, startProgress } from './progress.ts';
import { createStack } from './stack.ts';

/** What `npm start` runs: everything that Cairn needs, on this machine alone, until it is told to stop. */
const say = startProgress();
const ending = endOnSignals(say);
const stack = createStack(say);
try {
  const options = await openHome(readOptions(environment()));
  const first = await lockHome(options.home, { url: options.url });
  if (first.held) {
    await refuseBusyPort(options, say);
    await ending.unless(bringUp(options, stack, say));
    await ending.asked;
  } else {
    say(`Cairn already runs on ${options.home}: ${first.holder.url} (pid ${first.holder.pid})`);
  }
} catch (error) {
  if (!(error instanceof Interrupted)) {
    process.exitCode = 1;
    say(failureText(error));
  }
} finally {
  await stack.stop();
}
process.exit();
