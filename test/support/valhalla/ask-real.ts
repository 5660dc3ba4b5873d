import type { Recorded } from './recorded.ts';
import { VALHALLA_VERSION } from './start.ts';

export async function askReal(url: string, question: object): Promise<Recorded> {
  const answer = await fetch(`${url}/trace_attributes`, { method: 'POST', body: JSON.stringify(question) });
  return { version: VALHALLA_VERSION, question, status: answer.status, answer: await answer.json() };
}
