import { expect } from 'vitest';
import { REJECTIONS, type RejectionCode } from '../../../contracts/rejections.ts';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Asserts a refusal: registered code, its status, problem+json, an id for the operator, and nothing of our insides. */
export function expectProblem(answer: Answer, code: RejectionCode): Readonly<Record<string, unknown>> {
  const problem: Record<string, unknown> = Object(JSON.parse(answer.body));
  expect({ status: answer.statusCode, code: problem.code }, answer.body).toEqual({
    status: REJECTIONS[code].status,
    code,
  });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json\b/);
  expect(answer.headers['x-request-id']).toMatch(/^[\w.:-]{1,128}$/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(problem).toMatchObject({ type: `urn:cairn:problem:${code}`, title: REJECTIONS[code].title });
  expect(problem.status).toBe(answer.statusCode);
  expect(problem.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(answer.body).not.toMatch(/\bat \S+ \(|\.ts\b|node:internal|node_modules|\/work\/|\/tmp\//);
  return problem;
}

/** The same of an answer that came over a socket. */
export function expectRawProblem(
  answer: { status: number; headers: Readonly<Record<string, string>>; body: string },
  code: RejectionCode,
): Readonly<Record<string, unknown>> {
  return expectProblem({ statusCode: answer.status, headers: answer.headers, body: answer.body }, code);
}
