import { TestWorkflowEnvironment } from '@temporalio/testing';

/**
 * Run as a program of its own (`<version> <folder>`), so that a host which never answers can be given up on: lets the
 * SDK download its dev server into the folder, by starting it once. The name of the file there is the SDK's affair.
 */
const [version = 'default', downloadDir = '.'] = process.argv.slice(2);
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', version, downloadDir } },
});
await environment.teardown();
