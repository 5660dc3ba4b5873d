import { Agent, request } from 'node:http';
import { generateGpx } from '../../domain/sample/generate-gpx.ts';
import { processorMs } from '../../platform/process-time.ts';

export interface Target {
  readonly url: string;
  readonly authorization: string;
  /** Of the process that answers. */
  readonly pid: number;
}

export interface Speed {
  /** Of each upload, until its answer was whole. */
  readonly timesMs: readonly number[];
  readonly perS: number;
  /** Processor time of the answering process per upload: hardly moved by what else the machine does. */
  readonly cpuMs: number;
}

/** 206 kB; each upload gets a name of its own, so that none is a duplicate. */
const TEMPLATE = new TextDecoder().decode(generateGpx({ seed: 7, points: 860, sensors: ['heartRate'] }));
let named = 0;

/** A closed loop: `inFlight` lanes, each of which sends the next upload once its last was answered with 202. */
export async function measure(target: Target, uploads: number, inFlight: number): Promise<Speed> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const times: number[] = [];
  let left = uploads;
  const lane = async () => {
    while (left-- > 0) {
      const body = Buffer.from(TEMPLATE.replace('</name>', ` ${process.pid}-${named++}</name>`));
      const startedAt = performance.now();
      await post(target, agent, body);
      times.push(performance.now() - startedAt);
    }
  };
  const cpuBefore = processorMs(target.pid) ?? Number.NaN;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const perS = Math.round(uploads / ((performance.now() - startedAt) / 1000));
  const cpuMs = (processorMs(target.pid) ?? Number.NaN) - cpuBefore;
  agent.destroy();
  return { timesMs: times, perS, cpuMs: cpuMs / uploads };
}

function post({ url, authorization }: Target, agent: Agent, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/gpx+xml', 'content-length': body.length };
    const sent = request(`${url}/v1/uploads`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () =>
        answer.statusCode === 202 ? resolve() : reject(new Error(`answered with ${answer.statusCode}`)),
      );
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
