import { setTimeout as pause } from 'node:timers/promises';
import type { ScheduleId } from '../../../../contracts/schedules.ts';
import { VERDICTS, type Verdict } from '../../../../domain/schedules/verdicts.ts';
import type { AuditView, ScheduleView } from '../../../../schedules/audit-view.ts';
import { askCli, type CliWord, disagreements, type Heard, hear, metricVerdict, nameOf } from './hear.ts';
import { GRACE_S, PERIOD_S, QUICK } from './manifest.ts';
import type { Site } from './site.ts';

/** One period and its grace: so soon after it became wrong who asks must be told. */
export const BOUND_S = PERIOD_S + GRACE_S;
/** Metrics and health say what the watchdog saw last: it looks each 30 s, and a look takes seconds where Temporal is away. */
export const TURN_S = 30 + 5;

/** One line of the matrix: what had to be seen, and who said it how soon. */
export interface Line {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
  /** From the moment at which it was wrong (or right again); null: never. */
  readonly detectedS: Readonly<Record<Voice, number | null>> | null;
  readonly boundS: number;
  readonly cliExit: number | null;
  /** Verdicts that were false or contradicted one another, and what was not so. Red. */
  readonly problems: readonly string[];
  /** Who said it too late. Red, too. */
  readonly late: readonly string[];
}

export type Voice = 'api' | 'metric' | 'health';

export type Expected = Readonly<Record<string, Verdict>>;

export interface DetectOptions {
  readonly what: string;
  /** Verdicts by schedule. */
  readonly expected: Expected;
  readonly sinceMs: number;
  readonly boundS?: number;
  /** What the other schedules may say meanwhile: a fault of one of them must not turn them red. */
  readonly others: 'green' | 'anything';
  /** More that must be so for the verdict to count, of the API's answer. */
  readonly and?: (view: AuditView) => boolean;
}

/** A site and what is written down of it. */
export interface Scene {
  readonly site: Site;
  say(what: string): void;
  /** Until API, metric, health and the command line say it; or until it is too late. */
  detect(options: DetectOptions): Promise<void>;
  /** Nothing but green is said, and by everybody alike; before a fault, or in spite of one. */
  staysGreen(what: string, forS: number, and?: (view: AuditView) => boolean): Promise<void>;
  /** Green, with a worker; `ran`: and each quick schedule has had a success. */
  calm(options: { ran: boolean }): Promise<void>;
  check(what: string, isSo: boolean, seen: string): void;
}

const LOOK_EVERY_MS = 1_500;

/** Lines go into `lines` as they are known, so that what was seen before a fault breaks the drill is not lost. */
export function openScene(site: Site, lines: Line[], log: (what: string) => void): Scene {
  const say = (what: string) => log(`${site.name}: ${what}`);
  return {
    site,
    say,
    detect: async (options) => {
      const line = await detect(site, options);
      lines.push(line);
      const { api, metric, health } = line.detectedS ?? {};
      const times = `API ${api} s, metric ${metric} s, health ${health} s, CLI exit ${line.cliExit}`;
      say([`${options.what}: ${line.seen}: ${times}`, ...line.problems, ...line.late].join('; '));
    },
    staysGreen: async (what, forS, and) => {
      const line = await staysGreen(site, what, forS, and);
      lines.push(line);
      say(`${what}: ${line.seen} ${line.problems.join('; ')}`);
    },
    calm: ({ ran }) => calm(site, ran),
    check: (what, isSo, seen) => {
      lines.push(checked(what, isSo, seen));
      say(`${what}: ${isSo ? 'yes' : 'NO'}, ${seen}`);
    },
  };
}

function checked(what: string, isSo: boolean, seen: string): Line {
  const problems = isSo ? [] : [`not so: ${seen}`];
  return { what, expected: '', seen, detectedS: null, boundS: 0, cliExit: null, problems, late: [] };
}

export const isGreen = ({ severity }: ScheduleView): boolean => severity === 'green';

export function scheduleOf(view: AuditView | undefined, id: ScheduleId): ScheduleView | undefined {
  return view?.schedules.find(({ schedule }) => schedule === id);
}

async function detect(site: Site, options: DetectOptions): Promise<Line> {
  const { expected, sinceMs, boundS = BOUND_S, others } = options;
  const at: Record<Voice, number | null> = { api: null, metric: null, health: null };
  const strays = new Set<string>();
  let heard = await hear(site);
  for (;;) {
    const atS = secondsSince(sinceMs);
    const said = voicesSay(heard, options);
    for (const voice of VOICES) at[voice] ??= said[voice] ? atS : null;
    for (const stray of others === 'green' ? straysOf(heard, expected) : []) strays.add(stray);
    if (VOICES.every((voice) => said[voice]) && disagreements(heard).length === 0) break;
    if (atS > boundS + TURN_S + 10) break;
    await pause(LOOK_EVERY_MS);
    heard = await hear(site);
  }
  const cli = await askCli(site, expected);
  const problems = [
    ...VOICES.filter((voice) => at[voice] === null).map((voice) => `${voice} never said so`),
    ...disagreements(heard).map((text) => `they disagree: ${text}`),
    ...cli.contradicts,
    ...[...strays].map((stray) => `not green: ${stray}`),
  ];
  return { ...lineOf(options, heard, cli), detectedS: at, boundS, problems, late: lateVoices(at, boundS) };
}

const VOICES = ['api', 'metric', 'health'] as const;

function lineOf({ what, expected }: DetectOptions, { view }: Heard, { code }: CliWord) {
  const verdicts = Object.values(expected);
  const same = verdicts.every((verdict) => verdict === verdicts[0]);
  const word = same ? `${verdicts[0]}` : Object.entries(expected).join(', ').replaceAll(',', ' ');
  const seen = Object.keys(expected).map((name) => view?.schedules.find((one) => nameOf(one) === name));
  const told = [...new Set(seen.map((one) => one?.verdict ?? 'nothing'))].join(', ');
  const [first] = seen;
  return { what, expected: word, seen: `${told} (${first?.findings[0]?.because ?? ''})`, cliExit: code };
}

function voicesSay(heard: Heard, { expected, and = () => true }: DetectOptions): Record<Voice, boolean> {
  const { view, health } = heard;
  const every = (isSo: (name: string, verdict: Verdict) => boolean) =>
    Object.entries(expected).every(([name, verdict]) => isSo(name, verdict));
  const inView = (name: string) => view?.schedules.find((one) => nameOf(one) === name)?.verdict;
  return {
    api: every((name, verdict) => inView(name) === verdict) && view !== undefined && and(view),
    metric: every((name, verdict) => metricVerdict(heard, name) === verdict),
    health: every((name, verdict) => {
      const isTold = health?.detail.includes(`${name} ${verdict}`) ?? false;
      return health !== undefined && isTold === (VERDICTS[verdict].health === 'degraded');
    }),
  };
}

function lateVoices(at: Readonly<Record<Voice, number | null>>, boundS: number): readonly string[] {
  return VOICES.flatMap((voice) => {
    const atMostS = voice === 'api' ? boundS : boundS + TURN_S;
    const saidS = at[voice];
    return saidS !== null && saidS > atMostS ? [`${voice} said so after ${saidS} s, not within ${atMostS} s`] : [];
  });
}

function straysOf({ view }: Heard, expected: Expected): readonly string[] {
  const others = view?.schedules.filter((one) => !(nameOf(one) in expected) && !isGreen(one)) ?? [];
  return others.map((one) => `${nameOf(one)} ${one.verdict} (${one.findings[0]?.because})`);
}

async function staysGreen(
  site: Site,
  what: string,
  forS: number,
  and: (view: AuditView) => boolean = () => true,
): Promise<Line> {
  const strays = new Set<string>();
  let [looks, wasSo] = [0, false];
  const startedMs = Date.now();
  let heard = await hear(site);
  for (; secondsSince(startedMs) < forS; await pause(LOOK_EVERY_MS)) {
    heard = await hear(site);
    looks++;
    for (const stray of [...straysOf(heard, {}), ...disagreements(heard)]) strays.add(stray);
    wasSo ||= heard.view !== undefined && and(heard.view);
  }
  const cli = await askCli(site, {});
  const problems = [...strays, ...cli.contradicts, ...(wasSo ? [] : ['what had to be told was not told'])];
  const seen = `${heard.view?.verdict ?? 'nothing'}, green at ${looks} looks in ${forS} s`;
  return { what, expected: 'green', seen, detectedS: null, boundS: 0, cliExit: cli.code, problems, late: [] };
}

/** A slot, a run, and a turn of the watchdog after it. */
const CALM_WITHIN_S = 200;

async function calm(site: Site, ran: boolean): Promise<void> {
  const startedMs = Date.now();
  for (;;) {
    const heard = await hear(site);
    const { view } = heard;
    const isCalm = view?.schedules.every(isGreen) && (!ran || QUICK.every((id) => scheduleOf(view, id)?.lastSuccess));
    if (isCalm && disagreements(heard).length === 0) return;
    const red = view?.schedules.find(({ severity }) => severity === 'red');
    if (red) throw new Error(`red before the fault: ${nameOf(red)} ${red.verdict} (${red.findings[0]?.because})`);
    if (secondsSince(startedMs) > CALM_WITHIN_S) throw new Error(`not calm: ${disagreements(heard).join('; ')}`);
    await pause(LOOK_EVERY_MS);
  }
}

export function secondsSince(atMs: number): number {
  return Math.round((Date.now() - atMs) / 100) / 10;
}

/** Waits until so many seconds after a full minute, where slots are. */
export async function untilSecond(second: number): Promise<number> {
  await pause((second * 1_000 - (Date.now() % 60_000) + 60_000) % 60_000);
  return Date.now();
}

/** The first slot of the quick schedules after this. */
export const slotAfter = (atMs: number): number => Math.floor(atMs / 60_000) * 60_000 + 60_000;
