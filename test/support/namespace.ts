import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { registerSearchAttributes } from '../../platform/temporal/search-attributes.ts';

/** A Temporal namespace of this stack's own: queue names, keys and workflows of other test files stay out of the way. */
export async function testNamespace(address: string): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  try {
    const workflowExecutionRetentionPeriod = msToTs('1 day');
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    await untilKnown(connection, namespace);
  } finally {
    await connection.close();
  }
  await registerSearchAttributes({ address, namespace });
  return namespace;
}

/** The server's parts learn of a new namespace one after another; a listing that works shows the last of them knows. */
async function untilKnown(connection: Connection, namespace: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 1 });
      return;
    } catch (error) {
      if (tries > 100) throw error;
      await pause(100);
    }
  }
}
