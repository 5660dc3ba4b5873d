import { type Entry, isAcknowledged } from './ledger.ts';

/** What the stores say in the end. */
export interface FinalRead {
  readonly uploads: readonly FinalUpload[];
  /** Names of the files in the blob folder; of those that are not whole, or lie in `incoming/`, something else. */
  readonly blobs: readonly string[];
  /** Of Temporal's visibility: uploads by the status of their workflows. */
  readonly workflows: readonly { readonly uploadId: string; readonly status: string }[];
}

export interface FinalUpload {
  readonly id: string;
  readonly sha256: string;
  readonly state: string;
  readonly processedBy: string | null;
  /** From its acceptance to its end; null while it is open. */
  readonly finalS: number | null;
  readonly tracks: number;
  /** What the track says it was made of. */
  readonly inputSha256: string | null;
  readonly trackWrites: number;
  readonly ends: number;
  readonly stolenClaims: number;
}

export interface Verdict {
  /** Acknowledged, and not the right track within the bound; by what is wrong. */
  readonly lost: Readonly<Record<'noRow' | 'open' | 'late' | 'failed' | 'otherBytes' | 'noOriginal', number>>;
  /** Worked on or written more than once. */
  readonly doubled: Readonly<Record<'tracks' | 'results' | 'stolenClaims', number>>;
  /** Something without a request that was acknowledged, or that a request left behind. */
  readonly ghosts: Readonly<Record<'rows' | 'blobs' | 'workflows' | 'brokenWorkflows', number>>;
  readonly answers: Readonly<Record<'2xx' | '4xx' | '5xx' | 'unknown', number>>;
  readonly processedBy: Readonly<Record<'workflow' | 'inline', number>>;
  readonly good: boolean;
}

/** The ledger beside the stores. Pure, so that it can be tried on made-up ends. */
export function judge(entries: readonly Entry[], end: FinalRead, options: { finalWithinS: number }): Verdict {
  const { uploads } = end;
  const lost = lostOf(entries, end, options.finalWithinS);
  const doubled = {
    tracks: count(uploads, ({ tracks }) => tracks > 1),
    results: count(uploads, ({ trackWrites, ends }) => trackWrites > 1 || ends > 1),
    stolenClaims: count(uploads, ({ stolenClaims }) => stolenClaims > 0),
  };
  const ghosts = ghostsOf(entries, end);
  const answers = {
    '2xx': count(entries, isAcknowledged),
    '4xx': count(entries, ({ outcome }) => outcome !== 'unknown' && outcome >= 400 && outcome < 500),
    '5xx': count(entries, ({ outcome }) => outcome !== 'unknown' && outcome >= 500),
    unknown: count(entries, ({ outcome }) => outcome === 'unknown'),
  };
  const faults = [...Object.values(lost), ...Object.values(doubled), ...Object.values(ghosts)];
  return {
    lost,
    doubled,
    ghosts,
    answers,
    processedBy: {
      workflow: count(uploads, ({ processedBy }) => processedBy === 'workflow'),
      inline: count(uploads, ({ processedBy }) => processedBy === 'inline'),
    },
    good: [...faults, answers['4xx'], answers['5xx'], answers.unknown].every((number) => number === 0),
  };
}

function lostOf(entries: readonly Entry[], end: FinalRead, finalWithinS: number): Verdict['lost'] {
  const rows = new Map(end.uploads.map((upload) => [upload.sha256, upload]));
  const blobs = new Set(end.blobs);
  const lost = { noRow: 0, open: 0, late: 0, failed: 0, otherBytes: 0, noOriginal: 0 };
  for (const { sha256 } of entries.filter((entry) => isAcknowledged(entry) || rows.has(entry.sha256))) {
    const upload = rows.get(sha256);
    if (!upload) lost.noRow++;
    else if (upload.finalS === null) lost.open++;
    else if (upload.state !== 'ready') lost.failed++;
    else if (upload.inputSha256 !== sha256) lost.otherBytes++;
    else if (upload.finalS > finalWithinS) lost.late++;
    if (!blobs.has(sha256)) lost.noOriginal++;
  }
  return lost;
}

function ghostsOf(entries: readonly Entry[], end: FinalRead): Verdict['ghosts'] {
  const refused = (outcome: Entry['outcome']) => outcome !== 'unknown' && outcome >= 400 && outcome < 500;
  const asked = new Set(entries.filter(({ outcome }) => !refused(outcome)).map(({ sha256 }) => sha256));
  const kept = new Set(end.uploads.map(({ sha256 }) => sha256));
  const ids = new Set(end.uploads.map(({ id }) => id));
  return {
    rows: count(end.uploads, ({ sha256 }) => !asked.has(sha256)),
    blobs: count(end.blobs, (name) => !kept.has(name)),
    workflows: count(end.workflows, ({ uploadId }) => !ids.has(uploadId)),
    brokenWorkflows: count(end.workflows, ({ status }) => status !== 'COMPLETED'),
  };
}

function count<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  return items.filter(isSo).length;
}

export function sum(numbers: Readonly<Record<string, number>>): number {
  return Object.values(numbers).reduce((total, number) => total + number, 0);
}
