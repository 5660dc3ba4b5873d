import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SILENCE_HOURS, USUAL_AT_LEAST } from '../../domain/billing/silence.ts';
import { BY_RANK, VERDICTS } from '../../domain/schedules/verdicts.ts';
import { findPromtool } from '../support/promtool.ts';
import { alertRules, metricsIn, PROMETHEUS } from './support/alert-rules.ts';
import { root } from './support/source-files.ts';

const RUNBOOKS = join(root, 'docs', 'runbooks');
const runbooks = readdirSync(RUNBOOKS).map((name) => join(RUNBOOKS, name));
const promtool = await findPromtool();
const ask = (...args: string[]) => execFileSync(promtool ?? '', args, { cwd: PROMETHEUS, encoding: 'utf8' });

test.each(alertRules)('$alert has a severity, a summary and a runbook that is there', ({ labels, annotations }) => {
  expect(['critical', 'warning']).toContain(labels.severity);
  expect(annotations.summary).toMatch(/\.$/);
  expect(annotations.runbook).toMatch(/^docs\/runbooks\/[a-z-]+\.md$/);
  const page = join(root, annotations.runbook ?? '');
  expect(existsSync(page), page).toBe(true);
  const text = readFileSync(page, 'utf8');
  for (const part of ['What it means', 'How to see it', 'What to do', 'What happens by itself']) {
    expect(text, annotations.runbook).toContain(`**${part}.**`);
  }
});

test('the list of runbooks names every alert', () => {
  const list = readFileSync(join(root, 'docs', 'runbooks', 'README.md'), 'utf8');
  expect(alertRules.filter(({ alert }) => !list.includes(`\`${alert}\``)).map(({ alert }) => alert)).toEqual([]);
});

/** Verdicts that an alert asks for, by their names in its expression. */
const alertedVerdicts = alertRules.flatMap(({ alert, expr, labels }) => {
  const [, names = ''] = /cairn_schedule_verdict\{verdict=~?"([A-Z_|]+)"\}/.exec(expr) ?? [];
  return names.split('|').flatMap((name) => (name === '' ? [] : [{ alert, name, severity: labels.severity }]));
});

test.each(BY_RANK)('%s wakes somebody if and only if it is more than worth a look', (verdict) => {
  const rules = alertedVerdicts.filter(({ name }) => name === verdict);
  const { severity, health } = VERDICTS[verdict];
  if (severity === 'red' || health === 'degraded') expect(rules).toHaveLength(1);
  if (severity === 'green') expect(rules).toEqual([]);
  if (severity !== 'red') expect(rules.filter((rule) => rule.severity === 'critical')).toEqual([]);
});

test('no alert waits for a verdict that there is not', () => {
  const known: readonly string[] = BY_RANK;
  expect(alertedVerdicts.length).toBeGreaterThan(8);
  expect(alertedVerdicts.filter(({ name }) => !known.includes(name))).toEqual([]);
});

test('the alert and the doctor mean the same by silence', () => {
  const rule = alertRules.find(({ alert }) => alert === 'CairnStripeSilent');
  expect(rule?.expr).toContain(`> ${SILENCE_HOURS} * 3600 `);
  expect(rule?.expr).toMatch(new RegExp(`>= ${USUAL_AT_LEAST}$`));
});

test('the runbook says what to do about each verdict that is not green', () => {
  const text = readFileSync(join(root, 'docs', 'runbooks', 'schedules.md'), 'utf8');
  const unwell = BY_RANK.filter((verdict) => VERDICTS[verdict].severity !== 'green');
  expect(unwell.filter((verdict) => !text.includes(`\`${verdict}\``))).toEqual([]);
});

test.each(runbooks)('every page that %s links to is there, with its anchor', (page) => {
  const text = readFileSync(page, 'utf8');
  for (const [, target = '', anchor] of text.matchAll(/\]\(([^)#\s]*)(?:#([^)]+))?\)/g)) {
    if (/^https?:/.test(target)) continue;
    const file = target === '' ? page : join(dirname(page), target);
    expect(existsSync(file), `${target} of ${page}`).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(readFileSync(file, 'utf8')), `${target}#${anchor}`).toContain(anchor);
  }
});

/** As GitHub makes them of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every alert is tried both ways', () => {
  const file: { tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[] } = parse(
    readFileSync(join(PROMETHEUS, 'rules.test.yml'), 'utf8'),
  );
  const tries = file.tests.flatMap((each) => each.alert_rule_test);
  for (const { alert } of alertRules) {
    const of = tries.filter((each) => each.alertname === alert);
    expect(
      of.some((each) => each.exp_alerts.length > 0),
      `${alert} fires`,
    ).toBe(true);
    expect(
      of.some((each) => each.exp_alerts.length === 0),
      `${alert} is silent`,
    ).toBe(true);
  }
});

test.each([
  ['up{job="cairn-api"} == 0 or absent(up{job="x"})', ['up', 'up']],
  ['max by (queue) (cairn_workers_live) == 0', ['cairn_workers_live']],
  ['sum by (reason) (increase(a_total{kind=~"b|c"}[10m])) > 0', ['a_total']],
])('the metrics of %s are found', (expr, metrics) => {
  expect(metricsIn(expr)).toEqual(metrics);
});

test.skipIf(!promtool)('promtool: the configuration and the rules can be read', () => {
  expect(ask('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
});

test.skipIf(!promtool)('promtool: each alert fires when it must and is silent when it must', () => {
  expect(ask('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
});
