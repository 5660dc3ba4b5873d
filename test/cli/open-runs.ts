import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ReleaseDeps } from '../../cli/release/here.ts';
import { processUploadId } from '../../contracts/ids.ts';
import { createValhalla } from '../../services/valhalla.ts';
import { atOf, type BuildInTest, type BuildOptions, startBuild } from '../support/builds.ts';
import { deferred } from '../support/deferred.ts';
import { smallGpx } from '../support/gpx.ts';
import { testNamespace } from '../support/namespace.ts';
import { type Stack, testStack } from '../support/stack.ts';

const PATIENT = { timeout: 90_000, interval: 100 };

/** A stack whose runs stay open in their last step for as long as the test holds them. */
export interface Site {
  readonly stack: Stack;
  /** Of every run that came to its last step, its track; of every upload, its id. */
  readonly asked: readonly string[];
  readonly uploads: readonly string[];
  /** Runs that come to their last step from now on stay there, until what is returned is called. */
  hold(): () => void;
  /** Those that come from now on end at once. */
  free(): void;
  start(buildId: string, options?: BuildOptions): Promise<BuildInTest>;
  /** Uploads whose runs have come to their last step. */
  open(count: number): Promise<readonly string[]>;
  ends(uploadIds: readonly string[]): Promise<readonly unknown[]>;
  /** New runs are sent until one ends so: task queues learn of a change one after another. */
  untilNewRunsEnd(as: object): Promise<void>;
  deps(buildId: string, bundle: ReleaseDeps['bundle']): ReleaseDeps & { readonly said: string[] };
}

type Bundle = NonNullable<BuildOptions['workflowBundle']>;

export async function siteAt(temporalAddress: string, workflowBundle: Bundle): Promise<Site> {
  const namespace = await testNamespace(temporalAddress);
  const valhalla = createValhalla({ url: 'http://127.0.0.1:9', region: 'none', timeoutMs: 100 });
  const stack = await testStack({ temporalAddress, namespace, valhalla });
  const [asked, uploads]: [string[], string[]] = [[], []];
  let gate = Promise.resolve();
  const addWayTypes = async ({ trackId }: { trackId: string }) => {
    asked.push(trackId);
    await gate;
    return { status: 'superseded' } as const;
  };
  const upload = async () => {
    const payload = smallGpx({ name: randomUUID() });
    const answer = await stack.app.inject({ method: 'POST', url: '/v1/uploads', headers: stack.headers, payload });
    expect(answer.statusCode).toBe(202);
    uploads.push(answer.json().id);
    return String(answer.json().id);
  };
  const open = async (count: number) => {
    const before = asked.length;
    const ids = await Promise.all(Array.from({ length: count }, upload));
    await expect.poll(() => asked.length, PATIENT).toBe(before + count);
    return ids;
  };
  const ends = (ids: readonly string[]) =>
    Promise.all(ids.map((id) => stack.client.workflow.getHandle(processUploadId(id, 1)).result()));
  const free = () => {
    gate = Promise.resolve();
  };
  return {
    stack,
    asked,
    uploads,
    open,
    ends,
    free,
    hold: () => {
      const { promise, resolve } = deferred();
      gate = promise;
      return resolve;
    },
    start: (buildId, options) =>
      startBuild(stack, buildId, {
        policy: 'by-order',
        workflowBundle,
        ...options,
        stepsOf: (real) => ({ ...real, addWayTypes }),
      }),
    untilNewRunsEnd: async (as) => {
      free();
      await expect.poll(async () => (await ends(await open(1)))[0], PATIENT).toEqual(as);
    },
    deps: (buildId, bundle) => {
      const said: string[] = [];
      const { db, client, codecKeys } = stack;
      return { db, client, at: atOf(stack), codecKeys, bundle, buildId, said, say: (line) => void said.push(line) };
    },
  };
}
