import { afterAll, onTestFinished, TestRunner } from 'vitest';

export type AtTheEnd = (clearAway: () => void | Promise<void>) => void;

/**
 * When what is made here is cleared away, the last first: at the end of the test that makes it, where `afterAll` would never be run;
 * else of the file.
 */
export function atTheEnd(): AtTheEnd {
  return TestRunner.getCurrentTest() === undefined
    ? (clearAway) => afterAll(clearAway)
    : (clearAway) => onTestFinished(clearAway);
}
