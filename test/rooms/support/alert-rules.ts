import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from './source-files.ts';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export const PROMETHEUS = join(root, 'deploy', 'prometheus');

const file: { groups: readonly { rules: readonly AlertRule[] }[] } = parse(
  readFileSync(join(PROMETHEUS, 'rules.yml'), 'utf8'),
);

export const alertRules: readonly AlertRule[] = file.groups.flatMap((group) => group.rules);

/** Names of metrics in an expression: what stands before its labels, functions and keywords aside. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr.replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/[a-z_][a-z0-9_]*(?!\s*\(|[a-z0-9_])/gi)].map(([name]) => name);
  return names.filter((name) => !['or', 'and', 'unless', 'bool'].includes(name));
}
