// CommonJS, since the SDK loads it by `require`. Failure texts and stack traces go through the codec like payloads do.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
