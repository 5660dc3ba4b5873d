import type { RouteDocumentation } from '../openapi.ts';

export const EVENTS_DESCRIPTION = `A \`text/event-stream\` (WHATWG HTML §9.2) of what happens to the upload, for \`EventSource\`
or any client that reads line by line. All messages have the default type; the \`id\` is the event's number, from 1 on and
without gaps, over all runs; \`data\` is an \`UploadEvent\`.

- **State first**: without an id to go on from, the first message is the newest event, which tells how the upload stands.
- **Resume**: \`Last-Event-ID: N\` (or \`?lastEventId=N\` on the first connection; the header wins) gives every event after N,
  each once, then live ones. 0 means from the beginning. A number that is not reached yet counts as none. What is no number
  is **400**.
- **End**: after \`ready\` or \`failed\` the stream is closed by the server. Who comes back with that last id gets **204**, at
  which an \`EventSource\` stops; a script should call \`close()\` at the first final event all the same. When the upload is
  processed again later its numbers go on; a new stream shows it. A deleted upload's streams end without a word, and then are 404.
- **Idle**: a comment line every 15 s; a stream lasts as long as both sides live.
- **Breaks**: come back with \`Last-Event-ID\` after the \`retry\` that was given; nothing is lost. Streams end so when the
  process stops, and for readers that take nothing for 30 s. A caller that closes its half of the connection is taken for gone.
- **Many**: over 100 streams of one account are **429**, over 10,000 of one process **503**.

A script that cannot stream asks for the upload itself; with \`Accept: application/json\` this is **406**.`;

export const TICKET_DESCRIPTION = `A browser's \`EventSource\` sends no \`Authorization\`, and a key must never stand in an
address (it is **401** there). Instead the page is given a ticket by who has the key, and opens \`events?ticket=…\`.

It opens the events of this one upload and nothing else; it must be used within 60 s and is good for 15 minutes after each
use, at most an hour in all, so that an \`EventSource\`, which comes back to the same address, goes on after breaks, also at
another replica. It ends with the upload. Revoking the key does not end it.`;

export const EVENTS_DOCUMENTATION: RouteDocumentation = {
  headers: {
    'last-event-id': {
      type: 'string',
      pattern: '^\\d{0,9}$',
      description: 'The `id` of the last message that was received.',
      examples: ['3'],
    },
  },
  responseHeaders: {
    'x-accel-buffering': { type: 'string', description: '`no`: proxies pass each message on at once.' },
  },
};
