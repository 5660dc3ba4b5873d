import type { Client } from '@temporalio/client';

/**
 * Ends open uploads' runs that began on a build that was taken back, as docs/runbooks/release.md says: no other code agrees with them. What
 * is open in the database begins anew as the next run. The uploads whose runs those were.
 */
export async function endRunsOf(client: Client, builds: readonly string[]): Promise<readonly string[]> {
  const ended: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: OPEN })) {
    const handle = client.workflow.getHandle(workflowId);
    const { events } = await handle.fetchHistory();
    const done = events?.flatMap(
      ({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes ?? [],
    );
    if (!builds.includes(done?.[0]?.deploymentVersion?.buildId ?? '')) continue;
    await handle.terminate('it began on a build that was taken back');
    ended.push(workflowId.split(':')[1] ?? '');
  }
  return ended;
}

const OPEN = `ExecutionStatus = 'Running' and WorkflowType = 'processUpload'`;
