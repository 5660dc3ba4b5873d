const { proxyActivities } = require('@temporalio/workflow');

const steps = proxyActivities({ startToCloseTimeout: '30s' });

exports.processUpload = async (id) => {
  await steps.validate(id);
  const figures = await steps.read(id);
  await steps.write(id, figures);
  await steps.done(id);
};
