// Sums vitest's JSON reports in a folder, and prints one line: `N passed, N failed`. A run that reports nothing, or a file
// of tests that could not even be loaded, counts as a failure.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder] = process.argv.slice(2);
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const passed = sum((report) => report.numPassedTests);
const skipped = sum((report) => report.numPendingTests + report.numTodoTests);
const unloadable = sum(
  (report) =>
    report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length,
);
const failed = sum((report) => report.numFailedTests) + unloadable;

console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function sum(of) {
  return reports.reduce((total, report) => total + of(report), 0);
}
