// CommonJS, since the SDK loads it by `require`. Failure texts and stack traces go through the codec like payloads do.
const { DefaultFailureConverter } = require('@temporalio/common');

// Characters of JSON are six bytes at most, so all that is left of a failure is below PAYLOAD_BYTES_AT_MOST
// (contracts/payloads.ts): a failure that was refused for its size could not even be told.
const MESSAGE_CHARACTERS = 2_000;
const STACK_CHARACTERS = 8_000;
const DETAILS_BYTES = 16_384;

class SealedFailureConverter extends DefaultFailureConverter {
  constructor() {
    super({ encodeCommonAttributes: true });
  }

  errorToFailure(error, payloadConverter, context) {
    return super.errorToFailure(error, cutting(payloadConverter), context);
  }
}

/** Of texts that are too long the beginning is told; of details that are too large, that they were left out. */
function cutting(payloadConverter) {
  return {
    fromPayload: (payload, context) => payloadConverter.fromPayload(payload, context),
    toPayload: (value, context) => {
      const payload = payloadConverter.toPayload(cut(value), context);
      if (payload.data == null || payload.data.length <= DETAILS_BYTES || isText(value)) return payload;
      return payloadConverter.toPayload({ leftOut: `${payload.data.length} bytes` }, context);
    },
  };
}

/** What the SDK makes of message and stack of a failure that is to be encoded. */
function isText(value) {
  return typeof value === 'object' && value !== null && 'stack_trace' in value && 'message' in value;
}

function cut(value) {
  if (!isText(value)) return value;
  const { message, stack_trace: stack } = value;
  return { message: start(message, MESSAGE_CHARACTERS), stack_trace: start(stack, STACK_CHARACTERS) };
}

function start(text, characters) {
  if (typeof text !== 'string' || text.length <= characters) return text;
  return `${text.slice(0, characters)} … (${text.length} characters)`;
}

exports.failureConverter = new SealedFailureConverter();
