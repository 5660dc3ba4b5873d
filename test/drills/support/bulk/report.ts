import { machineFacts, shareOf } from '../figures.ts';
import type { BulkDrill, BulkRun } from './run-bulk.ts';

/** What single uploads are promised while bulk work is going on. */
const P95_MS_AT_MOST = 1_000;

/** The run as a table for people. */
export function bulkReport(drill: BulkDrill, run: BulkRun): readonly string[] {
  const { verdict, order, killed, bulkS, singles } = run;
  const { begun, ready, failed, superseded, handedOver } = order;
  const calm = shareOf(singles.calmMs, 0.95);
  return [
    machineFacts(),
    row('drill', `${drill.tracks} tracks, --kills ${drill.kills}, --seed ${drill.seed}`),
    row('killed', wordsOf(killed)),
    row('order', `${order.state}: ${wordsOf({ begun, ready, failed, superseded, handedOver })}`),
    row('bulk', `${wordsOf(verdict.bulk)}; ${Number.isNaN(bulkS) ? 'the order did not end' : paceOf(ready, bulkS)}`),
    row('singles', `${singles.aloneMs.length + singles.besideMs.length}: ${wordsOf(verdict.singles)}`),
    row('accepted to ready', 'of single uploads:'),
    row('  before the order', sharesOf(singles.aloneMs)),
    row('  beside it', sharesOf(singles.besideMs)),
    row('  away from kills', sharesOf(singles.calmMs)),
    row('p95', `${calm <= P95_MS_AT_MOST ? 'within' : 'over'} ${P95_MS_AT_MOST} ms`),
    row('verdict', verdict.good ? 'good' : 'RED'),
  ];
}

function paceOf(ready: number, bulkS: number): string {
  return `${Math.round((10 * ready) / bulkS) / 10} a second, kills included (${bulkS} s)`;
}

function sharesOf(ms: readonly number[]): string {
  return `p50 ${shareOf(ms, 0.5)} ms, p95 ${shareOf(ms, 0.95)} ms of ${ms.length}`;
}

function row(name: string, text: string): string {
  return `${name.padEnd(24)}${text}`;
}

function wordsOf(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, number]) => `${name} ${number}`)
    .join(', ');
}
