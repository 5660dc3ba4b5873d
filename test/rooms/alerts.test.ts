import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../support/promtool.ts';
import { alertRules, metricsIn, PROMETHEUS } from './support/alert-rules.ts';
import { root } from './support/source-files.ts';

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
