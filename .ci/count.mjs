// `count.mjs FOLDER RUN…`: sums vitest's JSON reports of these runs, and prints one line: `N passed, N failed`. A run that
// broke before it could report, and a file of tests that could not be loaded, count as one failure each.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...runs] = process.argv.slice(2);
const files = runs.map((run) => join(folder, `${run}.json`));
const reports = files.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const passed = sum((report) => report.numPassedTests);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
const unloadable = sum(
  (report) =>
    report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
);
const failed = sum((report) => report.numFailedTests) + unloadable + (runs.length - reports.length);

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function sum(of) {
  return reports.reduce((total, report) => total + of(report), 0);
}
