// Temporal as its tutorials have it: the row, then the start, then four remote steps.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { settings } from './settings.mjs';

const { address, namespace } = settings.temporal;
const taskQueue = 'recordings';

export async function sender(store) {
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  return async (id, gpx) => {
    await store.insert(id, gpx);
    await client.workflow.start('processUpload', { taskQueue, workflowId: id, args: [id] });
  };
}

export async function work({ steps }) {
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger });
  const workflowsPath = fileURLToPath(new URL('./temporal-raw-workflows.cjs', import.meta.url));
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue,
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
    activities: {
      validate: async (id) => void (await steps.load(id)),
      read: async (id) => steps.read(await steps.load(id)),
      write: async (id, figures) => void (await steps.write(id, figures)),
      done: async (id) => void (await steps.done(id)),
    },
    shutdownGraceTime: '1s',
  });
  await worker.run();
}
