import { timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Rejection } from '../../contracts/rejections.ts';
import { noteOpenedPayloads } from '../../db/opened-payloads.ts';
import type { Db } from '../../db/pool.ts';
import { sha256 } from '../../platform/secrets.ts';
import { CodecError } from '../../platform/temporal/codec.ts';
import { decodeForUi, encodeForUi, isSealedJson } from '../../platform/temporal/codec-endpoint.ts';
import type { CodecKeyring } from '../../platform/temporal/keyring.ts';

export interface CodecRoutesDeps {
  readonly db: Db;
  readonly codecKeys: CodecKeyring;
  readonly token: string;
  readonly uiOrigin: string;
}

/** Payloads as the Temporal Web UI sends them: base64 throughout. */
const Payloads = Type.Object({
  payloads: Type.Array(
    Type.Object({
      metadata: Type.Optional(Type.Record(Type.String(), Type.String())),
      data: Type.Optional(Type.String()),
    }),
    { maxItems: 1_000 },
  ),
});

/**
 * The codec endpoint of the Temporal Web UI: it opens sealed payloads for whoever holds the token in the path, from the
 * UI's own origin, and writes down that it did. There is no such endpoint without a token in the settings.
 */
export const codecRoutes: FastifyPluginAsyncTypebox<CodecRoutesDeps> = async (app, deps) => {
  const token = sha256(deps.token);
  const schema = { hide: true, body: Payloads, params: Type.Object({ token: Type.String() }) };
  const config = { access: 'public' } as const;
  const options = { config, schema, bodyLimit: BODY_BYTES_AT_MOST, logLevel: 'silent' } as const; // the path is a secret

  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'origin');
    if (request.headers.origin === deps.uiOrigin) {
      reply.header('access-control-allow-origin', deps.uiOrigin);
      reply.header('access-control-allow-headers', 'content-type, x-namespace, authorization');
      reply.header('access-control-allow-methods', 'POST');
    }
    const given = String(Object(request.params).token);
    if (!timingSafeEqual(sha256(given), token)) throw new Rejection('request/not-found');
  });
  const preflight = { config, schema: { hide: true }, logLevel: 'silent' } as const;
  app.options('/codec/:token/*', preflight, async (_, reply) => reply.status(204).send());
  app.post('/codec/:token/decode', options, async ({ body, ip, headers }) => {
    const sealed = body.payloads.filter(isSealedJson).length;
    const payloads = await decodeForUi(deps.codecKeys, body.payloads).catch((error: unknown) => {
      const refusal = asRefusal(error);
      app.log.warn({ code: refusal.code, detail: refusal.message, address: ip }, 'payloads not opened');
      throw refusal;
    });
    if (sealed > 0)
      await noteOpenedPayloads(deps.db, { address: ip, namespace: nameOf(headers['x-namespace']), sealed });
    return { payloads };
  });
  app.post('/codec/:token/encode', options, async ({ body }) => ({
    payloads: await encodeForUi(deps.codecKeys, body.payloads),
  }));
};

/** Temporal holds payloads of up to 2 MB, which are 2.7 MB in base64. */
const BODY_BYTES_AT_MOST = 4_000_000;

/** A key that is missing or bytes that were changed; whatever else it is, it came with the request. */
function asRefusal(error: unknown): Rejection {
  if (error instanceof CodecError) return new Rejection(error.code, { detail: `${error.message}.` });
  return new Rejection('request/invalid', { detail: 'A payload cannot be read.' });
}

/** The UI names the namespace that it shows; a header may say anything. */
function nameOf(namespace: string | readonly string[] | undefined): string | null {
  return typeof namespace === 'string' && /^[\w.-]{1,100}$/.test(namespace) ? namespace : null;
}
