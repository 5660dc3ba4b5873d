import { trace } from '@opentelemetry/api';
import type { WayCosting } from '../contracts/way-types.ts';
import type { WayLine } from '../domain/ways/line.ts';
import { nothingMatched, type WayMatch } from '../domain/ways/match.ts';
import { atMost } from '../platform/at-most.ts';
import { createBreaker } from '../platform/breaker.ts';
import { type CallTally, createCallTally, type UpstreamOutcome } from './upstream-calls.ts';
import { askJson, CallFailed } from './upstream-json.ts';
import { traceQuestion, wayMatchOf } from './valhalla-trace.ts';

/** The map matcher. Nothing here is tried twice: whoever calls has a workflow that does (platform/breaker.ts stops storms). */
export interface Valhalla {
  /** Names the installation and so the map, in results, cache and metrics. */
  readonly region: string;
  /** The ways along a line of at least two points, under Valhalla's limits. Throws `ValhallaAway` or `ValhallaRefused`. */
  match(line: WayLine, costing: WayCosting): Promise<WayMatch>;
  /** When its tiles were built; undefined while it cannot be asked. */
  mapVersion(): Promise<string | undefined>;
  readonly tally: CallTally;
}

/** It did not answer, or not sensibly: another time it may. */
export class ValhallaAway extends Error {
  override readonly name = 'ValhallaAway';
}

/** It refused the question itself, and will again. `errorCode` is Valhalla's own. */
export class ValhallaRefused extends Error {
  override readonly name = 'ValhallaRefused';
  readonly errorCode: number;

  constructor(errorCode: number) {
    super(`Valhalla refused the line with error ${errorCode}`);
    this.errorCode = errorCode;
  }
}

export interface ValhallaOptions {
  readonly url: string;
  readonly region: string;
  readonly timeoutMs: number;
}

/** One of its threads works on one question: more at once would only wait there, and run into their time-outs. */
const CALLS_AT_ONCE = 4;
const BREAKER = { failures: 5, openMs: 15_000 };
/** Tiles are built by the day or the week; a result that calls itself a few minutes older harms nobody. */
const VERSION_FOR_MS = 300_000;
/** Of an answer about 15,000 points: 3 MB. */
const ANSWER_BYTES_AT_MOST = 30_000_000;

export function createValhalla(options: ValhallaOptions): Valhalla {
  const { region } = options;
  const tally = createCallTally();
  const call = createCaller(options, tally);
  let version: { readonly text: string; readonly until: number } | undefined;
  return {
    region,
    tally,
    match: (line, costing) => {
      const points = line.lat.length;
      const read = (body: Answer) =>
        errorCodeOf(body) === NO_MATCH ? nothingMatched(points) : wayMatchOf(body, points);
      return call({ path: '/trace_attributes', question: traceQuestion(line, costing), points }, read);
    },
    mapVersion: async () => {
      if (version && performance.now() < version.until) return version.text;
      const builtAt = await call({ path: '/status', question: undefined, points: 0 }, builtAtOf).catch(unlessAway);
      if (builtAt) version = { text: builtAt, until: performance.now() + VERSION_FOR_MS };
      return version?.text;
    },
  };
}

type Answer = Record<string, unknown>;

interface Call {
  readonly path: string;
  readonly question: object | undefined;
  readonly points: number;
}

/** One call at a time through bound, breaker and tally; `read` is undefined for what is no answer to the question. */
function createCaller({ url, region, timeoutMs }: ValhallaOptions, tally: CallTally) {
  const limited = atMost(CALLS_AT_ONCE);
  const breaker = createBreaker(BREAKER);
  return <Read>({ path, question, points }: Call, read: (body: Answer) => Read | undefined): Promise<Read> =>
    limited(() =>
      traced({ path, region, points }, async () => {
        if (!breaker.mayCall()) {
          tally.count('breaker-open');
          throw new ValhallaAway('Valhalla is away: not asked');
        }
        const startedAt = performance.now();
        const ended = (outcome: UpstreamOutcome) => tally.count(outcome, (performance.now() - startedAt) / 1_000);
        try {
          const { status, body } = await askJson(url + path, {
            question,
            timeoutMs,
            bytesAtMost: ANSWER_BYTES_AT_MOST,
          });
          const outcome = outcomeOf(status, body);
          const answer = outcome === 'ok' || outcome === 'no-match' ? read(body) : undefined;
          if (answer === undefined && outcome !== 'refused') {
            throw new CallFailed(outcome === 'away' ? 'away' : 'bad-answer', `status ${status}`);
          }
          ended(outcome);
          breaker.succeeded(); // a refusal is an answer too
          if (answer === undefined) throw new ValhallaRefused(errorCodeOf(body));
          return answer;
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error;
          ended(error.outcome);
          breaker.failed();
          throw new ValhallaAway(`Valhalla: ${error.outcome}, ${error.message}`);
        }
      }),
    );
}

function builtAtOf({ tileset_last_modified: seconds }: Answer): string | undefined {
  return typeof seconds === 'number' ? new Date(seconds * 1_000).toISOString() : undefined;
}

function unlessAway(error: unknown): undefined {
  if (error instanceof ValhallaAway || error instanceof ValhallaRefused) return undefined;
  throw error;
}

/** "No suitable edges near the line": an answer about the map, not a fault. */
const NO_MATCH = 444;

function outcomeOf(status: number, body: Answer): UpstreamOutcome {
  if (status === 200) return 'ok';
  if (errorCodeOf(body) === NO_MATCH) return 'no-match';
  const comesBack = status >= 500 || status === 408 || status === 429;
  return comesBack || errorCodeOf(body) === 0 ? 'away' : 'refused';
}

function errorCodeOf(body: Answer): number {
  return typeof body.error_code === 'number' ? body.error_code : 0;
}

const tracer = trace.getTracer('cairn');

/** A span of its own, with region and size; a line is personal, and stays out of it. */
function traced<Result>(
  { path, region, points }: { path: string; region: string; points: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const attributes = { 'cairn.upstream': 'valhalla', 'cairn.region': region, 'cairn.points': points };
  return tracer.startActiveSpan(`valhalla ${path}`, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setAttribute('cairn.failure', error instanceof Error ? error.name : 'unknown');
      throw error;
    } finally {
      span.end();
    }
  });
}
