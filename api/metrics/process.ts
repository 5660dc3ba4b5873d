import { Counter, Gauge, type Registry } from 'prom-client';
import type { Pool } from '../../db/pool.ts';
import type { Loops } from '../../platform/loops.ts';
import { INLINE_REASONS, type InlinePath, type InlineReason } from '../inline-path.ts';

export interface ProcessMetricsDeps {
  readonly db: Pick<Pool, 'stats'>;
  readonly loops: Loops;
  readonly dispatcher: { status(): 'reachable' | 'away' | 'unknown' };
  readonly inline: InlinePath;
}

type Registers = Registry[];

/** What this process knows without asking anybody. Read at each scrape: nothing here can be out of date. */
export function measureProcess(registers: Registers, deps: ProcessMetricsDeps): void {
  measureLoops(registers, deps.loops);
  measureInlinePath(registers, deps.inline);
  new Gauge({
    name: 'cairn_temporal_reachable',
    help: 'Whether the dispatcher reached Temporal the last time it tried; no number until it has tried.',
    registers,
    collect() {
      const status = deps.dispatcher.status();
      this.set(status === 'unknown' ? Number.NaN : Number(status === 'reachable'));
    },
  });
  new Gauge({
    name: 'cairn_db_pool_connections',
    help: 'Connections of the pool that are open and idle, requests for one that wait, and the most there may be.',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, connections] of Object.entries(deps.db.stats())) this.set({ state }, connections);
    },
  });
}

function measureLoops(registers: Registers, loops: Loops): void {
  new Gauge({
    name: 'cairn_loop_last_tick_age_seconds',
    help: 'Time since the loop finished a turn.',
    labelNames: ['loop'],
    registers,
    collect() {
      for (const { name, lastTickAt } of loops.status()) {
        this.set({ loop: name }, (Date.now() - Date.parse(lastTickAt)) / 1_000);
      }
    },
  });
  new Gauge({
    name: 'cairn_loop_dead',
    help: 'Whether the loop has not finished a turn for too long; such a process is ending.',
    labelNames: ['loop'],
    registers,
    collect() {
      for (const { name, dead } of loops.status()) this.set({ loop: name }, Number(dead));
    },
  });
}

const LABEL_OF = {
  'temporal away': 'temporal_away',
  'no worker alive': 'no_worker',
} as const satisfies Record<InlineReason, string>;

function measureInlinePath(registers: Registers, inline: InlinePath): void {
  new Counter({
    name: 'cairn_inline_uploads_total',
    help: 'Uploads that this process has brought to their end itself, by the reason why no worker did.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const reason of INLINE_REASONS) this.inc({ reason: LABEL_OF[reason] }, inline.status().processedFor[reason]);
    },
  });
  new Gauge({
    name: 'cairn_inline_path_open',
    help: 'Whether this process would process uploads itself right now, by the reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      const now = inline.status().reason;
      for (const reason of INLINE_REASONS) this.set({ reason: LABEL_OF[reason] }, Number(now === reason));
    },
  });
}
