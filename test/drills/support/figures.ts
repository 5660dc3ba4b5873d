import { cpus } from 'node:os';

/** The value below which that share of the numbers lies; NaN of none. */
export function shareOf(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return Math.round(value * 100) / 100;
}

/** Figures mean nothing without these. */
export function machineFacts(): string {
  const [cpu] = cpus();
  return `${new Date().toISOString().slice(0, 16)}Z, ${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Node ${process.version}`;
}
